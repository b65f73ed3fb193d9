"""Seeds as people give them: how many, or which."""

from __future__ import annotations

import reprlib
from numbers import Integral
from typing import Any

import numpy as np

from trasunto.errors import RecipeError

SEEDS = 2**32
"""Seeds are unsigned 32-bit numbers."""

MOST_SEEDS = 10_000
"""How many may be asked for at once."""


def read_seeds(given: Any) -> tuple[int, ...]:
    """Return the seeds of a count (0, 1, ...) or of a list, as Python's whole numbers.

    Raises
    ------
    RecipeError
        It is neither, or the list names a seed twice.

    Examples
    --------
    >>> read_seeds(3), read_seeds([7, 1])
    ((0, 1, 2), (7, 1))
    """
    if _is_whole(given):
        seeds = tuple(range(given)) if 1 <= given <= MOST_SEEDS else ()
    else:
        listed = list(given) if isinstance(given, list | tuple | range | np.ndarray) and np.ndim(given) == 1 else []
        fine = 0 < len(listed) <= MOST_SEEDS and all(_is_whole(seed) and 0 <= seed < SEEDS for seed in listed)
        seeds = tuple(int(seed) for seed in listed) if fine else ()
    if not seeds or len(set(seeds)) < len(seeds):
        raise RecipeError(
            f"seeds must be a count from 1 to {MOST_SEEDS:,}, or a list of different whole numbers from 0 to "
            f"{SEEDS - 1:,}, not {reprlib.repr(given)}"
        )
    return seeds


def _is_whole(given: object) -> bool:
    return isinstance(given, Integral) and not isinstance(given, bool)
