"""The pictures of the latent-loss study, in reading order, with their captions."""

from __future__ import annotations

from trasunto.figures import error_by_epoch, hourglass, latent_errors, layer_table
from trasunto.figures.theme import Picture
from trasunto.studies import Findings
from trasunto.studies.latent_loss_facts import Facts


def pictures(findings: Findings) -> list[Picture]:
    """Draw the facts of `findings`, nothing where every network diverged; the paper's points for its own rows only."""
    facts: Facts = findings.facts
    if not facts.sizes:
        return []
    per = findings.subject.per
    several = facts.seeds > 1
    points = f" Small points are the {facts.seeds} seeds." if several else ""
    bars = f" Bars: 95 % t-intervals over {facts.seeds} seeds, paired." if several else ""
    lines = f" Thick: mean over {facts.seeds} seeds; thin: each seed." if several else ""
    right = f" Right: the share of it that each doubling of the latent units takes off.{bars}" if facts.gaps else ""
    papers = bool(findings.comparisons)
    beside = "the paper's table and PCA" if papers else "PCA"
    largest = facts.sizes[-1].table
    return [
        Picture(
            "b4-errors",
            f"Error after {facts.epochs} epochs of each latent size, beside {beside} with as many components.{points}"
            f"{right}",
            latent_errors.draw(facts, paper=papers, per=per),
        ),
        Picture(
            "b4-curves",
            f"Training error (averaged over each epoch) and held-out error by epoch for each latent size, from epoch 1 "
            f"on.{lines}",
            error_by_epoch.draw(
                [f"{size.latent}" for size in facts.sizes], facts.train, facts.test, "latent units", per=per
            ),
        ),
        Picture(
            "b4-layers",
            f"Layers of the network with {facts.sizes[-1].latent} latent units; the others differ in that layer alone.",
            layer_table.draw(largest),
        ),
        Picture(
            "b4-network",
            "Shape of the same network: bars are as tall as layers are wide, with units above and activations below.",
            hourglass.draw(largest),
        ),
    ]
