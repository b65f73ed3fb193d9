"""Accuracy against the number of labels, and the difference between a trained encoder and random weights."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from trasunto.figures import theme
from trasunto.studies.pretraining_facts import ARMS, Facts

_COLOURS = dict(zip(ARMS, (theme.PALETTE[6], theme.PALETTE[4], theme.PALETTE[0]), strict=True))
_MARKERS = dict(zip(ARMS, ("s", "^", "o"), strict=True))
_NAMES = {"scratch": "from scratch", "frozen": "encoder frozen", "fine-tuned": "encoder fine-tuned"}
_APART = 1.09
"""Factor on the logarithmic axis between arms with as many labels, so that equal accuracies do not hide each other."""


@theme.themed
def draw(facts: Facts, *, rows: str = "rows") -> Figure:
    """Draw accuracies on the left and, on the right, each trained arm's paired difference to scratch."""
    figure, grid = theme.canvas(2, 2, width=8.8, height=4.6, width_ratios=(1.15, 1))
    columns = grid[0, 0].get_gridspec()
    grid[0, 0].remove()
    grid[1, 0].remove()
    accuracy = figure.add_subplot(columns[:, 0])
    _accuracies(accuracy, facts, rows)
    for axes, arm in zip(grid[:, 1], ("fine-tuned", "frozen"), strict=True):
        _differences(axes, facts, arm)
    theme.label(grid[1, 1], x=f"labelled {rows}")
    for axes in (accuracy, *grid[:, 1]):
        _counts(axes, facts)
    return figure


def _accuracies(axes: Axes, facts: Facts, rows: str) -> None:
    for place, arm in enumerate(ARMS):
        scores, colour = facts.of(arm), _COLOURS[arm]
        counts = [score.labels * _APART ** (place - 1) for score in scores]
        for count, score in zip(counts, scores, strict=True):
            _bar(axes, count, score.accuracy.low, score.accuracy.high, colour)
        accuracies = [score.accuracy.mean for score in scores]
        axes.plot(
            counts, accuracies, marker=_MARKERS[arm], markersize=5.5, linewidth=1.4, color=colour, label=_NAMES[arm]
        )
    # Intervals over few seeds reach beyond what a share can be; the axis does not.
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 0.0), min(high, 1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.legend(loc="lower right")
    theme.label(axes, title="Accuracy", x=f"labelled {rows}", y=f"test {rows} told rightly")


def _differences(axes: Axes, facts: Facts, arm: str) -> None:
    gains, colour = [gain for gain in facts.gains if gain.arm == arm], _COLOURS[arm]
    axes.axhline(0, color=_COLOURS["scratch"], linewidth=1.4)
    for gain in gains:
        if gain.low is not None and gain.high is not None:
            _bar(axes, gain.labels, 100 * gain.low, 100 * gain.high, colour)
    axes.plot(
        [gain.labels for gain in gains],
        [100 * gain.difference for gain in gains],
        marker=_MARKERS[arm],
        markersize=5.5,
        linewidth=1.4,
        color=colour,
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}" if value else "0"))
    theme.label(axes, title=f"{_NAMES[arm].capitalize()}, less scratch", y="points of accuracy")


def _bar(axes: Axes, x: float, low: float | None, high: float | None, colour: str) -> None:
    if low is not None and high is not None:
        axes.plot([x, x], [low, high], color=colour, linewidth=1.8, alpha=0.6, solid_capstyle="butt")


def _counts(axes: Axes, facts: Facts) -> None:
    counts = sorted({score.labels for score in facts.scores})
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.xaxis.set_minor_locator(NullLocator())
