"""Rank agreement of settings between an early and a late epoch. Lower values rank first."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Agreement:
    """Agreement of an early ranking with a late one.

    `spearman` and `kendall` run from -1 (reversed) to 1 (the same order); None if fewer than three settings have values
    or all are equal. `pairs` counts the pairs of settings compared, `flipped` those that changed order.
    """

    early: int
    late: int
    spearman: float | None
    kendall: float | None
    flipped: int
    pairs: int


@dataclass(frozen=True)
class Flip:
    """Two settings that changed order: `overtaken` had the lower value early, `overtaking` has it late.

    `margin` is the smaller of the two leads, as a share of the leader's value: how clear the reversal is.
    """

    overtaken: int
    overtaking: int
    margin: float


def agreement(early: ArrayLike, late: ArrayLike, epochs: tuple[int, int]) -> Agreement:
    """Compare the order of the same settings at two epochs; those without a finite value at both are left out."""
    from scipy import stats

    first, last = _shared(early, late)
    pairs = first.size * (first.size - 1) // 2
    flipped = len(flips(first, last))
    if first.size < 3 or np.ptp(first) == 0 or np.ptp(last) == 0:
        return Agreement(*epochs, None, None, flipped, pairs)
    return Agreement(
        *epochs,
        spearman=float(stats.spearmanr(first, last).statistic),
        kendall=float(stats.kendalltau(first, last).statistic),
        flipped=flipped,
        pairs=pairs,
    )


def flips(early: ArrayLike, late: ArrayLike) -> tuple[Flip, ...]:
    """Return the pairs of settings that change order, the clearest reversal first.

    Values are above zero. Indices are positions in `early` and `late`; settings with a gap are skipped, and a tie at
    either epoch is no reversal.
    """
    first = np.asarray(early, dtype=np.float64)
    last = np.asarray(late, dtype=np.float64)
    found = []
    for i, j in itertools.combinations(range(first.size), 2):
        if (first[i] - first[j]) * (last[i] - last[j]) < 0:  # a gap is NaN and never below zero
            ahead, behind = (i, j) if first[i] < first[j] else (j, i)
            margin = min(first[behind] / first[ahead], last[ahead] / last[behind]) - 1
            found.append(Flip(overtaken=ahead, overtaking=behind, margin=float(margin)))
    return tuple(sorted(found, key=lambda flip: -flip.margin))


def _shared(early: ArrayLike, late: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = np.asarray(early, dtype=np.float64)
    last = np.asarray(late, dtype=np.float64)
    both = np.isfinite(first) & np.isfinite(last)
    return first[both], last[both]
