"""A network drawn as what it is: layers as bars as tall as they are wide, narrow in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from trasunto.figures import theme
from trasunto.spec import LayerRow
from trasunto.studies.tabular_networks import LayerTable

_BAR = 0.34
_HIDDEN, _LATENT, _ROW = theme.PALETTE[0], theme.PALETTE[4], theme.PALETTE[6]

LEAST = 0.05
"""The height, as a share of the tallest, below which a bar would be no bar any more."""


@theme.themed
def draw(table: LayerTable) -> Figure:
    """Draw input, hidden layers and output from left to right, each with its units and its activation."""
    lines = table.lines
    figure, grid = theme.canvas(width=max(4.5, 1.05 * len(lines)), height=3.6)
    axes: Axes = grid[0, 0]
    heights = _heights(lines)
    for place in range(len(lines) - 1):
        _between(axes, place, heights[place], heights[place + 1])
    for place, (line, height) in enumerate(zip(lines, heights, strict=True)):
        axes.add_patch(Rectangle((place - _BAR / 2, -height / 2), _BAR, height, color=_colour(line), linewidth=0))
        axes.text(place, height / 2 + 0.03, f"{line.width}", ha="center", va="bottom", fontsize=10, fontweight="bold")
        axes.text(place, -0.56, _below(line), ha="center", va="top", fontsize=8.5, linespacing=1.35)
    axes.set_xlim(-0.6, len(lines) - 0.4)
    axes.set_ylim(-0.92, 0.64)
    axes.set_axis_off()
    return figure


def _heights(lines: Sequence[LayerRow]) -> list[float]:
    tallest = max(line.width for line in lines)
    return [max(LEAST, line.width / tallest) for line in lines]


def _between(axes: Axes, place: int, left: float, right: float) -> None:
    """Shade what connects a layer to the next one."""
    start, end = place + _BAR / 2, place + 1 - _BAR / 2
    corners = [(start, -left / 2), (start, left / 2), (end, right / 2), (end, -right / 2)]
    axes.add_patch(Polygon(corners, closed=True, color=theme.GRID, linewidth=0))


def _colour(line: LayerRow) -> str:
    if line.layer in ("input", "output"):
        return _ROW
    return _LATENT if line.layer == "latent" else _HIDDEN


def _below(line: LayerRow) -> str:
    told = [line.layer, line.activation]
    if line.penalty:
        told.append(f"L1 {line.penalty:g}")
    return "\n".join(word for word in told if word)
