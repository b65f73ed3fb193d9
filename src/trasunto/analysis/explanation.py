"""Why a row is strange: each column's value, what the network expected there, and how rare so large an error is."""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import matrix
from trasunto.errors import DataError

POINTS = 1_001
"""Errors kept of each column: all of so many training rows, and of more those that tell the distribution best."""

DIRECTIONS = ("higher", "lower", "other", "as expected", "missing")

RARE = 0.05
"""An error that at most this share of training rows has is not as expected without saying what is rare about it."""

_LEAST = 1e-3
"""As in `trasunto.analysis.scores.ErrorScale`: no column's mean error counts as less than this share of all."""


@dataclass(frozen=True, eq=False)
class ErrorDistribution:
    """How large each column's error was over the training rows.

    Attributes
    ----------
    errors
        (g, k) errors of each column at chosen ranks, ascending.
    ranks
        (g,) how many training rows sort before each of them.
    mean
        (k,) mean error of each column, above 0.
    rows
        How many training rows there were.
    """

    errors: NDArray[np.float64]
    ranks: NDArray[np.int64]
    mean: NDArray[np.float64]
    rows: int

    @classmethod
    def fit(cls, errors: ArrayLike, points: int = POINTS) -> ErrorDistribution:
        """Keep `points` order statistics of each column of the training rows' errors (n, k).

        Half of them stand evenly over all ranks, half close in on the greatest error: what makes a row strange lies
        there, and evenly spaced ones would see no difference between one row in a thousand and one in a million.
        """
        rows = np.sort(matrix("training errors", errors), axis=0)
        ranks = _ranks(len(rows), max(points, 2))
        mean = rows.mean(axis=0)
        floor = _LEAST * float(mean.mean())
        return cls(rows[ranks], ranks, np.maximum(mean, floor if floor > 0 else 1.0), len(rows))

    def rarity(self, errors: ArrayLike) -> NDArray[np.float64]:
        """Return the share of training rows with at least that error, for each row and column (n, k).

        The row itself counts as one of them, ``(1 + rows with at least that error) / (1 + rows)``, so that it is never
        0: an error beyond all seen is as rare as 1 in (n + 1), which is all that n rows can say.

        Examples
        --------
        >>> seen = ErrorDistribution.fit([[0.1], [0.2], [0.2], [0.4]])
        >>> seen.rarity([[0.0], [0.2], [0.3], [9.0]]).ravel().tolist()
        [1.0, 0.8, 0.4, 0.2]
        """
        new = matrix("errors", errors)
        if new.shape[1] != self.mean.size:
            raise DataError(f"errors have {new.shape[1]} columns; their distribution was fitted to {self.mean.size}")
        below = np.column_stack([self._below(new[:, column], column) for column in range(new.shape[1])])
        rarity: NDArray[np.float64] = (1 + self.rows - below) / (1 + self.rows)
        return rarity

    def excess(self, errors: ArrayLike) -> NDArray[np.float64]:
        """Return errors (n, k) in multiples of their column's mean over the training rows."""
        multiples: NDArray[np.float64] = matrix("errors", errors) / self.mean
        return multiples

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        """Return it as named arrays, all there is to store."""
        return {
            "errors": self.errors,
            "ranks": self.ranks.astype(np.float64),
            "mean": self.mean,
            "rows": np.array([self.rows], dtype=np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> ErrorDistribution:
        """Return the distribution that `to_arrays` described."""
        names = ("errors", "ranks", "mean", "rows")
        if set(arrays) != set(names):
            given = ", ".join(sorted(arrays)) or "none"
            raise DataError(f"a stored error distribution needs the arrays {', '.join(names)}; there are {given}")
        errors, ranks, mean, rows = (np.array(arrays[name], dtype=np.float64) for name in names)
        return cls(errors, ranks.astype(np.int64), mean, int(rows[0]))

    def _below(self, new: NDArray[np.float64], column: int) -> NDArray[np.float64]:
        """Return how many training rows had a smaller error, off by no more than stand between two that were kept."""
        kept = self.errors[:, column]
        place = np.searchsorted(kept, new, side="left")
        upper, lower = place.clip(max=len(kept) - 1), (place - 1).clip(min=0)
        gap = kept[upper] - kept[lower]
        along = np.divide(new - kept[lower], gap, out=np.ones_like(new), where=gap > 0).clip(0.0, 1.0)
        fewest = self.ranks[lower] + 1.0
        between = fewest + along * (self.ranks[upper] - fewest)
        beyond = np.where(place == len(kept), float(self.rows), between)
        below: NDArray[np.float64] = np.where(place == 0, 0.0, beyond)
        return below


@dataclass(frozen=True)
class FeatureExplanation:
    """What one raw column says about one row.

    Attributes
    ----------
    feature
        The column's name.
    value, expected
        What stands there and what the network expected, in the column's own units; for a category the one seen and the
        one it held most probable.
    direction
        "higher" or "lower" than expected; for categories "other"; "as expected"; "missing" where nothing stands there.
    error
        Squared error, in prepared units, added over the features that the column became.
    rarity
        Share of training rows with at least that error; lower is stranger, never 0.
    excess
        The error in multiples of the column's mean over the training rows; higher is stranger.
    sentence
        All of this for a reader.
    """

    feature: str
    value: object
    expected: object
    direction: str
    error: float
    rarity: float
    excess: float
    sentence: str


def explain_row(
    features: Sequence[str],
    values: Sequence[object],
    expected: Sequence[object],
    errors: ArrayLike,
    distribution: ErrorDistribution,
    categorical: Collection[str] = (),
    probabilities: Sequence[float | None] | None = None,
) -> tuple[FeatureExplanation, ...]:
    """Say what each column of one row contributes to its strangeness, the strangest first.

    The rarest error comes first; among equally rare ones, the one that most exceeds its column's mean error.

    Parameters
    ----------
    features : sequence of str, (k,)
        Names of the raw columns.
    values, expected : sequence, (k,)
        The row and its reconstruction in the columns' own units: a number, or a category. None or NaN is missing.
    errors : array, (k,)
        The row's squared errors, folded to raw columns.
    distribution : ErrorDistribution
        Of the training rows' errors, folded alike.
    categorical : collection of str
        Features that are categories although they look like numbers; what is no number is one anyway.
    probabilities : sequence, (k,)
        What the network gave the category seen, 0 to 1; None for a number.

    Raises
    ------
    DataError
        The lengths differ.

    Examples
    --------
    >>> seen = ErrorDistribution.fit([[0.1, 0.0], [0.2, 0.1], [0.3, 0.2]])
    >>> for found in explain_row(["amount", "country"], [950.0, "FR"], [20.0, "FR"], [7.0, 0.1], seen):
    ...     print(found.sentence)
    amount is 950, higher than the 20 expected; none of 3 training rows has so large an error there.
    country is FR, as expected; 67 % of training rows have at least its error there.
    >>> print(explain_row(["amount", "country"], [20, "FR"], [20, "FR"], [0.1, 0.3], seen, (), [None, 0.4])[0].sentence)
    country is FR, as expected, but with a probability of only 0.4; none of 3 training rows has so large an error there.
    """
    folded = np.atleast_2d(np.asarray(errors, dtype=np.float64))
    lengths = {len(features), len(values), len(expected), folded.shape[1], distribution.mean.size}
    if len(lengths) > 1:
        raise DataError(
            f"{len(features)} features, {len(values)} values, {len(expected)} expected values, {folded.shape[1]} "
            f"errors and a distribution of {distribution.mean.size} columns do not belong together"
        )
    rarity, excess = distribution.rarity(folded)[0], distribution.excess(folded)[0]
    likely = probabilities or [None] * len(features)
    explained = []
    for k, feature in enumerate(features):
        rare = _share(rarity[k], distribution.rows) <= RARE
        direction = _direction(values[k], expected[k], feature in categorical, rare)
        placed = _placed(values[k], expected[k], direction, likely[k] if rare else None, rare)
        explained.append(
            FeatureExplanation(
                feature=feature,
                value=values[k],
                expected=expected[k],
                direction=direction,
                error=float(folded[0, k]),
                rarity=float(rarity[k]),
                excess=float(excess[k]),
                sentence=f"{feature} {placed}; {_rare(rarity[k], distribution.rows)}.",
            )
        )
    return tuple(sorted(explained, key=lambda found: (found.rarity, -found.excess)))


def _direction(value: object, expected: object, category: bool, rare: bool) -> str:
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return "missing"
    truths = isinstance(value, bool | np.bool_) and isinstance(expected, bool | np.bool_)
    if not (category or truths) and _is_number(value) and _is_number(expected):
        # What reads the same in four digits is no direction, unless so small an error is rare there.
        if float(value) == float(expected) or (not rare and f"{float(value):.4g}" == f"{float(expected):.4g}"):
            return "as expected"
        return "higher" if float(value) > float(expected) else "lower"
    return "as expected" if value == expected else "other"


def _placed(value: object, expected: object, direction: str, probability: float | None, rare: bool) -> str:
    if direction in ("higher", "lower"):
        value, expected = _told_apart(value, expected)
        return f"is {value}, {direction} than the {expected} expected"
    if direction == "other":
        return f"is {_shown(value)} where {_shown(expected)} was expected"
    if direction == "missing":
        return f"is missing where {_shown(expected)} was expected"
    if not rare:
        return f"is {_shown(value)}, as expected"
    if probability is None or f"{probability:.4g}" == "1":
        return f"is {_shown(value)}, as expected, but less closely than usual"
    return f"is {_shown(value)}, as expected, but with a probability of only {probability:.4g}"


def _told_apart(value: object, expected: object) -> tuple[str, str]:
    """Return two numbers in four digits, or in so many that they read differently."""
    for digits in range(4, 18):
        if (one := _shown(value, digits)) != (other := _shown(expected, digits)):
            break
    return one, other


def _share(rarity: float, rows: int) -> float:
    """Return the share of training rows with at least an error; the row itself, which counts in its rarity, is none."""
    return max(rarity * (rows + 1) - 1, 0.0) / rows


def _rare(rarity: float, rows: int) -> str:
    share = 100 * _share(rarity, rows)
    if share * rows < 50:
        return f"none of {rows:,} training rows has so large an error there"
    return f"{share:{'.0f' if share >= 10 else '.2g'}} % of training rows have at least its error there"


def _is_number(value: object) -> TypeGuard[float]:
    """Say whether it is a number; a truth value is one, 0 or 1."""
    return isinstance(value, numbers.Real | np.bool_)


def _shown(value: object, digits: int = 4) -> str:
    if isinstance(value, bool | np.bool_):
        return f"{int(value)} ({str(bool(value)).lower()})"
    return f"{float(value):.{digits}g}" if _is_number(value) else str(value)


def _ranks(rows: int, points: int) -> NDArray[np.int64]:
    if rows <= points:
        return np.arange(rows)
    evenly = np.linspace(0, rows - 1, points - points // 2)
    from_the_top = rows - np.geomspace(1, rows, points // 2)
    return np.unique(np.concatenate([evenly, from_the_top]).round().astype(np.int64))
