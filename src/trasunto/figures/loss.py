"""The picture of the loss study, with its caption."""

from __future__ import annotations

from trasunto.figures import loss_comparison
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.loss_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; nothing where every seed diverged."""
    facts: Facts = findings.facts
    if not facts.arms:
        return []
    bars = f" Bars: 95 % t-intervals over {facts.seeds} seeds." if facts.seeds > 1 else ""
    return [
        Picture(
            "a7-losses",
            f"Test error after {facts.epochs} epochs of networks trained on either loss, judged by both. Grey: the two "
            f"networks of one seed, joined. Coloured: the means.{bars} "
            f"The least cross entropy possible on these rows is {facts.floor:.4f}.",
            loss_comparison.draw(facts, per=findings.subject.per),
        )
    ]
