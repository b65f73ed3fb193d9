"""The page and the picture of how time and memory grow."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.turns import table
from trasunto.figures.theme import MUTED, PALETTE, canvas, label, themed

PROPORTIONAL = 1.1
"""A slope up to this is called growth in proportion."""

MEASURES = {"time": "seconds", "memory": "mebibytes"}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    said = [
        "Each point is a process of its own. Time is that of one epoch of all networks, after compiling; memory is how "
        "far the peak rose above that of the process with JAX started and nothing done, the rows included, with the "
        "programs compiled by an earlier process and where they are compiled anew. A slope is fitted on log axes over "
        "the largest half of the points; that of memory is of the former.\n",
        _steepest(facts),
        _fixed(facts),
    ]
    for name, each in facts.items():
        slopes = {kind: f"n^{each['fits'][kind]['slope']:.2f}" for kind in MEASURES}
        points = each["points"]
        rows = [[f"{one['size']:,}", f"{one['seconds']:.3g}", *_memory(one)] for one in points]
        said.append(
            f"### {name[0].upper()}{name[1:]}\n\n{each['trained']}. With the number n of {name}, time grows as "
            f"{slopes['time']} and memory as {slopes['memory']} (over the largest {each['fits']['time']['points']} "
            f"points).\n\n" + table([name, "seconds an epoch", "MiB over the bare process", "MiB when compiling"], rows)
        )
    return "\n".join(said)


def picture(facts: dict[str, Any], path: Path) -> None:
    """Draw time and memory against each size on log axes, with the fitted slopes."""
    _drawn(facts).savefig(path, dpi=110)


@themed
def _drawn(facts: dict[str, Any]) -> Figure:
    figure, grid = canvas(len(MEASURES), len(facts), width=13, height=6, sharey="row")
    for column, (name, each) in zip(grid.T, facts.items(), strict=True):
        for axes, (kind, key) in zip(column, MEASURES.items(), strict=True):
            _draw(axes, each, kind, key)
            label(axes, x=name)
    for axes, what in zip(grid[:, 0], ("seconds an epoch", "MiB over the bare process"), strict=True):
        label(axes, y=what)
    return figure


def _memory(point: dict[str, Any]) -> list[str]:
    return [f"{point[key]:,.0f}" for key in ("mebibytes", "compiling")]


def _steepest(facts: dict[str, Any]) -> str:
    """Say whether anything grows faster than in proportion."""
    slopes = {(kind, name): each["fits"][kind]["slope"] for name, each in facts.items() for kind in MEASURES}
    steep = [f"{kind} with {name} (n^{slope:.2f})" for (kind, name), slope in slopes.items() if slope > PROPORTIONAL]
    if steep:
        return f"Growing faster than in proportion, by a slope above {PROPORTIONAL:g}: {', '.join(steep)}.\n"
    (kind, name), slope = max(slopes.items(), key=lambda item: item[1])
    return f"Nothing grows faster than in proportion; the steepest is {kind} with {name}, n^{slope:.2f}.\n"


def _fixed(facts: dict[str, Any]) -> str:
    """Say what memory the smallest points take, and what compiling adds."""
    points = [point for each in facts.values() for point in each["points"]]
    least = min(point["mebibytes"] for point in points)
    more = sorted(point["compiling"] - point["mebibytes"] for point in points)
    return (
        f"Even the least of all points takes {least:,.0f} MiB over the bare process, so that a slope of memory is "
        f"small until what grows outweighs what is there at any size. Where programs are compiled anew, the peak is "
        f"higher by {median(more):,.0f} MiB ({more[0]:,.0f} to {more[-1]:,.0f}).\n"
    )


def _draw(axes: Axes, each: dict[str, Any], kind: str, key: str) -> None:
    sizes, values = ([one[name] for one in each["points"]] for name in ("size", key))
    fitted = each["fits"][kind]
    line = [fitted["factor"] * size ** fitted["slope"] for size in sizes[-fitted["points"] :]]
    axes.plot(sizes, values, "o", color=PALETTE[0])
    axes.plot(sizes[-fitted["points"] :], line, color=MUTED, linestyle="--", zorder=1)
    axes.set(xscale="log", yscale="log", title=f"{kind} grows as $n^{{{fitted['slope']:.2f}}}$")
