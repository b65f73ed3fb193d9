"""The paper's second view of the grid: the error as a surface over both settings."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d.axes3d import Axes3D

from trasunto.figures import theme
from trasunto.figures.axis_names import error_axis
from trasunto.studies.learning_rate_momentum_facts import Facts


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw test error over learning rate and momentum; cells that failed leave holes.

    The corner of small values is at the back, so that nothing of the slope towards the large ones is hidden.
    """
    error = facts.finished()
    figure, grid = theme.canvas(width=7.4, height=5.2, subplot_kw={"projection": "3d"})
    axes: Axes3D = grid[0, 0]
    rates, momenta = np.meshgrid(facts.learning_rates, facts.momenta, indexing="ij")
    surface = axes.plot_surface(
        rates,
        momenta,
        error,
        cmap=theme.SEQUENTIAL,
        vmin=np.nanmin(error),
        vmax=np.nanmax(error),
        rstride=1,
        cstride=1,
        edgecolor="white",
        linewidth=0.35,
        antialiased=True,
    )
    axes.set(xlabel="learning rate", ylabel="momentum")
    axes.set_zlim(0, None)
    axes.view_init(elev=24, azim=38)
    axes.set_box_aspect((1, 1, 0.68), zoom=1.12)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(5))
    for pane in (axes.xaxis, axes.yaxis, axes.zaxis):
        pane.set_pane_color((1, 1, 1, 0))
    bar = figure.colorbar(surface, ax=axes, shrink=0.66, aspect=22, pad=0.06)
    bar.set_label(error_axis(facts.loss, facts.epochs, per=per))
    bar.outline.set_visible(False)
    return figure
