"""How networks of several sizes learn: training and test error by epoch, a panel each, a line per size."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from trasunto.figures import theme
from trasunto.studies.evidence import Curve
from trasunto.studies.hidden_size_facts import Facts


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw the mean over seeds as a line and every seed as a thin one behind it, from the first epoch on."""
    figure, grid = theme.canvas(1, 2, width=8.6, height=4.0, sharex=True, sharey=True)
    left, right = grid[0]
    shades = theme.shades(len(facts.curves))
    for curves, colour in zip(facts.curves, shades, strict=True):
        name = f"{curves.hidden}"
        _lines(left, curves.train, curves.mean_train, colour, name)
        _lines(right, curves.test, curves.mean_test, colour, name)
    theme.label(left, title="Training (dropout on)", x="epoch", y=f"error (MSE per {per})")
    theme.label(right, title="Test (dropout off)", x="epoch")
    errors = [
        value for curves in facts.curves for curve in (curves.mean_train, curves.mean_test) for value in curve[1:]
    ]
    theme.log_axis(left, "y", theme.fine([value for value in errors if value is not None]))
    left.yaxis.set_minor_locator(NullLocator())
    left.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]))
    theme.beside(right, "hidden units")
    return figure


def _lines(axes: Axes, seeds: tuple[Curve, ...], mean: Curve, colour: str, name: str) -> None:
    epochs = np.arange(1, len(mean))
    if len(seeds) > 1:
        for curve in seeds:
            axes.plot(epochs, _known(curve), color=colour, linewidth=0.8, alpha=0.35)
    marker = "o" if len(epochs) <= 20 else ""
    axes.plot(epochs, _known(mean), color=colour, marker=marker, label=name)


def _known(curve: Curve) -> np.ndarray:
    """Return the curve from epoch 1 on; before training it would dwarf everything after."""
    return np.array(curve[1:], dtype=np.float64)
