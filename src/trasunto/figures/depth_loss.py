"""The pictures of the depth-loss study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import depth_errors, error_by_epoch, hourglass, layer_table
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.depth_loss_facts import Depth, Facts
from trasunto.studies.hidden_size_facts import NOTHING_LEFT


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`; nothing where every network diverged."""
    facts: Facts = findings.facts
    if not facts.depths:
        return []
    per = findings.subject.per
    several = facts.seeds > 1
    points = f" Small points are the {facts.seeds} seeds." if several else ""
    bars = f" Bars: 95 % t-intervals over {facts.seeds} seeds, paired; words: after Holm." if several else ""
    lines = f" Thick: mean over {facts.seeds} seeds; thin: each seed." if several else ""
    right = f" Right: what more layers add to it.{bars}" if facts.contrasts else ""
    linear = facts.pca.test_error > NOTHING_LEFT
    beside = f", {'beside' if linear else 'of which'} PCA with as many components{'' if linear else ' leaves none'}"
    deepest = facts.plain[-1]
    return [
        Picture(
            "b2-errors",
            f"Error after {facts.epochs} epochs of each depth with {facts.latent} latent units{beside}.{points}{right}",
            depth_errors.draw(facts, per=per),
        ),
        Picture(
            "b2-curves",
            f"Training error (averaged over each epoch) and held-out error by epoch for each depth, from epoch 1 on."
            f"{lines}",
            error_by_epoch.draw(
                [_name(depth) for depth in facts.depths], facts.train, facts.test, "hidden layers", per=per
            ),
        ),
        Picture(
            "b2-layers",
            "Layers of the deepest network; one of k hidden layers a side has the first and the last k of them.",
            layer_table.draw(deepest.table),
        ),
        Picture(
            "b2-network",
            "Shape of the deepest network: bars are as tall as layers are wide, units above and activations below.",
            hourglass.draw(deepest.table),
        ),
    ]


def _name(depth: Depth) -> str:
    return f"{depth.layers} (wide)" if depth.widened else f"{depth.layers}"
