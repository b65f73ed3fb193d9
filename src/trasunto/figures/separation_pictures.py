"""The pictures of both studies of separation, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import latent_scatter, separation_measures
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.separation_facts import Facts
from trasunto.studies.separation_verdict import EXPERIMENTS, called


def pictures(findings: Findings) -> list[Picture]:
    """Draw the spaces and their measures; nothing where no seed finished."""
    facts: Facts = findings.facts
    if not facts.spaces:
        return []
    prefix = EXPERIMENTS[facts.varied].lower()
    names = [called(space, facts.varied) for space in facts.spaces]
    shown = [f"{len(points):,} {what}" for points, what in _shown(facts)]
    bars = f"; bars: 95 % t-intervals over {facts.seeds} seeds, thin lines: the seeds" if facts.seeds > 1 else ""
    return [
        Picture(
            f"{prefix}-latent-space",
            f"The latent space of the first seed's networks: {' and '.join(shown)}, none of which a network learnt "
            "from. Above, the two directions of most variance (an axis with rows very far out is logarithmic beyond "
            "its first mark); below, t-SNE, where only who is next to whom means something.",
            latent_scatter.draw(facts.maps, names),
        ),
        Picture(
            f"{prefix}-separation",
            f"How far normal rows and anomalies stand apart, measured in three ways{bars}. Dashed: the same without a "
            "network.",
            separation_measures.draw(facts),
        ),
    ]


def _shown(facts: Facts) -> tuple[tuple[tuple[tuple[float, float], ...], str], ...]:
    first = facts.maps[0]
    return (first.normals, "held-out normal rows"), (first.anomalies, "anomalies")
