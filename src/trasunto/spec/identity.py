"""Names for members: the same training of the same network on the same rows has the same id, on every machine.

An id hashes what decides the weights after any epoch. How long to train, when to keep snapshots and where files lie
are not in it; a validation split is, through the fingerprint of the rows that it leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trasunto.spec.digits import shortest
from trasunto.spec.grid import Grid
from trasunto.spec.legal import NUMBERS, WEIGHED
from trasunto.spec.recipe import Recipe
from trasunto.spec.structure import Structure

FORMAT_VERSION = 1
"""Raised when an id hashes something else, or writes it otherwise."""

NUMERICS_VERSION = 1
"""Raised when the arithmetic of training changes by more than rounding: old weights are not taken for new ones then.

The same bits are promised within one release only: another may add up in another order, and goes on with the members of
the one before it under their ids."""

NUMERICS_VERSION_DOUBLE = 2
"""The same for what is trained in float64: by 1, its first weights were not those of float32."""

_FOLLOWS = ("contractive", "clipped", "row_shape", "blocks", "classes")
_LATER = ("corruption", "tied", "agreement")


def member_id(recipe: Recipe, seed: int, rows: str, *, dtype: str = "float32", start: str | None = None) -> str:
    """Return the id of a member, 16 hexadecimal digits.

    Parameters
    ----------
    seed
        Seed of the initial weights and of dropout.
    rows
        Fingerprint of the prepared rows, and of their labels where those are trained on.
    dtype
        Precision of the training; numbers that round to the same value in it make the same id.
    start
        Checksum of the weights that training starts from, where they are given.
    """
    return member_ids(recipe.grid(), [seed], rows, dtype=dtype, start=start)[0]


def member_ids(
    grid: Grid, seeds: Sequence[int], rows: str, *, dtype: str = "float32", start: str | None = None
) -> list[str]:
    """Return the ids of a grid's members under each seed, seeds fastest; parameters as for :func:`member_id`."""
    seeds = [int(NUMBERS["seed"].check("seed", seed)) for seed in seeds]
    if grid.words:  # members of several programs
        each = (grid.recipe_at(i).grid() for i in range(len(grid)))
        return [id for one in each for id in member_ids(one, seeds, rows, dtype=dtype, start=start)]
    common = {
        "format": FORMAT_VERSION,
        "numerics": NUMERICS_VERSION if dtype == "float32" else NUMERICS_VERSION_DOUBLE,
        "structure": _without_options(grid.structure),
        "dtype": dtype,
        "order_seed": grid.recipe.order_seed,
        "rows": rows,
        "start": start,
    }
    if grid.recipe.schedule != "constant":  # left out where it is, so that what was trained before keeps its name
        common["schedule"] = grid.recipe.schedule
    columns = {key: _printed(column, dtype) for key, column in grid.numbers().items()}
    return [
        _digest({**common, "numbers": _in_use(columns, i), "seed": seed}) for i in range(len(grid)) for seed in seeds
    ]


def _without_options(structure: Structure) -> dict[str, Any]:
    """Return the structure as data, without what follows from the numbers, or the rows, that are hashed beside it.

    What came later than the first ids is hashed where it is in use, so that those stay as they were.
    """
    named = {name: value for name, value in asdict(structure).items() if name not in _FOLLOWS}
    used = {name: value for name, value in named.items() if value or name not in _LATER}
    return {**used, "layers": [layer.words for layer in structure.layers]}


def _in_use(columns: dict[str, list[str]], i: int) -> dict[str, str]:
    """Return the numbers of member `i` without options at zero: ``drop=0`` is no dropout, and must be the same id."""
    return {key: column[i] for key, column in columns.items() if column[i] != "0" or not ("." in key or key in WEIGHED)}


def _printed(column: NDArray[np.float64], dtype: str) -> list[str]:
    with np.errstate(over="ignore"):  # what overflows here overflows in training too, as the same infinity
        rounded = column.astype(dtype)
    values, where = np.unique(rounded, return_inverse=True)
    texts = [shortest(value) for value in values]
    return [texts[i] for i in where]


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
