"""Importance of each parameter for the first measure, as bars with the deviation over shuffles."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.search.importance import Importances


@theme.themed
def draw(importances: Importances) -> Figure:
    """Draw a bar for each parameter, the most important on top."""
    shown = importances.parameters
    figure, grid = theme.canvas(width=6.4, height=1.3 + 0.36 * len(shown))
    axes: Axes = grid[0, 0]
    places = range(len(shown))[::-1]
    axes.barh(places, [one.importance for one in shown], height=0.55, color=theme.PALETTE[0])
    for place, one in zip(places, shown, strict=True):
        ends = (one.importance - one.deviation, one.importance + one.deviation)
        axes.plot(ends, (place, place), color=theme.INK, linewidth=1.2)
    axes.axvline(0, color=theme.MUTED, linewidth=0.8)
    axes.set_yticks(list(places), [theme.plain(one.parameter) for one in shown])
    axes.grid(visible=False, axis="y")
    theme.label(axes, title="What matters", x=f"fall of R² when shuffled (foretold: {importances.explained:.2f})")
    return figure
