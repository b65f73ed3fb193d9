"""Ranks of grid cells over epochs: a line per cell, the lowest error on top."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import rankdata

from trasunto.analysis.effective_rate import effective_rate
from trasunto.figures import theme
from trasunto.studies.long_run_facts import Facts

_EPOCHS = (1, 2, 5, 10, 20, 50, 100, 150, 200, 500, 1000)


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw each cell's rank at a few epochs, evenly spaced whatever lies between them, and name it at both ends."""
    epochs = _shown(facts)
    errors = np.array([course.error for course in facts.courses], dtype=np.float64)[:, epochs]
    rates = [effective_rate(course.learning_rate, course.momentum) for course in facts.courses]
    shades = theme.shades(len(rates))
    colours = [shades[int(place) - 1] for place in rankdata(rates, method="ordinal")]
    figure, grid = theme.canvas(width=7.6, height=1.3 + 0.26 * len(rates))
    axes: Axes = grid[0, 0]
    ranks = _ranks(errors)
    for course, line, colour in zip(facts.courses, ranks, colours, strict=True):
        known = np.flatnonzero(np.isfinite(line))
        name = f"{course.learning_rate:g} / {course.momentum:g}"
        axes.plot(known, line[known], color=colour, marker="o", markersize=5.5, linewidth=2)
        _name(axes, name, line, known, len(epochs), colour)
    axes.axvline(epochs.index(facts.early), color=theme.MUTED, linestyle=":", linewidth=1.2, zorder=1)
    _frame(axes, facts, epochs)
    return figure


def _shown(facts: Facts) -> list[int]:
    return sorted({facts.early, facts.epochs, *(epoch for epoch in _EPOCHS if epoch <= facts.epochs)})


def _ranks(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of every cell at every epoch, (cells, epochs); NaN for those that have diverged."""
    ranks: NDArray[np.float64] = rankdata(errors, axis=0, method="ordinal", nan_policy="omit").astype(np.float64)
    return ranks


def _name(axes: Axes, name: str, line: NDArray[np.float64], known: NDArray[np.intp], columns: int, colour: str) -> None:
    if not known.size:
        return
    first, last = int(known[0]), int(known[-1])
    axes.text(first - 0.14, line[first], name, ha="right", va="center", fontsize=8.5)
    if last == columns - 1:
        axes.text(last + 0.14, line[last], name, ha="left", va="center", fontsize=8.5)
    else:
        axes.plot(last, line[last], marker="x", color=theme.FAILED, markersize=9, markeredgewidth=2, zorder=5)


def _frame(axes: Axes, facts: Facts, epochs: list[int]) -> None:
    axes.set_xticks(range(len(epochs)), [str(epoch) for epoch in epochs])
    axes.set_yticks([])
    axes.set_xlim(-1.1, len(epochs) + 0.1)
    axes.set_ylim(len(facts.courses) + 0.6, 0.4)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    theme.label(
        axes,
        title="Rank of every cell, lowest test error on top (learning rate / momentum)",
        x="epoch (not to scale)",
    )
