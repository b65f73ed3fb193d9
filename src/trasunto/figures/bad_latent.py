"""The pictures of the bad-latent study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import error_histogram, error_strip, latent_scatter, latent_usage
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.bad_latent_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; nothing where no seed finished."""
    facts: Facts = findings.facts
    if not facts.spaces:
        return []
    names = [f"Latent activity L1 {space.l1:g}" if space.l1 else "Without the penalty" for space in facts.spaces]
    first = "" if facts.seeds == 1 else " of the first seed's networks"
    shown = facts.spaces[0].errors
    few = f"{len(shown.some_normals):,} held-out normal rows and {len(shown.some_anomalies):,} anomalies"
    return [
        Picture(
            "b6-latent-space",
            f"The latent spaces{first}, by their two directions of most variance: {few}. An axis with rows very far "
            "out is logarithmic beyond its first mark.",
            latent_scatter.draw(facts.maps, names),
        ),
        Picture(
            "b6-latent-units",
            f"The latent units{first}. Above: the share of held-out normal rows (bars) and of anomalies (points) for "
            "which a unit's output is not zero. Below: the deviation of its output over the normal rows.",
            latent_usage.draw(facts),
        ),
        Picture(
            "b6-error-histogram",
            f"Squared errors{first}: {facts.normals:,} held-out normal rows and {facts.anomalies:,} anomalies, each as "
            "shares of their kind. The AUROC is that of one seed.",
            error_histogram.draw(facts),
        ),
        Picture("b6-error-strip", f"Squared errors{first}: {few}, one by one.", error_strip.draw(facts)),
    ]
