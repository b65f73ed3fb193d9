"""Confidence intervals over seeds, paired comparisons of settings, and Holm's correction.

A seed is the same recipe trained from other initial weights; intervals over rows are in `detection`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""The confidence level of every interval in a report."""

SIGNIFICANCE = 0.05
"""Level at or below which an adjusted p counts as a difference."""

APART = 3.0
"""Size of a difference, in standard deviations over seeds, that `pairs_needed` plans for."""

_MOST_FLIPPED = 40
"""Most pairs tested exactly: the sign patterns of half of them (2**20 sums) fit in memory."""


@dataclass(frozen=True)
class Interval:
    """A mean with its t-interval over seeds; the bounds are None with a single seed."""

    mean: float
    low: float | None
    high: float | None
    n: int
    level: float = LEVEL

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.mean:.4g}"
        return f"{self.mean:.4g} [{self.low:.4g}, {self.high:.4g}]"


@dataclass(frozen=True)
class Difference:
    """The first setting minus the second, over shared seeds.

    Attributes
    ----------
    mean, low, high
        Mean difference and its t-interval, in the unit of the measure; the bounds are None with one pair.
    n
        Number of pairs.
    effect
        Cohen's d for paired values: the mean difference over the standard deviation of the differences; None where
        that deviation is zero or unknown.
    p
        Two-sided, of this comparison alone; None with one pair.
    adjusted
        `p` after Holm's correction for every comparison made together; equal to `p` until :func:`adjust` is called.
    test
        ``"sign-flip permutation"``, ``"paired t"`` or ``"none"``.
    """

    mean: float
    low: float | None
    high: float | None
    n: int
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str

    @property
    def distinguishable(self) -> bool:
        """Whether the adjusted p is at or below `SIGNIFICANCE`."""
        return self.adjusted is not None and self.adjusted <= SIGNIFICANCE


def interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean of `values` (one per seed, finite) with its t-interval.

    Examples
    --------
    >>> interval([1.0, 2.0, 3.0]).mean
    2.0
    """
    from scipy import stats

    sample = np.asarray(values, dtype=np.float64).ravel()
    mean = float(sample.mean())
    if sample.size < 2:
        return Interval(mean, None, None, int(sample.size), level)
    half = float(stats.t.ppf((1 + level) / 2, sample.size - 1) * _deviation(sample) / math.sqrt(sample.size))
    return Interval(mean, mean - half, mean + half, int(sample.size), level)


def paired(first: ArrayLike, second: ArrayLike, *, family: int = 1, level: float = LEVEL) -> Difference:
    """Compare two settings trained with the same seeds, in the same order.

    The test is the exact sign-flip permutation wherever it can reach significance: with n pairs its smallest p is
    ``2 ** (1 - n)``, hence six pairs for one comparison and more for a large `family`. With fewer pairs it is the
    paired t test, which assumes normal differences.

    Parameters
    ----------
    first, second : array_like
        One finite value per seed.
    family : int
        Number of comparisons adjusted together.
    level : float
        Confidence level of the interval.
    """
    differences = np.asarray(first, dtype=np.float64).ravel() - np.asarray(second, dtype=np.float64).ravel()
    of_mean = interval(differences, level)
    p, test = _test(differences, family)
    return Difference(
        mean=of_mean.mean,
        low=of_mean.low,
        high=of_mean.high,
        n=of_mean.n,
        effect=standardised(differences),
        p=p,
        adjusted=p,
        test=test,
    )


def standardised(differences: ArrayLike) -> float | None:
    """Return the mean of `differences` in units of their own standard deviation, or None where that is zero."""
    sample = np.asarray(differences, dtype=np.float64).ravel()
    deviation = _deviation(sample) if sample.size > 1 else 0.0
    return float(sample.mean() / deviation) if deviation > 0 else None


def sign_flip(differences: ArrayLike) -> float:
    """Return the exact two-sided p of a mean difference of zero, over all sign patterns of the paired differences.

    Meet in the middle: sums of the two halves are joined by a sorted search, so that 40 pairs cost 2**20 sums and not
    2**40. A tie with the observed sum counts as extreme, up to rounding.
    """
    sample = np.abs(np.asarray(differences, dtype=np.float64).ravel())
    observed = abs(float(np.asarray(differences, dtype=np.float64).sum()))
    threshold = observed - 1e-12 * float(sample.sum())
    left = _signed_sums(sample[: sample.size // 2])
    right = np.sort(_signed_sums(sample[sample.size // 2 :]))
    above = right.size - np.searchsorted(right, threshold - left, side="left")
    below = np.searchsorted(right, -threshold - left, side="right")
    extreme = int(np.minimum(above + below, right.size).sum())
    return extreme / (left.size * right.size)


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values of comparisons made together by Holm's step-down rule, in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = values[order] * np.arange(values.size, 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return tuple(float(value) for value in adjusted)


def adjust(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Adjust comparisons made together by Holm's rule; those without a p are left as they are."""
    family = list(differences)
    tested = [index for index, difference in enumerate(family) if difference.p is not None]
    adjusted = holm([p for difference in family if (p := difference.p) is not None])
    for index, p in zip(tested, adjusted, strict=True):
        family[index] = replace(family[index], adjusted=p)
    return tuple(family)


def pairs_needed(family: int, apart: float = APART) -> int:
    """Return the fewest pairs at which :func:`paired` finds a difference of `apart` standard deviations significant.

    Parameters
    ----------
    family
        Number of comparisons adjusted together; Holm's first step is the hardest.

    Examples
    --------
    >>> pairs_needed(1), pairs_needed(11)
    (3, 5)
    """
    from scipy import stats

    def told(pairs: int) -> bool:
        least = 2.0 ** (1 - pairs)  # smallest p of the exact test: all differences have one sign
        by_t = 2 * float(stats.t.sf(apart * math.sqrt(pairs), pairs - 1))
        return min(least, by_t) * family <= SIGNIFICANCE

    return next(pairs for pairs in itertools.count(2) if told(pairs))


def _test(differences: NDArray[np.float64], family: int) -> tuple[float | None, str]:
    pairs = differences.size
    if pairs < 2:
        return None, "none"
    if pairs <= _MOST_FLIPPED and 2.0 ** (1 - pairs) * family <= SIGNIFICANCE:
        return sign_flip(differences), "sign-flip permutation"
    return _t_test(differences), "paired t"


def _t_test(differences: NDArray[np.float64]) -> float:
    from scipy import stats

    deviation = _deviation(differences)
    if deviation == 0.0:  # identical differences: t is infinite, or 0/0 where nothing differs at all
        return 0.0 if differences[0] else 1.0
    t = float(differences.mean()) / (deviation / math.sqrt(differences.size))
    return float(2 * stats.t.sf(abs(t), differences.size - 1))


def _signed_sums(magnitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = np.zeros(1)
    for magnitude in magnitudes:
        sums = np.concatenate([sums - magnitude, sums + magnitude])
    return sums


def _deviation(sample: NDArray[np.float64]) -> float:
    return float(sample.std(ddof=1))
