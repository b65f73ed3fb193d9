"""Designs by two measures, and the front of those that none beats in both."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.figures.sweep_axes import scale
from trasunto.search.facts import Design, Facts
from trasunto.search.measures import MEASURES

_FRONT, _OTHER = theme.PALETTE[1], theme.PALETTE[0]


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw the second measure across and the first one up, with intervals for the designs on the front."""
    figure, grid = theme.canvas(width=7.2, height=4.6)
    axes: Axes = grid[0, 0]
    first, second = (MEASURES[name] for name in facts.measures[:2])
    for design in facts.designs:
        if not design.front:
            _point(axes, design, _OTHER)
    ahead = sorted((design for design in facts.designs if design.front), key=lambda design: design.scores[1].mean)
    steps = [(design.scores[1].mean, design.scores[0].mean) for design in ahead]
    axes.plot(*zip(*steps, strict=True), "-", color=_FRONT, linewidth=1.2, zorder=2)
    for design in ahead:
        _bars(axes, design)
        _point(axes, design, _FRONT)
    scale(axes, "x", [design.scores[1].mean for design in facts.designs])
    scale(axes, "y", [design.scores[0].mean for design in facts.designs])
    directions = ["higher" if one.up else "lower" for one in (second, first)]
    theme.label(
        axes,
        title="What one measure costs in the other",
        x=f"{second.what} ({directions[0]} is better)",
        y=f"{first.what} ({directions[1]} is better)",
    )
    return figure


def _point(axes: Axes, design: Design, colour: str) -> None:
    across, up = design.scores[1].mean, design.scores[0].mean
    face = colour if design.front else "white"
    axes.plot(across, up, "o", color=colour, markerfacecolor=face, markersize=6, zorder=3)


def _bars(axes: Axes, design: Design) -> None:
    up, across = design.scores[0], design.scores[1]
    if up.low is not None and up.high is not None:
        axes.plot((across.mean, across.mean), (up.low, up.high), color=_FRONT, linewidth=1.4, alpha=0.6)
    if across.low is not None and across.high is not None:
        axes.plot((across.low, across.high), (up.mean, up.mean), color=_FRONT, linewidth=1.4, alpha=0.6)
