"""Scores of training rows by networks and covariances that did not see them, to set a threshold for later rows by.

The scores that a detector gives its own training rows are lower than those of later rows like them: the networks have
learnt the rows, and the covariance of their errors has followed them. So the rows are parted into folds. For each fold
all is done anew on the other rows (scaling, networks of the same recipe and seeds, the covariance), and the fold is
scored. What its rows score is close to what the final networks, trained on all rows, make of rows to come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trasunto.cohort.application import Applied
from trasunto.data import Table
from trasunto.data.fitting import scales
from trasunto.models.scoring import Judgement, Spans

FEW_ROWS = 1_000
"""Fewer are parted into tenths, more into fifths: of few rows, a fifth less makes noticeably worse networks."""

EXPECTED_ABOVE = 10
"""About so many scores shall lie above the threshold, where there are rows enough; no more folds are scored then."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of one part.

    Attributes
    ----------
    known
        Rows to train on.
    held
        The others, to score.
    """

    known: NDArray[np.intp]
    held: NDArray[np.intp]

    def filled(self) -> NDArray[np.intp]:
        """Return the rows to train on, some of them twice: as many as there are in all, so that no program is new."""
        again = np.random.default_rng(0).permutation(self.known)[: len(self.held)]
        return np.concatenate([self.known, again])


def count_folds(n: int, rate: float) -> int:
    """Return how many folds of n rows are scored, each by networks of its own, for a rate of later rows flagged.

    Examples
    --------
    >>> [count_folds(n, 0.01) for n in (2, 100, 1_000, 3_000, 100_000)]
    [2, 10, 5, 2, 1]
    """
    return min(_parts(n), math.ceil(_parts(n) * EXPECTED_ABOVE / (rate * n)))


def folds(n: int, rate: float) -> tuple[Fold, ...]:
    """Part n rows, 2 or more, at random, the same for the same n; return as many of the folds as shall be scored."""
    parts = np.array_split(np.random.default_rng(0).permutation(n), _parts(n))
    every = np.arange(n)
    return tuple(Fold(np.setdiff1d(every, part), np.sort(part)) for part in parts[: count_folds(n, rate)])


def rows_of_folds(table: Table, rate: float, *, rescale: bool) -> Iterator[tuple[Fold, Table, Table]]:
    """Yield each fold, the table as the fold's networks see it, and the rows that they are trained on.

    Parameters
    ----------
    rescale
        Whether a fold's rows are scaled by those it is trained on, as the table's were by all.
    """
    for fold in folds(table.n, rate):
        seen = _rescaled(table, fold.known) if rescale else table
        yield fold, seen, seen.take(fold.filled())


def cross_fitted(
    table: Table,
    rate: float,
    score: str,
    spans: Spans,
    train: Callable[[Table, int], Sequence[Applied]],
    *,
    rescale: bool = True,
) -> NDArray[np.float64]:
    """Return scores (m,) of m of the training rows by networks that did not see them; higher is stranger.

    Parameters
    ----------
    table
        2 rows or more.
    rate
        The share of later rows to be flagged: the lower, the more rows are scored.
    score, spans
        As :meth:`trasunto.models.scoring.Judgement.fit` takes them.
    train
        Returns networks trained on the rows of a fold's table, of which as many are twice there as are left out, given
        the fold's number from 1; none where they cannot be used, and the fold is left out.
    rescale
        As `rows_of_folds` takes it.
    """
    found: list[NDArray[np.float64]] = []
    for number, (fold, seen, rows) in enumerate(rows_of_folds(table, rate, rescale=rescale), 1):
        networks = train(rows, number)
        if not networks:
            continue
        dtype = networks[0].dtype
        known = fold.known if len(fold.known) > 1 else fold.filled()  # a covariance of one row there is not
        judgement = Judgement.fit(score, networks, seen.values(known, dtype), spans)
        found.append(judgement.score(networks, seen.values(fold.held, dtype), spans))
    return np.concatenate([*found, np.zeros(0)])


def _parts(n: int) -> int:
    return min(10 if n < FEW_ROWS else 5, n)


def _rescaled(table: Table, known: NDArray[np.intp]) -> Table:
    """Return the table with its numbers scaled anew, by some of its rows, if a preparation had scaled them."""
    if table.preparation is None or table.preparation.scaling == "none":
        return table
    numbers = np.ones(table.d, bool)
    for start, stop in table.blocks:
        numbers[start:stop] = False
    if not numbers.any():
        return table
    centre, spread = np.zeros(table.d), np.ones(table.d)
    rows = table.x[known][:, numbers].astype(np.float64)
    centre[numbers], spread[numbers] = scales(rows, table.preparation.scaling)

    def scaled(part: Table) -> Table:
        return replace(part, x=((part.x - centre) / spread).astype(part.x.dtype))

    test, validation = (None if part is None else scaled(part) for part in (table.test, table.validation))
    return replace(scaled(table), test=test, validation=validation)
