"""The whole grid as a map: the error where there is one, what went wrong where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from trasunto.figures import theme
from trasunto.figures.axis_names import error_axis
from trasunto.studies.learning_rate_momentum_facts import Facts

WRITTEN = 8
"""Up to this many values on the longer axis, every cell has its error written in it."""

_GOOD = "#ff8a1f"  # the one hue that the colour map never comes near
_DIVERGED, _STALLED = "#f0f0f0", "#c9c9c9"


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw the map: learning rates across, momenta up; best cells outlined, failures in grey."""
    shown = facts.finished().T
    small = max(shown.shape) <= WRITTEN
    figure, grid = theme.canvas(width=6.4 if small else 7.0, height=5.3 if small else 6.0)
    axes: Axes = grid[0, 0]
    if np.isfinite(shown).any():
        _colours(figure, axes, shown, error_axis(facts.loss, facts.epochs, per=per))
    _failures(axes, facts)
    if small:
        _values(axes, shown)
    marks = _outlines(axes, facts)
    _frame(axes, facts)
    key = [*marks, *_key(facts)]
    if key:
        axes.legend(handles=key, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=len(key), handlelength=1.3)
    return figure


def _colours(figure: Figure, axes: Axes, shown: NDArray[np.float64], name: str) -> AxesImage:
    norm = LogNorm(np.nanmin(shown), max(np.nanmax(shown), np.nanmin(shown) * 1.01))
    image = axes.imshow(shown, origin="lower", cmap=theme.SEQUENTIAL, norm=norm, aspect="equal")
    bar = figure.colorbar(image, ax=axes, shrink=0.84, aspect=26, pad=0.03)
    bar.set_label(name)
    bar.ax.yaxis.set_major_locator(LogLocator(base=10, subs=theme.fine(shown)))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    return image


def _failures(axes: Axes, facts: Facts) -> None:
    """Fill the cells without a result, and write into diverged ones the epoch at which it happened."""
    for column, (outcomes, epochs) in enumerate(zip(facts.outcome, facts.diverged, strict=True)):
        for row, (outcome, epoch) in enumerate(zip(outcomes, epochs, strict=True)):
            if outcome == "finished":
                continue
            lost = outcome == "diverged"
            box = Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                facecolor=_DIVERGED if lost else _STALLED,
                edgecolor="white",
                linewidth=0.6,
                hatch="" if lost else "////",
            )
            axes.add_patch(box)
            if lost:
                axes.text(column, row, f"{epoch}", ha="center", va="center", color=theme.FAILED, fontsize=7.5)


def _values(axes: Axes, shown: NDArray[np.float64]) -> None:
    middle = np.sqrt(np.nanmin(shown) * np.nanmax(shown)) if np.isfinite(shown).any() else 0.0
    for row, column in np.argwhere(np.isfinite(shown)):
        value = shown[row, column]
        colour = "white" if value < middle else theme.INK
        axes.text(column, row, f"{value:.4f}", ha="center", va="center", color=colour, fontsize=9)


def _outlines(axes: Axes, facts: Facts) -> list[Line2D]:
    """Outline the best cell and those that cannot be told from it; return their keys for the legend."""
    best = facts.best
    if best is None:
        return []
    for name in best.alike or ():
        _outline(axes, facts, name, 1.2)
    _outline(axes, facts, (best.learning_rate, best.momentum), 3.0)
    marks = [_square("lowest error", 2.4)]
    if best.alike:
        marks.append(_square("cannot be told from the lowest", 1.2))
    return marks


def _outline(axes: Axes, facts: Facts, name: tuple[float, float], width: float) -> None:
    column, row = facts.learning_rates.index(name[0]), facts.momenta.index(name[1])
    box = Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, fill=False, edgecolor=_GOOD, linewidth=width, zorder=4)
    axes.add_patch(box)


def _square(text: str, width: float) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="",
        marker="s",
        markersize=10,
        markerfacecolor=theme.shades(4)[0],
        markeredgecolor=_GOOD,
        markeredgewidth=width,
        label=text,
    )


def _key(facts: Facts) -> Sequence[Patch]:
    outcomes = {outcome for row in facts.outcome for outcome in row}
    key = []
    if "diverged" in outcomes:
        key.append(Patch(facecolor=_DIVERGED, edgecolor=theme.FAILED, label="diverged, at the epoch written"))
    if "stalled" in outcomes:
        key.append(Patch(facecolor=_STALLED, edgecolor="white", hatch="////", label="stalled"))
    return key


def _frame(axes: Axes, facts: Facts) -> None:
    axes.grid(visible=False)
    axes.set(xlim=(-0.5, len(facts.learning_rates) - 0.5), ylim=(-0.5, len(facts.momenta) - 0.5), aspect="equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    for set_ticks, values in ((axes.set_xticks, facts.learning_rates), (axes.set_yticks, facts.momenta)):
        places = range(0, len(values), 1 if len(values) <= WRITTEN else 2)
        set_ticks(list(places), [f"{values[place]:g}" for place in places])
    theme.label(axes, title="Every cell of the grid", x="learning rate", y="momentum")
