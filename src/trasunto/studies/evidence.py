"""Evidence over seeds: a mean with its interval, a difference with its test, and the verdict that they support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.intervals import Difference, interval
from trasunto.studies.cells import plain

Verdict = Literal["more", "less", "alike", "open"]
"""The sign of a difference that seeds can tell and that matters, that it is too small to matter, or neither."""

Curve = tuple[float | None, ...]
"""A number by epoch, epoch 0 first; None where there is none."""


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds with its t-interval (None with one seed), and the value of each seed."""

    mean: float
    low: float | None
    high: float | None
    by_seed: tuple[float, ...]


@dataclass(frozen=True)
class Course:
    """A number by epoch: of each seed, and the mean over seeds."""

    by_seed: tuple[Curve, ...]
    mean: Curve


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The difference of two settings, paired over seeds; subclasses say which settings and what is measured.

    Attributes
    ----------
    difference, low, high
        Mean difference with its t-interval (None with one seed).
    effect, p, adjusted, test
        Cohen's d over pairs, p of a zero difference, p after Holm over everything compared together, and the test.
    worthwhile
        How large a difference must be to matter; 0 where any does.
    verdict
        What the seeds can say of it.
    """

    difference: float
    low: float | None
    high: float | None
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str
    worthwhile: float
    verdict: Verdict

    @classmethod
    def of(cls, found: Difference, worthwhile: float = 0.0, verdict: Verdict | None = None, **labels: Any) -> Self:
        """Return a tested difference with its labels, judged by :func:`judge` unless `verdict` says otherwise."""
        return cls(
            difference=found.mean,
            low=found.low,
            high=found.high,
            effect=found.effect,
            p=found.p,
            adjusted=found.adjusted,
            test=found.test,
            worthwhile=worthwhile,
            verdict=verdict or judge(found, worthwhile),
            **labels,
        )


def judge(found: Difference, worthwhile: float = 0.0) -> Verdict:
    """Return the verdict on a difference of which anything below `worthwhile` does not matter.

    "more" and "less" take an adjusted p that tells it from zero, "alike" an interval that is too small to matter.
    """
    if found.distinguishable and abs(found.mean) >= worthwhile:
        return "more" if found.mean > 0 else "less"
    inside = found.low is not None and found.high is not None and -worthwhile < found.low and found.high < worthwhile
    return "alike" if inside else "open"


def side(low: float | None, high: float | None, line: float = 0.0) -> Verdict:
    """Return on which side of `line` a whole interval lies; "open" where it holds the line, or with one seed.

    Examples
    --------
    >>> side(0.2, 0.3), side(-0.1, 0.1), side(None, None)
    ('more', 'open', 'open')
    """
    if low is None or high is None or low <= line <= high:
        return "open"
    return "more" if low > line else "less"


def estimate(values: ArrayLike) -> Estimate:
    """Return the estimate of one number per seed.

    Examples
    --------
    >>> estimate([1.0, 3.0]).mean, estimate([2.0]).low
    (2.0, None)
    """
    over_seeds = interval(values)
    by_seed = tuple(float(value) for value in np.asarray(values, dtype=np.float64).ravel())
    return Estimate(over_seeds.mean, over_seeds.low, over_seeds.high, by_seed)


def course(values: NDArray[np.float64]) -> Course:
    """Return the course of values (seeds, t + 1)."""
    return Course(plain(values), plain(values.mean(axis=0)))


def last_part(epochs: int) -> int:
    """Return the number of epochs in the last tenth, at least one."""
    return max(1, epochs // 10)


def last_fall(errors: NDArray[np.float64]) -> float:
    """Return the share by which mean errors (seeds, t + 1) fell over the last tenth of the epochs."""
    before = errors[:, -1 - last_part(errors.shape[1] - 1)].mean()
    return 1.0 - float(errors[:, -1].mean()) / float(before)
