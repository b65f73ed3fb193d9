"""Numbers with their intervals side by side, each with a word beside it: the panel of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from trasunto.figures import theme


@dataclass(frozen=True)
class Point:
    """A number under its name, with its interval (None without one) and what is written beside it."""

    name: str
    value: float
    low: float | None
    high: float | None
    text: str
    colour: str = theme.PALETTE[0]


def interval_points(axes: Axes, points: Sequence[Point]) -> None:
    """Draw the points from left to right, a name under each, with a line at zero."""
    for place, point in enumerate(points):
        if point.low is not None and point.high is not None:
            axes.plot([place, place], [point.low, point.high], color=point.colour, linewidth=2)
        axes.plot(place, point.value, "o", color=point.colour, markersize=7)
        axes.annotate(
            point.text,
            (float(place), point.value),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    axes.axhline(0, color=theme.MUTED, linewidth=0.8)
    axes.set_xticks(np.arange(len(points)), [point.name for point in points])
    axes.set_xlim(-0.35, len(points) - 0.1)
    axes.grid(visible=False, axis="x")
