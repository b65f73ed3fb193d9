"""The picture of the pre-training study, with its caption."""

from __future__ import annotations

from trasunto.figures import label_efficiency
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.pretraining_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    cover = (
        f" Bars: 95 % t-intervals over {facts.seeds} seeds, each with its own encoder and labelled images."
        if facts.seeds > 1
        else ""
    )
    return [
        Picture(
            "a8-labels",
            f"Left: accuracy on the test images against the number of labelled images. Right: what the trained encoder "
            f"adds to it, fine-tuned and frozen, paired by seed.{cover}",
            label_efficiency.draw(facts),
        )
    ]
