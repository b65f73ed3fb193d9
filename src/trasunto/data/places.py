"""Row positions for error messages, counted as in the user's file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from trasunto.errors import DataError


def refuse_unreadable_name(path: object) -> None:
    """Refuse a file name that is not UTF-8 with a `DataError`: no message, model or report could name it."""
    if not is_text(str(path)):
        shown = str(path).encode(errors="replace").decode()
        raise DataError(f"the name '{shown}' is not UTF-8; rename the file or its folder")


def is_text(name: str) -> bool:
    r"""Say whether a name can be encoded in UTF-8: one with surrogate escapes cannot.

    Examples
    --------
    >>> is_text("caf\u00e9.csv"), is_text("caf\udce9.csv")
    (True, False)
    """
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


@dataclass(frozen=True)
class Place:
    """Source of rows, and how they are counted there.

    Attributes
    ----------
    name
        File or other name of the rows.
    first
        Number of the first row.
    counting
        How rows are counted, in a few words.
    parts
        Places of several files, each with the position of its first row; rows are counted by file.
    numbers
        Positions of sampled rows among all rows, from 0; None for all rows.

    Examples
    --------
    >>> Place("rows.csv", 2, "the header is row 1").row(5)
    'row 7 of rows.csv (the header is row 1)'
    >>> Place("rows", parts=((0, Place("rows/a.parquet")), (100, Place("rows/b.parquet")))).row(105)
    'row 5 of rows/b.parquet (counted from 0)'
    """

    name: str
    first: int = 0
    counting: str = "counted from 0"
    parts: tuple[tuple[int, Place], ...] = ()
    numbers: np.ndarray | None = field(default=None, compare=False, repr=False)

    def row(self, position: int) -> str:
        """Describe the row at a position, counted from 0."""
        if self.numbers is not None:
            return replace(self, numbers=None).row(int(self.numbers[position]))
        for start, part in reversed(self.parts):
            if start <= position:
                return part.row(position - start)
        return f"row {position + self.first} of {self.name} ({self.counting})"

    def after(self, rows: int) -> Place:
        """Return the place of the rows after the first `rows`."""
        return replace(self, first=self.first + rows, parts=tuple((start - rows, part) for start, part in self.parts))
