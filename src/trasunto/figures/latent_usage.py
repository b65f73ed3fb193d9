"""Activity of latent units: the share of rows each responds to, and how much its output varies."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from trasunto.figures import theme
from trasunto.figures.latent_scatter import ANOMALY, NORMAL
from trasunto.studies.bad_latent_facts import Facts, Space


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw a column per space: above, the rows to which a unit responds; below, the deviation of its output."""
    figure, grid = theme.canvas(2, len(facts.spaces), width=9.2, height=5.0, sharex="col", sharey="row")
    for column, space in zip(grid.T, facts.spaces, strict=True):
        _responses(column[0], space)
        _deviations(column[1], space)
        title = f"Latent activity L1 {space.l1:g}" if space.l1 else "Without the penalty"
        theme.label(column[0], title=title)
        theme.label(column[1], x="latent unit, the most active first")
        column[1].set_xticks(_numbers(len(space.units)))
        column[1].set_xlim(0.2, len(space.units) + 0.8)
    theme.label(grid[0, 0], y="rows it responds to")
    theme.label(grid[1, 0], y="deviation of its output")
    theme.beside(grid[0, -1])
    return figure


def _responses(axes: Axes, space: Space) -> None:
    places = np.arange(1, len(space.units) + 1)
    axes.bar(places, [unit.active for unit in space.units], color=NORMAL, width=0.8, label="normal rows")
    strange = [unit.active_anomalies for unit in space.units]
    axes.plot(places, strange, "o", color=ANOMALY, markersize=3.5, label="anomalies")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.set_ylim(-0.03, 1.03)
    axes.grid(visible=False, axis="x")


def _deviations(axes: Axes, space: Space) -> None:
    places = np.arange(1, len(space.units) + 1)
    axes.bar(places, [unit.deviation for unit in space.units], color=theme.PALETTE[0], width=0.8)
    axes.grid(visible=False, axis="x")


def _numbers(units: int) -> list[int]:
    """Return the units to number on an axis: the first, the last, and some evenly between them."""
    step = max(1, -(-units // 8))
    return sorted({1, units} | set(range(step, units - step // 2, step)))
