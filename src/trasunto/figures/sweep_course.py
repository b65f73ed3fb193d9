"""The best design so far by how many networks had been begun: whether the search was still gaining."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trasunto.figures import theme
from trasunto.figures.sweep_axes import scale
from trasunto.search.facts import Facts
from trasunto.search.measures import MEASURES


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw the best mean as steps, a point after each cohort that ended, and PCA's value where there is one."""
    figure, grid = theme.canvas(width=7.2, height=3.8)
    axes: Axes = grid[0, 0]
    known = [(step.networks, step.best) for step in facts.course if step.best is not None]
    axes.plot(*zip(*known, strict=True), "o-", color=theme.PALETTE[0], drawstyle="steps-post", markersize=4)
    values = [best for _, best in known]
    if facts.pca is not None and facts.pca.value is not None:
        values.append(facts.pca.value)
        label = f"PCA, {facts.pca.components} components"
        axes.axhline(facts.pca.value, color=theme.PALETTE[2], linestyle=(0, (5, 3)), linewidth=1.2, label=label)
        axes.legend(loc="best")
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    scale(axes, "y", values)
    what = MEASURES[facts.measures[0]]
    theme.label(
        axes, title="Best so far", x="networks begun", y=f"{what.what} ({'higher' if what.up else 'lower'} is better)"
    )
    return figure
