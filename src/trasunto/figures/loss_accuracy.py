"""The paper's picture of a good autoencoder: loss and accuracy by epoch, on training and on held-out rows."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trasunto.figures import theme
from trasunto.figures.error_by_epoch import lines, scale_errors
from trasunto.studies.good_autoencoder_facts import PaperNetwork
from trasunto.studies.papers import GOOD_NETWORK

_ROWS = {"train": ("training rows", theme.PALETTE[0]), "test": ("held-out rows", theme.PALETTE[2])}
_DASHES = {"train": (0, (5, 3)), "test": (0, (1, 2))}


@theme.themed
def draw(paper: PaperNetwork, target: float, *, beside: bool = True, per: str = "feature") -> Figure:
    """Draw loss (with penalties) on the left and accuracy on the right, with the paper's last figures `beside` them."""
    figure, grid = theme.canvas(1, 2, width=9.4, height=4.0)
    left, right = grid[0]
    for rows in (paper.train, paper.test):
        name, colour = _ROWS[rows.rows]
        lines(left, rows.losses, colour, name)
        lines(right, rows.accuracies, colour, name)
    scale_errors(left, [paper.train.losses.mean, paper.test.losses.mean, (None, target)])
    left.axhline(target, color=theme.MUTED, linewidth=0.9, zorder=1.2, label=f"asked for: {target:g}")
    if beside:
        _papers(left, 0, "{:.4f}")
        _papers(right, 1, "{:.2%}")
    right.xaxis.set_major_locator(left.xaxis.get_major_locator())
    right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    theme.label(left, title="Loss, penalties included", x="epoch", y=f"loss (MSE per {per})")
    theme.label(right, title="Accuracy", x="epoch", y="share of rows")
    left.legend(loc="upper right")
    right.legend(loc="lower right")
    return figure


def _papers(axes: Axes, which: int, form: str) -> None:
    """Draw the paper's figure for each set of rows, named with the legend's help since the two may all but touch."""
    for rows, numbers in GOOD_NETWORK.items():
        value = numbers[which]
        axes.axhline(
            value,
            color=theme.PAPER,
            linestyle=_DASHES[rows],
            linewidth=1.3,
            zorder=1.5,
            label=f"paper, {_ROWS[rows][0]}: {form.format(value).replace('%', ' %')}",
        )
