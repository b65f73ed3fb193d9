"""Error by epoch: a panel each for training and held-out rows, a line per network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import NDArray

from trasunto.figures import theme
from trasunto.studies.evidence import Course, Curve

MARKED = 20
"""Up to this many epochs a line has a mark at each."""


@theme.themed
def draw(
    names: Sequence[str], train: Sequence[Course], test: Sequence[Course], title: str, *, per: str = "feature"
) -> Figure:
    """Draw the mean over seeds as a line and every seed as a thin one behind it, from the first epoch on.

    `names` are the lines' in the legend, of which `title` is the heading.
    """
    figure, grid = theme.canvas(1, 2, width=8.8, height=4.0, sharex=True, sharey=True)
    left, right = grid[0]
    for axes, courses in ((left, train), (right, test)):
        for name, course, colour in zip(names, courses, theme.shades(len(names)), strict=True):
            lines(axes, course, colour, name)
    theme.label(left, title="Training rows", x="epoch", y=f"error (MSE per {per})")
    theme.label(right, title="Held-out rows", x="epoch")
    scale_errors(left, [course.mean for course in (*train, *test)])
    theme.beside(right, title)
    return figure


def lines(axes: Axes, course: Course, colour: str, name: str) -> None:
    """Draw one course: the mean, and behind it the seeds where there are several."""
    epochs = np.arange(1, len(course.mean))
    if len(course.by_seed) > 1:
        for curve in course.by_seed:
            axes.plot(epochs, known(curve), color=colour, linewidth=0.7, alpha=0.3)
    axes.plot(epochs, known(course.mean), color=colour, marker="o" if len(epochs) <= MARKED else "", label=name)


def known(curve: Curve) -> NDArray[np.float64]:
    """Return the curve from epoch 1 on; before training it would dwarf everything after."""
    return np.array(curve[1:], dtype=np.float64)


def scale_errors(axes: Axes, shown: Sequence[Curve]) -> None:
    """Make the axis of errors logarithmic, with ticks as fine as what is shown, and that of epochs whole numbers."""
    theme.log_axis(axes, "y", theme.fine(np.concatenate([known(curve) for curve in shown])))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]))
