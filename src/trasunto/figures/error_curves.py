"""The paper's first view of the grid: the error along one setting, a line for each value of the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter
from numpy.typing import NDArray

from trasunto.figures import theme
from trasunto.figures.axis_names import error_axis
from trasunto.studies.learning_rate_momentum_facts import Facts


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw test error against learning rate and against momentum, side by side, on one logarithmic scale."""
    error = facts.finished()
    figure, axes = theme.canvas(1, 2, width=10.4, height=4.4, sharey=True)
    left, right = axes[0]
    _lines(left, facts.learning_rates, facts.momenta, error)
    _lines(right, facts.momenta, facts.learning_rates, error.T)
    theme.label(
        left, title="Along the learning rate", x="learning rate", y=error_axis(facts.loss, facts.epochs, per=per)
    )
    theme.label(right, title="Along the momentum", x="momentum")
    _key(figure, left, facts.momenta, "momentum")
    _key(figure, right, facts.learning_rates, "learning rate")
    return figure


def _lines(axes: Axes, along: Sequence[float], others: Sequence[float], error: NDArray[np.float64]) -> None:
    """Draw a line per column of `error`, (along, others); a cell that failed is a gap in its line."""
    marker = "o" if len(along) <= 8 else ""
    for colour, column in zip(theme.shades(len(others)), error.T, strict=True):
        axes.plot(along, column, color=colour, marker=marker, linewidth=1.4)
    theme.log_axis(axes, "y", theme.fine(error))


def _key(figure: Figure, axes: Axes, values: Sequence[float], name: str) -> None:
    """Put a bar of the lines' colours beside the axes; values need not be evenly spaced, so each gets one step."""
    norm = BoundaryNorm(np.arange(len(values) + 1), len(values))
    colours = ScalarMappable(norm, ListedColormap(theme.shades(len(values))))
    bar = figure.colorbar(colours, ax=axes, pad=0.02, aspect=28)
    step = max(1, round(len(values) / 7))
    bar.set_ticks(FixedLocator([position + 0.5 for position in range(0, len(values), step)]))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda position, _: f"{values[int(position)]:g}"))
    bar.ax.tick_params(length=0)
    bar.ax.minorticks_off()
    bar.set_label(name)
    bar.outline.set_visible(False)
