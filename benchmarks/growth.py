"""How time and memory grow: with networks, rows, features and hidden units, each point in a process of its own.

The time is that of one epoch of all networks once everything is compiled. The memory is the growth of the process's
peak over what it was with JAX started and nothing done, so that the rows are in it: once where the programs must be
compiled, which takes memory of its own, and once where they lie compiled on disk.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.apart import answer, bare, measured
from benchmarks.growth_page import MEASURES, page, picture
from benchmarks.memory import peak
from trasunto.cohort.memory import fit
from trasunto.cohort.training import Step
from trasunto.data import from_arrays
from trasunto.spec import Recipe
from trasunto.studies import tabular_networks

__all__ = ["TITLE", "measure", "page", "picture", "power"]

TITLE = "How time and memory grow"
ROWS = 4_000
EPOCHS = (3, 40)
"""The least and the most that a point is trained for; the first readies the programs and is not counted."""


class Shape(NamedTuple):
    """What a point trains: how many networks of which recipe, on rows and features of standard normal numbers."""

    recipe: Recipe
    networks: int = 2
    rows: int = ROWS
    features: int = 784


class Series(NamedTuple):
    """What grows, through which sizes (those of a quick run may be none), and how a size becomes a shape.

    `work` is the size times the epochs wanted.
    """

    sizes: Sequence[int]
    quick: Sequence[int]
    work: int
    shape: Callable[[int], Shape]


def _networks(size: int) -> Shape:
    return Shape(tabular_networks.paper_recipe().replace(agreement=False), networks=size, features=29)


def _rows(size: int) -> Shape:
    return Shape(Recipe("16 tanh > [4 linear] > mirror > linear", batch_size=1024), rows=size, features=10)


def _features(size: int) -> Shape:
    return Shape(Recipe("64 tanh > [16 linear] > mirror > linear", batch_size=256), features=size)


def _hidden(size: int) -> Shape:
    return Shape(Recipe(f"[{size} tanh] > linear", batch_size=1000))


SERIES = {
    "networks": Series([4**step for step in range(6)], (1, 4), 800, _networks),
    "rows": Series([10**step for step in range(4, 8)], (), 2_000_000, _rows),
    "features": Series([10**step for step in range(1, 5)], (), 10_000, _features),
    "hidden units": Series([4**step for step in range(2, 7)], (16, 64), 4_000, _hidden),
}


def measure(quick: bool) -> dict[str, Any]:
    """Measure every point, and fit the slopes."""
    found = {}
    for name, series in SERIES.items():
        points = [_measured(name, size) for size in (series.quick if quick else series.sizes)]
        if not points:
            continue
        fits = {
            kind: power([one["size"] for one in points], [one[key] for one in points]) for kind, key in MEASURES.items()
        }
        found[name] = {"trained": _described(series), "points": points, "fits": fits}
    return found


def power(sizes: Sequence[float], values: Sequence[float]) -> dict[str, float]:
    """Fit values as a power of sizes by least squares on log axes, over the largest half of the points.

    Examples
    --------
    >>> {name: round(value, 6) for name, value in power([1, 10, 100], [7.0, 30.0, 300.0]).items()}
    {'slope': 1.0, 'factor': 3.0, 'points': 2}
    """
    count = max(2, math.ceil(len(sizes) / 2))
    slope, log_factor = np.polyfit(np.log(sizes[-count:]), np.log(values[-count:]), 1)
    return {"slope": float(slope), "factor": float(np.exp(log_factor)), "points": count}


def main() -> None:
    """Measure the one point that the command line describes."""
    job = json.loads(sys.argv[1])
    before = bare()
    x = np.random.default_rng(0).standard_normal((job["rows"], job["features"]), dtype=np.float32)
    rows = from_arrays(x)
    del x
    spent: dict[int, float] = defaultdict(float)

    def observe(step: Step) -> None:
        spent[step.event.epoch] += step.event.seconds

    fit(Recipe.from_json(job["recipe"]), rows, seeds=range(job["networks"]), observe=observe)
    answer(
        {
            "seconds": median(spent[epoch] for epoch in spent if epoch > 1 or len(spent) == 2),
            "mebibytes": peak() - before,
        }
    )


def _measured(name: str, size: int) -> dict[str, Any]:
    """Measure one point: a process that compiles, and another that finds what it compiled."""
    series = SERIES[name]
    shape, (least, most) = series.shape(size), EPOCHS
    found = []
    with tempfile.TemporaryDirectory() as cache:
        for epochs in (1, max(least, min(most, series.work // size))):
            job = {**shape._asdict(), "recipe": shape.recipe.replace(epochs=epochs).to_json()}
            found.append(measured("benchmarks.growth", job, Path(cache)))
    compiling, point = found
    print(f"  {size:,} {name}: {point['seconds']:.3g} s, {point['mebibytes']:.0f} MiB", flush=True)
    return {"size": size, **point, "compiling": compiling["mebibytes"]}


def _described(series: Series) -> str:
    """Say what all points of a series have in common."""
    least, most = (series.shape(size) for size in (series.sizes[0], series.sizes[-1]))
    network = str(least.recipe.network)
    if least.recipe != most.recipe:
        network = network.replace(str(series.sizes[0]), "n")
    same = [word for word in ("networks", "rows", "features") if getattr(least, word) == getattr(most, word)]
    parts = [f"{getattr(least, word):,} {word}" for word in same]
    return ", ".join([f"`{network}`", *parts, f"minibatches of {least.recipe.batch_size:,}"])


if __name__ == "__main__":
    main()
