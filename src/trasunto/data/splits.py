"""Which rows go where."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trasunto.errors import DataError


def split_point(n: int, fraction: float) -> int:
    """Return how many of `n` rows stay when the last `fraction` is held out.

    Raises
    ------
    DataError
        If `fraction` is outside [0, 1), or leaves no row on one of the sides.
    """
    if not 0 <= fraction < 1:
        raise DataError(f"the fraction of rows to hold out is {fraction}; it must be at least 0 and below 1")
    # Keras's own expression, rounding of 1 - fraction included; another may cut one row away from its validation_split.
    kept = math.floor(n * (1.0 - fraction))
    if kept == 0 or (kept == n and fraction > 0):
        raise DataError(
            f"holding out {fraction} of {n} rows leaves {kept} to train and {n - kept} to validate on; both need some"
        )
    return kept


def stratified_rows(y: ArrayLike, count: int, seed: int) -> np.ndarray:
    """Choose `count` rows at random, as equally from each class as the classes allow.

    With the same seed, the rows for a smaller count are among those for a larger one, so that growing sets of labels
    can be compared.

    Parameters
    ----------
    y
        Labels, ``(n,)``.
    count
        How many rows, 1 to n.
    seed
        Of the choice.

    Returns
    -------
    np.ndarray
        Row numbers in ascending order, ``(count,)``.

    Raises
    ------
    DataError
        If `count` is not in 1 to n.

    Examples
    --------
    >>> stratified_rows([7, 7, 7, 7, 1, 1, 1, 1], count=4, seed=0).size
    4
    """
    labels = np.asarray(y)
    n = len(labels)
    if not 1 <= count <= n:
        raise DataError(f"{count} labelled rows are asked for; there are {n} (legal: 1 to {n})")
    shuffled = np.random.default_rng(seed).permutation(n)
    _, classes, sizes = np.unique(labels[shuffled], return_inverse=True, return_counts=True)
    turn = np.empty(n, dtype=np.int64)  # a row's turn: how many of its class come before it in the shuffled order
    turn[np.argsort(classes, kind="stable")] = np.concatenate([np.arange(size) for size in sizes])
    in_turn = np.argsort(turn, kind="stable")
    return np.sort(shuffled[in_turn[:count]])
