"""The picture of the demonstration, with its caption."""

from __future__ import annotations

from trasunto.figures import drawing_strip
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.demonstration_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    if not facts.epochs:
        return []
    seeds = max(len(moment.error.by_seed) for moment in facts.moments)
    drawn = "" if seeds == 1 else " by the first seed's network"
    mean = "" if seeds == 1 else f", the mean over {seeds} seeds where as many were trained that far"
    paper = "; in orange, the paper's" if any(moment.paper is not None for moment in facts.moments) else ""
    names = " and ".join(drawing.image for drawing in facts.drawings)
    return [
        Picture(
            "a6-drawings",
            f"{names[0].upper()}{names[1:]} as drawn{drawn} with {facts.hidden} hidden units as training goes on. "
            f"Below each drawing, its mean squared error per pixel{mean}{paper}.",
            drawing_strip.draw(facts),
            shows_rows=True,
        )
    ]
