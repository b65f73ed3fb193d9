"""Uniform sampling of rows, independent of file formats and batches.

Every row gets the next number of a seeded stream as its key, and the rows with the smallest keys are the sample: it
depends only on the number of rows, the sample size and the seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trasunto.environment import free_memory
from trasunto.errors import DataError
from trasunto.wording import byte_size

FIT = "fit"
"""As many rows as fit into free memory."""

KEYS_AT_ONCE = 1 << 20

MOST_ROWS = 10**11
"""Rows that a file may claim to hold: sampling by a damaged footer could take years."""

FILLED = 0.8
"""Share of free memory that rows may fill: networks and programs need some too."""


@dataclass(frozen=True)
class Sample:
    """A uniform sample without replacement.

    Attributes
    ----------
    rows, of
        Number of rows sampled, and of all rows.
    seed
        Seed of the sample.
    fitted
        Whether its size was chosen to fit into memory.

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
    """A sample, and the indices of its rows, ascending."""

    sample: Sample
    numbers: np.ndarray


@dataclass(frozen=True)
class Drawing:
    """Requested sample.

    Attributes
    ----------
    rows
        A number, ``"fit"``, or None for all.
    seed
        Seed of the sample.

    Raises
    ------
    DataError
        A field is invalid.
    """

    rows: int | str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        number = isinstance(self.rows, int | np.integer) and not isinstance(self.rows, bool) and self.rows >= 1
        if self.rows is not None and not number and self.rows != FIT:
            raise DataError(
                f"rows is {self.rows!r}; it must be the number of rows to draw, at least 1, or '{FIT}' for as "
                "many as fit into memory"
            )
        whole = isinstance(self.seed, int | np.integer) and not isinstance(self.seed, bool)
        if self.rows is not None and not (whole and self.seed >= 0):
            raise DataError(f"seed is {self.seed!r}; it must be a whole number of at least 0")

    def drawn_of(self, n: int, row_bytes: float, name: str, *, about: bool = False) -> Drawn | None:
        """Sample n rows; None stands for all of them.

        Parameters
        ----------
        row_bytes
            Peak memory of a row in a table.
        name
            Name of the rows, for errors.
        about
            Whether n is an estimate, as if all rows are requested.

        Raises
        ------
        DataError
            The rows do not fit into free memory (the message says how many would), or n is implausible.
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
    """Return the indices of a sample of `wanted` of n rows, ascending.

    Examples
    --------
    >>> draw(10, 3, seed=0).tolist()
    [0, 8, 9]
    """
    # Keys from one sequential stream: neither batches nor later rows change those of earlier rows.
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
    """Round down to two significant digits, so that slightly less memory does not change the number."""
    unit = int(10 ** max(len(str(number)) - 2, 0))
    return number // unit * unit
