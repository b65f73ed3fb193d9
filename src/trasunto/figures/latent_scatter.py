"""Latent spaces in the plane: a column per space, a row per way of laying it out, a colour per kind of row."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from trasunto.figures import theme
from trasunto.studies.separation_facts import Map, Points

NORMAL, ANOMALY = theme.PALETTE[5], theme.PALETTE[1]
"""The colours of normal rows and anomalies in every figure: the many in a light blue, the few over them in red."""

_METHODS = {"pca": "PCA", "tsne": "t-SNE"}


@theme.themed
def draw(maps: Sequence[Map], names: Sequence[str]) -> Figure:
    """Draw every map of the spaces so named, normal rows first and anomalies over them."""
    methods = list(dict.fromkeys(one.method for one in maps))
    figure, grid = theme.canvas(len(methods), len(names), width=1.0 + 3.6 * len(names), height=0.6 + 3.2 * len(methods))
    for one in maps:
        axes = grid[methods.index(one.method), one.space]
        _points(axes, one.normals, NORMAL, "normal rows")
        _points(axes, one.anomalies, ANOMALY, "anomalies")
        _axes(axes, one)
    for axes, name in zip(grid[0], names, strict=True):
        theme.label(axes, title=name)
    theme.beside(grid[0, -1], markerscale=2.0)
    return figure


def _points(axes: Axes, points: Points, colour: str, name: str) -> None:
    x, y = np.array(points, dtype=np.float64).reshape(-1, 2).T
    axes.scatter(x, y, s=9, color=colour, alpha=0.55, linewidth=0, label=name, zorder=2 if colour == NORMAL else 3)


def _axes(axes: Axes, one: Map) -> None:
    if one.explained is None:
        # Distances on a t-SNE map mean nothing, so that numbers on its axes would only mislead.
        axes.set_xticks([])
        axes.set_yticks([])
        theme.label(axes, y=_METHODS[one.method])
        return
    every = np.array([*one.normals, *one.anomalies])
    for axis, values in zip(("x", "y"), every.T, strict=True):
        _stretched(axes, axis, values)
    first, second = (f"{100 * share:.0f} % of the variance" for share in one.explained)
    theme.label(axes, x=f"component 1, {first}", y=f"component 2, {second}")
    if not every.any():
        axes.annotate("every row is at the same place", (0.5, 0.6), xycoords="axes fraction", ha="center")


def _stretched(axes: Axes, which: str, values: NDArray[np.float64]) -> None:
    """Make an axis linear as far as most rows lie, and logarithmic beyond, where a few lie very far out."""
    inner, outer = float(np.quantile(np.abs(values), 0.75)), float(np.abs(values).max())
    if inner <= 0:
        return
    linear = _round_up(inner)
    if outer < 3 * linear:
        return
    decades = [linear * 10.0**k for k in range(math.ceil(math.log10(outer / linear)) + 1)]
    ticks = [-one for one in reversed(decades) if values.min() < -one / 2] + [0.0]
    ticks += [one for one in decades if values.max() > one / 2]
    (axes.set_xscale if which == "x" else axes.set_yscale)("symlog", linthresh=linear)
    axis: Axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_minor_locator(NullLocator())


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ... (or 0.1, 0.2, 0.5, ...) that is no less than `value`."""
    decade = 10.0 ** math.floor(math.log10(value))
    return float(next(step * decade for step in (1.0, 2.0, 5.0, 10.0, 20.0) if step * decade >= value))
