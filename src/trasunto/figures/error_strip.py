"""The squared error of every row shown, a strip per network and kind of row, as the paper draws it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.figures.latent_scatter import ANOMALY, NORMAL
from trasunto.studies.bad_latent_facts import Facts

_SPREAD = 0.32
"""Half the height over which a strip's points are scattered."""


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw the points of each strip scattered across it, with their median."""
    figure, grid = theme.canvas(width=7.6, height=0.9 + 0.75 * 2 * len(facts.spaces))
    axes: Axes = grid[0, 0]
    names: list[str] = []
    for space in facts.spaces:
        with_penalty = f"L1 {space.l1:g}" if space.l1 else "no penalty"
        for errors, colour, kind in (
            (space.errors.some_normals, NORMAL, "normal"),
            (space.errors.some_anomalies, ANOMALY, "anomalies"),
        ):
            _strip(axes, len(names), errors, colour)
            names.append(f"{with_penalty}, {kind}")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    theme.log_axis(axes, "x", (1.0,))
    theme.label(axes, x="squared error of a row (mean over features); the bar is the median")
    return figure


def _strip(axes: Axes, place: int, errors: tuple[float, ...], colour: str) -> None:
    # Evenly spread in the order of rows, so that the same facts always give the same picture.
    across = place + _SPREAD * (2 * np.modf(np.arange(len(errors)) * 0.61803398875)[0] - 1)
    axes.scatter(errors, across, s=7, color=colour, alpha=0.5, linewidth=0)
    median = float(np.median(errors))
    axes.plot((median, median), (place - 0.42, place + 0.42), color=theme.INK, linewidth=1.6)
