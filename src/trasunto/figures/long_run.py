"""The pictures of the long-run study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import learning_curves, ranking_over_time
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.long_run_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`."""
    facts: Facts = findings.facts
    over = "" if facts.seeds == 1 else f", mean over {facts.seeds} seeds"
    return [
        Picture(
            "a4-learning",
            f"Test error by epoch{over}; epoch 0 is the untrained network. A cross ends a line that diverged.",
            learning_curves.draw(facts.courses, facts.loss, per=findings.subject.per),
        ),
        Picture(
            "a4-ranking",
            f"Rank of each cell by test error{over}. Dotted: the epoch whose order is compared with later ones. "
            "Colours run from the smallest learning rate / (1 - momentum), dark, to the largest, light.",
            ranking_over_time.draw(facts),
        ),
    ]
