"""The picture of the pre-training study, with its caption."""

from __future__ import annotations

from trasunto.figures import label_efficiency
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.pretraining_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; nothing where every seed diverged."""
    facts: Facts = findings.facts
    if not facts.scores:
        return []
    rows = f"{findings.subject.row}s"
    cover = (
        f" Bars: 95 % t-intervals over {facts.seeds} seeds, each with its own encoder and labelled {rows}."
        if facts.seeds > 1
        else ""
    )
    return [
        Picture(
            "a8-labels",
            f"Left: accuracy on the test {rows} against the number of labelled {rows}. Right: what the trained encoder "
            f"adds to it, fine-tuned and frozen, paired by seed.{cover}",
            label_efficiency.draw(facts, rows=rows),
        )
    ]
