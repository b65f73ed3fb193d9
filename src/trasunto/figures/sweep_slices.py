"""The first measure against every parameter, a panel each: what a search saw of its space."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.figures.sweep_axes import scale
from trasunto.search.facts import Facts, Tried
from trasunto.search.measures import MEASURES
from trasunto.search.trials import PRUNED
from trasunto.spec.domains import Value
from trasunto.spec.space import shown

COLUMNS = 3
FEW = 6
"""Different numbers up to which each has a place of its own, as words have."""

MOST = 12
"""Panels that are drawn at most: the parameters that matter most, where that is known."""

_FINISHED, _LEFT, _BEST = theme.PALETTE[0], theme.MUTED, theme.PALETTE[1]


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw a point for each design; a design without the parameter is in none of its panels."""
    names = _names(facts)
    columns = min(COLUMNS, len(names))
    rows = math.ceil(len(names) / columns)
    figure, grid = theme.canvas(rows, columns, width=3.1 * columns + 0.6, height=2.7 * rows, sharey=True)
    known = [one for one in facts.tried if one.value is not None]  # else a network diverged
    for axes, name in zip(grid.ravel(), names, strict=False):
        _panel(axes, [one for one in known if name in one.assignment], name, facts)
    for axes in grid.ravel()[len(names) :]:
        axes.set_visible(False)
    what = MEASURES[facts.measures[0]].what
    scale(grid[0, 0], "y", [one.value for one in known if one.value is not None])
    for line in grid:
        theme.label(line[0], y=what)
    return figure


def _names(facts: Facts) -> list[str]:
    """Return the parameters of which more than one value was tried, those that matter most first."""
    known = facts.importances if facts.importances is not None and facts.importances.trusted else None
    ranked = [] if known is None else [one.parameter for one in known.parameters]
    every = dict.fromkeys(name for one in facts.tried for name in one.assignment)
    varied = [
        name for name in every if len({one.assignment[name] for one in facts.tried if name in one.assignment}) > 1
    ]
    ordered = [*(name for name in ranked if name in varied), *(name for name in varied if name not in ranked)]
    return (ordered or list(every))[:MOST]


def _panel(axes: Axes, tried: list[Tried], name: str, facts: Facts) -> None:
    values = [one.assignment[name] for one in tried]
    numbers = [float(value) for value in values if not isinstance(value, str | bool)]
    if len(numbers) < len(values) or len(set(numbers)) <= FEW:
        across = _side_by_side(axes, values)
    else:
        across = numbers
        scale(axes, "x", across, span=4.0, subdivisions=(1.0, 3.0))  # sizes and rates are chosen by doublings
    best = facts.designs[0].trial if facts.designs else -1
    for place, one in zip(across, tried, strict=True):
        early = one.state == PRUNED
        colour = _BEST if one.trial == best else _LEFT if early else _FINISHED
        marker, size = ("x", 4.5) if early else ("o", 7.0 if one.trial == best else 5.0)
        alpha = 1.0 if one.trial == best else 0.7
        axes.plot(place, float(one.value or 0.0), marker, color=colour, markersize=size, alpha=alpha)
    theme.label(axes, x=theme.plain(name))


def _side_by_side(axes: Axes, values: list[Value]) -> list[float]:
    """Give every value a place, numbers in order, and spread its designs around it, or they would hide each other."""
    kinds = sorted(set(values), key=float) if not any(isinstance(one, str) for one in values) else dict.fromkeys(values)
    places = {value: place for place, value in enumerate(kinds)}
    names = [theme.plain(shown(value)) for value in places]
    axes.set_xticks(range(len(places)), names, rotation=20 if max(map(len, names)) > 8 and len(names) > 2 else 0)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.grid(visible=False, axis="x")
    apart = np.linspace(-0.2, 0.2, max(len(values), 2))
    return [places[value] + float(away) for value, away in zip(values, apart, strict=False)]
