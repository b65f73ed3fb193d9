"""Learning curves of a grid: a panel per momentum, a line per learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trasunto.figures import theme
from trasunto.figures.axis_names import error_axis

_ACROSS = 4
_TALLEST = 1.5
"""Errors beyond this many times the untrained one leave the picture: before it diverges a network can reach 1e30."""

_LONG = 20
"""Beyond this many epochs the epoch axis is logarithmic, since most happens at the start."""


class Course(Protocol):
    """A cell with its error after every epoch, the untrained network's first."""

    @property
    def learning_rate(self) -> float:
        """The row."""

    @property
    def momentum(self) -> float:
        """The column."""

    @property
    def error(self) -> tuple[float | None, ...]:
        """Test error; None from where it diverged."""


@theme.themed
def draw(
    courses: Sequence[Course], loss: str, *, goal: float | None = None, per: str = "feature", paper: bool = False
) -> Figure:
    """Draw test error over epochs, with `goal` as a line where it is given, in the colour of the paper's if it is."""
    momenta = sorted({course.momentum for course in courses})
    rates = sorted({course.learning_rate for course in courses})
    ceiling = _TALLEST * max(course.error[0] or 0.0 for course in courses)
    colours = dict(zip(rates, theme.shades(len(rates)), strict=True))
    columns = min(_ACROSS, len(momenta))
    rows = -(-len(momenta) // columns)
    figure, grid = theme.canvas(
        rows, columns, width=max(4.5, 0.9 + 2.5 * columns), height=0.7 + 2.9 * rows, sharex=True, sharey=True
    )
    panels = list(grid.flat)
    for axes, momentum in zip(panels, momenta, strict=False):
        _panel(axes, [course for course in courses if course.momentum == momentum], colours, ceiling)
        theme.label(axes, title=f"momentum {momentum:g}")
        if goal is not None:
            theme.level_line(axes, goal, f"{goal:g}" if axes is panels[0] else "", theme.PAPER if paper else theme.INK)
    for axes in panels[len(momenta) :]:
        axes.set_visible(False)
    _scales(panels[0], courses, ceiling)
    figure.supxlabel("epoch", fontsize=9.5)
    figure.supylabel(error_axis(loss, per=per), fontsize=9.5)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, title="learning rate", loc="outside right upper")
    return figure


def _panel(axes: Axes, courses: Sequence[Course], colours: dict[float, str], ceiling: float) -> None:
    for course in sorted(courses, key=lambda course: course.learning_rate):
        error = np.array(course.error, dtype=np.float64)
        colour = colours[course.learning_rate]
        # A log axis has no place for epoch 0; half an epoch stands for it there, and the axis says so.
        epochs = np.arange(error.size, dtype=np.float64)
        epochs[0] = 0.5 if error.size > _LONG else 0.0
        marker: dict[str, Any] = {"marker": "o", "markersize": 2.8} if error.size <= _LONG else {}
        axes.plot(epochs, error, color=colour, linewidth=1.5, label=f"{course.learning_rate:g}", **marker)
        if np.isnan(error[-1]) and np.isfinite(error).any():
            last = int(np.flatnonzero(np.isfinite(error))[-1])
            axes.plot(
                epochs[last],
                min(error[last], ceiling),
                marker="x",
                color=theme.FAILED,
                markersize=7,
                markeredgewidth=1.8,
            )


def _scales(axes: Axes, courses: Sequence[Course], ceiling: float) -> None:
    errors = np.array([course.error for course in courses], dtype=np.float64)
    shown = errors[errors <= ceiling]
    theme.log_axis(axes, "y", theme.fine(shown))
    if shown.size < np.isfinite(errors).sum():
        axes.set_ylim(0.92 * float(shown.min()), ceiling)
    if errors.shape[1] <= _LONG:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        return
    axes.set_xscale("log")
    marks = [epoch for epoch in (1, 5, 20, 50, 150, 500, 1500) if epoch < errors.shape[1]]
    axes.set_xticks([0.5, *marks], ["0", *(str(mark) for mark in marks)])
    axes.minorticks_off()
