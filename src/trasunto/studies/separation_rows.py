"""Normal and anomalous rows that no network learnt from, side by side, for a study that tells them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import DataError

if TYPE_CHECKING:
    from trasunto.data import Table

FEWEST = 6
"""Rows of either kind below which a measure of how they stand apart says nothing."""

CHOICE_SEED = 0
"""Of the choice among too many rows: one for all studies and networks, so that all are measured on the same rows."""


@dataclass(frozen=True, eq=False)
class RowsApart:
    """Held-out normal rows, then anomalies, as networks see them.

    Attributes
    ----------
    x
        All rows, (n, d).
    anomalous
        Which of them are anomalies, (n,): the last ones.
    """

    x: NDArray[np.floating]
    anomalous: NDArray[np.bool_]

    @property
    def normals(self) -> int:
        """How many of the rows are normal: the first ones."""
        return int((~self.anomalous).sum())

    @property
    def anomalies(self) -> int:
        """How many of the rows are anomalies."""
        return int(self.anomalous.sum())

    def few(self, normals: int, anomalies: int) -> NDArray[np.intp]:
        """Return which rows to show, ascending: at most so many of each kind, chosen at random."""
        first = chosen(self.normals, normals)
        return np.concatenate([first, self.normals + chosen(self.anomalies, anomalies)])


def rows_apart(table: Table, study: str, normals: int | None = None, anomalies: int | None = None) -> RowsApart:
    """Return the held-out normal rows and the anomalies of a table, at most so many of each (None: all).

    Raises
    ------
    DataError
        The table lacks rows of one of the two kinds, or has too few.
    """
    ordinary, strange = require_anomalies(table, study)
    blocks = (_some(ordinary, normals), _some(strange, anomalies))
    marks = np.repeat([False, True], [len(block) for block in blocks])
    return RowsApart(np.concatenate(blocks), marks)


def require_anomalies(table: Table, study: str) -> tuple[Table, Table]:
    """Return the held-out normal rows and the anomalies of a table.

    Raises
    ------
    DataError
        The table lacks one of the two, or has too few.
    """
    if table.anomalies is None:
        raise DataError(
            f"study '{study}' sets normal rows beside anomalies, and {table.provenance} has no anomalies: give "
            "labelled rows and say which label is normal, as normal=0 (on the command line --normal 0)"
        )
    if table.test is None:
        raise DataError(
            f"study '{study}' judges by normal rows that no network learnt from, and {table.provenance} has none: hold "
            "some out, as test=0.2"
        )
    for part, what in ((table.test, "held-out normal rows"), (table.anomalies, "anomalies")):
        if part.n < FEWEST:
            raise DataError(
                f"study '{study}' needs {FEWEST} {what} or more to measure how they stand apart, and "
                f"{table.provenance} has {part.n}"
            )
    return table.test, table.anomalies


def chosen(n: int, most: int | None) -> NDArray[np.intp]:
    """Return `most` of `n` row numbers, ascending; all of them where there are no more.

    Examples
    --------
    >>> chosen(4, 10).tolist(), len(chosen(100, 10))
    ([0, 1, 2, 3], 10)
    """
    if most is None or n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(CHOICE_SEED).choice(n, most, replace=False))


def _some(part: Table, most: int | None) -> NDArray[np.floating]:
    values: NDArray[np.floating] = part.values(chosen(part.n, most))
    return values
