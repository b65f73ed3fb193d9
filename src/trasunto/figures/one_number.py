"""A grid's errors against learning rate / (1 - momentum), to see whether the two act as one setting."""

from __future__ import annotations

from matplotlib.figure import Figure

from trasunto.analysis.effective_rate import effective_rate
from trasunto.figures import theme
from trasunto.figures.axis_names import error_axis
from trasunto.studies.learning_rate_momentum_facts import Facts

_LISTED = 8


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw each cell's error over the one number, coloured by momentum: if one number is enough, they form a line."""
    error = facts.finished()
    figure, grid = theme.canvas(width=7.4, height=4.4)
    axes = grid[0, 0]
    step = max(1, -(-len(facts.momenta) // _LISTED))
    for column, (momentum, colour) in enumerate(zip(facts.momenta, theme.shades(len(facts.momenta)), strict=True)):
        named = column % step == (len(facts.momenta) - 1) % step
        axes.scatter(
            effective_rate(facts.learning_rates, momentum),
            error[:, column],
            color=colour,
            s=22 if len(facts.momenta) > _LISTED else 40,
            alpha=0.85,
            linewidth=0,
            label=f"{momentum:g}" if named else None,
            zorder=3,
        )
    theme.log_axis(axes, "x")
    theme.log_axis(axes, "y", theme.fine(error))
    theme.label(
        axes,
        title="One number in place of two",
        x="learning rate / (1 - momentum)",
        y=error_axis(facts.loss, facts.epochs, per=per),
    )
    theme.beside(axes, "momentum", reverse=True)
    return figure
