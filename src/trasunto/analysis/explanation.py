"""Explanations of anomalous rows: per column, its value, the network's reconstruction, and the rarity of the error."""

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
"""Order statistics kept of each column's errors: all of them up to this many training rows."""

DIRECTIONS = ("higher", "lower", "other", "as expected", "missing")

RARE = 0.05
"""Share of training rows at or below which an error counts as rare, and is never called just "as expected"."""

_LEAST = 1e-3
"""Floor of a column's mean error, as a share of the mean over columns, as in `trasunto.analysis.scores.ErrorScale`."""


@dataclass(frozen=True, eq=False)
class ErrorDistribution:
    """Empirical distribution of each column's error over the training rows.

    Attributes
    ----------
    errors
        (g, k) order statistics of each column, ascending.
    ranks
        (g,) their ranks, from 0.
    mean
        (k,) mean error of each column, above 0.
    rows
        Number of training rows.
    """

    errors: NDArray[np.float64]
    ranks: NDArray[np.int64]
    mean: NDArray[np.float64]
    rows: int

    @classmethod
    def fit(cls, errors: ArrayLike, points: int = POINTS) -> ErrorDistribution:
        """Keep `points` order statistics of each column of the training rows' errors (n, k).

        Half of them are evenly spaced over all ranks, half geometrically towards the greatest error: anomalies lie
        there, and even spacing could not tell one row in a thousand from one in a million.
        """
        rows = np.sort(matrix("training errors", errors), axis=0)
        ranks = _ranks(len(rows), max(points, 2))
        mean = rows.mean(axis=0)
        floor = _LEAST * float(mean.mean())
        return cls(rows[ranks], ranks, np.maximum(mean, floor if floor > 0 else 1.0), len(rows))

    def rarity(self, errors: ArrayLike) -> NDArray[np.float64]:
        """Return the share of training rows with at least that error, for each row and column (n, k).

        The row itself counts, ``(1 + rows with at least that error) / (1 + rows)``, so that rarity is never 0: an error
        beyond all n training rows' has a rarity of 1 / (n + 1).

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
        """Return the distribution as named arrays, for storage."""
        return {
            "errors": self.errors,
            "ranks": self.ranks.astype(np.float64),
            "mean": self.mean,
            "rows": np.array([self.rows], dtype=np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> ErrorDistribution:
        """Restore a distribution from the arrays of `to_arrays`."""
        names = ("errors", "ranks", "mean", "rows")
        if set(arrays) != set(names):
            given = ", ".join(sorted(arrays)) or "none"
            raise DataError(f"a stored error distribution needs the arrays {', '.join(names)}; there are {given}")
        errors, ranks, mean, rows = (np.array(arrays[name], dtype=np.float64) for name in names)
        return cls(errors, ranks.astype(np.int64), mean, int(rows[0]))

    def _below(self, new: NDArray[np.float64], column: int) -> NDArray[np.float64]:
        """Return the number of training rows with a smaller error, interpolated between kept order statistics."""
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
    """One raw column's part in a row's anomaly.

    Attributes
    ----------
    feature
        The column's name.
    value, expected
        The value and its reconstruction, in the column's own units; of a category, the given and the most probable one.
    direction
        "higher" or "lower" than expected; for categories "other"; "as expected"; "missing".
    error
        Squared error, in prepared units, summed over the column's features.
    rarity
        Share of training rows with at least that error; lower is more anomalous, never 0.
    excess
        The error in multiples of the column's mean over the training rows; higher is more anomalous.
    sentence
        All of this as a sentence.
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
    """Explain one row by its columns, the most anomalous first.

    Ordered by rarity of the error; among equally rare ones, by excess over the column's mean error.

    Parameters
    ----------
    features : sequence of str, (k,)
        Names of the raw columns.
    values, expected : sequence, (k,)
        The row and its reconstruction in the columns' own units: a number, or a category. None or NaN is missing.
    errors : array, (k,)
        The row's squared errors, folded to raw columns.
    distribution : ErrorDistribution
        Distribution of the training rows' errors, folded alike.
    categorical : collection of str
        Columns whose numbers are categories; values that are not numbers always are.
    probabilities : sequence, (k,)
        The network's probability of the given category, 0 to 1; None for a number.

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
        # Equal in four digits is "as expected", unless even so small an error is rare there.
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
    """Format two numbers with four digits, or with as many as make them differ."""
    for digits in range(4, 18):
        if (one := _shown(value, digits)) != (other := _shown(expected, digits)):
            break
    return one, other


def _share(rarity: float, rows: int) -> float:
    """Return the share of training rows with at least this error, without the row itself, which counts in rarity."""
    return max(rarity * (rows + 1) - 1, 0.0) / rows


def _rare(rarity: float, rows: int) -> str:
    share = 100 * _share(rarity, rows)
    if share * rows < 50:
        return f"none of {rows:,} training rows has so large an error there"
    return f"{share:{'.0f' if share >= 10 else '.2g'}} % of training rows have at least its error there"


def _is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a number; booleans are, as 0 or 1."""
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
