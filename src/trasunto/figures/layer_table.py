"""The layer table of a network, as the paper prints it: layer, activation, output shape, parameters."""

from __future__ import annotations

from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.spec import LayerRow
from trasunto.studies.tabular_networks import LayerTable

_COLUMNS = (
    ("layer", 0.01, "left"),
    ("activation", 0.27, "left"),
    ("output shape", 0.74, "right"),
    ("parameters", 0.99, "right"),
)
_LINE = 0.27  # inches


@theme.themed
def draw(table: LayerTable) -> Figure:
    """Draw the lines of the table, and under a rule what they add up to."""
    count = len(table.lines) + 2
    figure, grid = theme.canvas(width=6.2, height=0.25 + _LINE * count)
    axes = grid[0, 0]
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(count - 0.5, -0.6)
    rows = (*map(_cells, table.lines), ("total", "", "", f"{table.parameters:,}"))
    for place, cells in enumerate((tuple(name for name, _, _ in _COLUMNS), *rows)):
        strong = place in (0, count - 1)
        for (_, x, side), text in zip(_COLUMNS, cells, strict=True):
            axes.text(x, place, text, ha=side, va="center", fontweight="bold" if strong else "normal", fontsize=9.5)
    for y in (0.5, count - 1.5):
        axes.plot((0, 1), (y, y), color=theme.MUTED, linewidth=0.8)
    return figure


def _cells(line: LayerRow) -> tuple[str, str, str, str]:
    penalty = f", activity L1 {line.penalty:g}" if line.penalty else ""
    return line.layer, f"{line.activation}{penalty}", f"(rows, {line.width})", f"{line.parameters:,}"
