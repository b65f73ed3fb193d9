"""The pictures of the hidden-size study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import hidden_size_curves, size_gain
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.hidden_size_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; nothing where every network diverged."""
    facts: Facts = findings.facts
    if not facts.sizes:
        return []
    per = findings.subject.per
    several = facts.seeds > 1
    lines = f" Thick: mean over {facts.seeds} seeds; thin: each seed." if several else ""
    points = f" Small points are the {facts.seeds} seeds." if several else ""
    bars = f" Bars: 95 % t-intervals over {facts.seeds} seeds, paired." if several else ""
    linear = any(size.times_pca is not None for size in facts.sizes)
    beside = " beside that of PCA with as many components" if linear else "; PCA with as many components leaves none"
    drawn = [
        Picture(
            "a5-curves",
            f"Training and test error by epoch for each number of hidden units, from epoch 1 on.{lines}",
            hidden_size_curves.draw(facts, per=per),
        )
    ]
    if facts.gaps:
        drawn.append(
            Picture(
                "a5-gain",
                f"Left: test error after {facts.epochs} epochs{beside}.{points} "
                f"Right: the share of it that each doubling of the hidden units takes off.{bars}",
                size_gain.draw(facts, per=per),
            )
        )
    return drawn
