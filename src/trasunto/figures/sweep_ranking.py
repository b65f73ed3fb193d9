"""The best designs of a search, one above the other, with their intervals; those that tie with the best are filled."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.figures.sweep_axes import scale
from trasunto.search.facts import Design, Facts
from trasunto.search.measures import MEASURES
from trasunto.spec.space import told

MOST = 15
"""Designs that are shown."""

_BEST, _OTHER = theme.PALETTE[0], theme.PALETTE[6]
_LINE, _LINES = 60, 2


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw a line for each design, the best on top, and PCA's value where there is one."""
    shown = facts.designs[:MOST]
    ranks = [line.rank for line in facts.ranking[:MOST]]
    names = [_name(rank, design) for rank, design in zip(ranks, shown, strict=True)]
    tall = 0.34 + 0.12 * any("\n" in name for name in names)
    figure, grid = theme.canvas(width=9.8, height=1.4 + tall * len(shown))
    axes: Axes = grid[0, 0]
    for place, design in enumerate(shown):
        _design(axes, len(shown) - 1 - place, design)
    if facts.pca is not None and facts.pca.value is not None:
        axes.axvline(facts.pca.value, color=theme.PALETTE[2], linestyle=(0, (5, 3)), linewidth=1.2, zorder=1.5)
        axes.annotate(
            f"PCA ({facts.pca.components})",
            (facts.pca.value, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -10),
            textcoords="offset points",
            fontsize=8.5,
            color=theme.PALETTE[2],
        )
    axes.set_yticks(range(len(shown)), names[::-1], fontsize=8)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.grid(visible=False, axis="y")
    scale(axes, "x", [value for design in shown for value in design.scores[0].by_seed])
    what = MEASURES[facts.measures[0]]
    theme.label(axes, title="Designs, best first", x=f"{what.what} ({'higher' if what.up else 'lower'} is better)")
    return figure


def _design(axes: Axes, place: int, design: Design) -> None:
    score = design.scores[0]
    colour = _BEST if design.tied or design.tied is None else _OTHER
    if score.low is not None and score.high is not None:
        axes.plot((score.low, score.high), (place, place), color=colour, linewidth=2)
        axes.plot(score.by_seed, [place] * len(score.by_seed), "|", color=colour, markersize=8, alpha=0.7)
    axes.plot(score.mean, place, "o", color=colour, markersize=6.5, markerfacecolor=colour if design.tied else "white")


def _name(rank: str, design: Design) -> str:
    """Return what a design is called, on two lines at most, with the number under which a table has it whole."""
    line = f"{rank}  trial {design.trial}: {told(design.assignment)}".replace("$", r"\$")
    return "\n".join(textwrap.wrap(line, _LINE, max_lines=_LINES, placeholder=" …"))
