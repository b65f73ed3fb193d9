"""Squared error and cross entropy as the loss, each network judged by both measures."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.studies.loss_facts import LOSSES, Facts

_COLOURS = dict(zip(LOSSES, theme.PALETTE, strict=False))
_NAMES = {"mse": "squared error", "bce": "cross entropy"}
_AXES = {"mse": "test error (MSE per {})", "bce": "test error (cross entropy per {}, nats)"}


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw a panel per measure: each seed as a line between its two networks, the means with their intervals."""
    figure, grid = theme.canvas(1, 2, width=7.6, height=4.0)
    for axes, measure in zip(grid[0], LOSSES, strict=True):
        _panel(axes, facts, measure, _AXES[measure].format(per))
    figure.supxlabel("trained on", fontsize=9.5)
    return figure


def _panel(axes: Axes, facts: Facts, measure: str, name: str) -> None:
    arms = [facts.arm(loss, measure) for loss in LOSSES]
    for pair in zip(*(arm.error.by_seed for arm in arms), strict=True):
        axes.plot((0.0, 1.0), pair, color=theme.MUTED, linewidth=0.8, alpha=0.6, marker="o", markersize=3.5)
    for place, arm in enumerate(arms):
        beside, colour = place + (-0.14 if place == 0 else 0.14), _COLOURS[arm.trained_on]
        error = arm.error
        if error.low is not None and error.high is not None:
            axes.plot((beside, beside), (error.low, error.high), color=colour, linewidth=2.2)
        axes.plot(beside, error.mean, "o", color=colour, markersize=8)
        axes.annotate(
            f"{error.mean:.4f}",
            (beside, error.mean),
            xytext=(-9 if place == 0 else 9, 0),
            textcoords="offset points",
            ha="right" if place == 0 else "left",
            va="center",
            color=colour,
            fontsize=9,
        )
    axes.set_xticks((0, 1), [_NAMES[loss] for loss in LOSSES])
    axes.set_xlim(-0.65, 1.65)
    axes.grid(visible=False, axis="x")
    theme.label(axes, title=f"Judged by {_NAMES[measure]}", y=name)
