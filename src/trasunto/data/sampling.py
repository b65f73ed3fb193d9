"""A uniform sample of rows: which ones a number and a seed choose, wherever the rows lie and however they are read.

Every row has a key, the next number of a stream that a seed begins, and the rows with the smallest keys are the sample:
it depends on how many rows there are, on the number asked for and on the seed alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasunto.environment import free_memory
from trasunto.errors import DataError
from trasunto.wording import byte_size

FIT = "fit"
"""As many rows as fit into the memory that is free."""

KEYS_AT_ONCE = 1 << 20

MOST_ROWS = 10**11
"""Rows that a file may claim to hold: a damaged footer would else keep the draw busy for years."""

FILLED = 0.8
"""The share of the free memory that rows are let fill: networks and programs take some as well."""


@dataclass(frozen=True)
class Sample:
    """Which rows were drawn of those there are.

    Attributes
    ----------
    rows, of
        How many were drawn, uniformly and without replacement, and of how many.
    seed
        What the draw began with.
    fitted
        Whether their number is what fitted into memory.

    Examples
    --------
    >>> str(Sample(120_000, 10_000_000, 0))
    '120,000 of 10,000,000 rows, drawn with seed 0'
    """

    rows: int
    of: int
    seed: int
    fitted: bool = False

    def __str__(self) -> str:
        return f"{self.rows:,} of {self.of:,} rows, drawn with seed {self.seed}"


@dataclass(frozen=True, eq=False)
class Drawn:
    """A sample, and the numbers of its rows, ascending, counted from 0."""

    sample: Sample
    numbers: np.ndarray


@dataclass(frozen=True)
class Drawing:
    """How many rows were asked for.

    Attributes
    ----------
    rows
        A number, ``"fit"``, or None for all.
    seed
        Of the draw.

    Raises
    ------
    DataError
        They are something else.
    """

    rows: int | str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        number = isinstance(self.rows, int | np.integer) and not isinstance(self.rows, bool) and self.rows >= 1
        if self.rows is not None and not number and self.rows != FIT:
            raise DataError(
                f"rows is {self.rows!r}; it takes how many rows to draw, a whole number from 1 on, or '{FIT}' for as "
                "many as fit into memory"
            )
        whole = isinstance(self.seed, int | np.integer) and not isinstance(self.seed, bool)
        if self.rows is not None and not (whole and self.seed >= 0):
            raise DataError(f"seed is {self.seed!r}; rows are drawn with a whole number from 0 on")

    def drawn_of(self, n: int, row_bytes: float, name: str, *, about: bool = False) -> Drawn | None:
        """Draw from n rows; None stands for all of them.

        Parameters
        ----------
        row_bytes
            Memory that a table of them takes at most, a row.
        name
            What they are, for refusals.
        about
            Whether n is an estimate; then nothing is drawn.

        Raises
        ------
        DataError
            So many do not fit into the memory that is free, and how many would is said; or n is beyond belief.
        """
        if n > MOST_ROWS:
            raise DataError(f"{name} claims to hold {n:,} rows; more than {MOST_ROWS:,} are not drawn from")
        free = free_memory()
        fits = _rounded_down(int(FILLED * free / row_bytes))
        if self.rows == FIT and not fits:
            raise DataError(
                f"{name} has rows of about {row_bytes:,.0f} bytes each, and {byte_size(free)} of memory is free"
            )
        wanted = n if self.rows is None else min(n, fits if isinstance(self.rows, str) else int(self.rows))
        if self.rows != FIT and wanted * row_bytes > free:
            which = f"{wanted:,} of the {n:,} rows" if wanted < n else f"all {'about ' if about else ''}{n:,} rows"
            what = f"draw {fits:,} at random with rows={fits} (--rows {fits}), or as many" if fits else "draw as many"
            raise DataError(
                f"{which} of {name} need about {byte_size(wanted * row_bytes)} of memory and {byte_size(free)} is "
                f"free; {what} as fit with rows='{FIT}' (--rows {FIT})"
            )
        if wanted >= n:
            return None
        return Drawn(Sample(wanted, n, int(self.seed), self.rows == FIT), draw(n, wanted, int(self.seed)))


ALL = Drawing()
"""Every row."""


def draw(n: int, wanted: int, seed: int) -> np.ndarray:
    """Return the numbers of `wanted` of n rows, ascending, counted from 0.

    Examples
    --------
    >>> draw(10, 3, seed=0).tolist()
    [0, 8, 9]
    """
    # Keys one after the other: neither batches nor the length of what comes later change those of earlier rows.
    stream = np.random.Philox(seed)
    keys, rows = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    for first in range(0, n, KEYS_AT_ONCE):
        fresh = stream.random_raw(min(KEYS_AT_ONCE, n - first))
        some = np.arange(first, first + len(fresh))
        if len(keys) == wanted:  # most come too late to be among the smallest
            small = fresh < keys.max()
            fresh, some = fresh[small], some[small]
        keys, rows = np.concatenate([keys, fresh]), np.concatenate([rows, some])
        if len(keys) > wanted:
            kept = np.argpartition(keys, wanted - 1)[:wanted]
            keys, rows = keys[kept], rows[kept]
    return np.sort(rows)


def _rounded_down(number: int) -> int:
    """Return a number with two significant digits, so that a little less memory does not make it another."""
    unit = int(10 ** max(len(str(number)) - 2, 0))
    return number // unit * unit
