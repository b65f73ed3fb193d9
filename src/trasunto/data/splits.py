"""Splits of rows into training and test rows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trasunto.errors import DataError, one_of

SPLITS = {
    "random": "rows drawn at random",
    "stratified": "rows drawn at random, with the same share of every class",
    "group": "groups drawn at random, none of them on both sides",
    "time": "the latest rows",
    "last": "the last rows, as Keras's validation_split",
}
"""Ways to choose test rows."""


def split_point(n: int, fraction: float) -> int:
    """Return how many of `n` rows remain when the last `fraction` is held out.

    Raises
    ------
    DataError
        If `fraction` is outside [0, 1), or leaves a side without rows.
    """
    if not 0 <= fraction < 1:
        raise DataError(f"the fraction of rows to hold out is {fraction}; it must be at least 0 and below 1")
    # Keras's own expression, including the rounding of 1 - fraction: another may differ from it by one row.
    kept = math.floor(n * (1.0 - fraction))
    if kept == 0 or (kept == n and fraction > 0):
        raise DataError(
            f"holding out {fraction} of {n} rows leaves {kept} to train and {n - kept} to validate on; both need some"
        )
    return kept


def stratified_rows(y: ArrayLike, count: int, seed: int) -> np.ndarray:
    """Sample `count` rows, balanced over the classes as far as their sizes allow.

    With the same seed, a smaller sample is part of a larger one, so that growing sets of labels can be compared.

    Parameters
    ----------
    y
        Labels, ``(n,)``.
    count
        Sample size, 1 to n.
    seed
        Seed of the sample.

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
    turn = np.empty(n, dtype=np.int64)  # rank of a row within its class, in shuffled order
    turn[np.argsort(classes, kind="stable")] = np.concatenate([np.arange(size) for size in sizes])
    in_turn = np.argsort(turn, kind="stable")
    return np.sort(shuffled[in_turn[:count]])


def split_rows(
    n: int,
    test: float,
    split: str = "random",
    *,
    seed: int = 0,
    y: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Split `n` rows into training and test rows.

    Parameters
    ----------
    n
        Number of rows.
    test
        Share to hold out, 0 to below 1: of the rows, or of the groups if these are split.
    split
        One of `SPLITS`.
    seed
        Seed of random splits.
    y, groups, times
        Labels, groups and times, ``(n,)``, for the splits that need them.

    Returns
    -------
    tuple of np.ndarray
        Row numbers to train on and to test on. A random split shuffles both, as scikit-learn's does, so that their
        last rows are a random choice too; other splits keep the order of the rows or of their times.

    Raises
    ------
    DataError
        If the rows cannot be split so.

    Examples
    --------
    >>> [rows.tolist() for rows in split_rows(5, 0.4, "last")]
    [[0, 1, 2], [3, 4]]
    """
    if split not in SPLITS:
        raise one_of("split", str(split), SPLITS, DataError)
    kept = split_point(n, test)
    if kept == n:
        return np.arange(n), np.arange(0)
    if split == "stratified":
        return _stratified(kept, n, y, seed)
    if split == "group":
        return _grouped(test, groups, seed)
    if split == "time":
        return _by_time(kept, times)
    rows = np.arange(n) if split == "last" else np.random.default_rng(seed).permutation(n)
    return rows[:kept], rows[kept:]


def _stratified(kept: int, n: int, y: np.ndarray | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.model_selection import train_test_split

    if y is None:
        raise DataError("a stratified split needs labels; name their column with label")
    classes, sizes = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise DataError(f"a stratified split needs two classes; all {n} rows are of class {classes[0]}")
    if sizes.min() < 2:
        raise DataError(f"a stratified split needs two rows of each class; class {classes[sizes.argmin()]} has one row")
    if min(kept, n - kept) < len(classes):
        raise DataError(
            f"a stratified split of {n} rows into {kept} and {n - kept} leaves a side with fewer rows than the "
            f"{len(classes)} classes"
        )
    train, test = train_test_split(np.arange(n), train_size=kept, test_size=n - kept, random_state=seed, stratify=y)
    return train, test


def _grouped(test: float, groups: np.ndarray | None, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if groups is None:
        raise DataError("a split by group needs a row's group; name its column with group")
    names, codes = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise DataError(f"a split by group needs two groups; all rows are of group {names[0]}")
    held = min(max(round(test * len(names)), 1), len(names) - 1)
    apart = np.random.default_rng(seed).permutation(len(names))[:held]
    tested = np.isin(codes, apart)
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def _by_time(kept: int, times: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    if times is None:
        raise DataError("a split by time needs a row's time; name its column with time")
    order = np.argsort(times, kind="stable")
    # Rows of the same moment stay together: otherwise networks are tested on a moment they were trained on.
    kept = int(np.searchsorted(times[order], times[order[kept]]))
    if kept == 0:
        raise DataError(f"a split by time has nothing to train on: no row is before {times[order[0]]}")
    return order[:kept], order[kept:]
