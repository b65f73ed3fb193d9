"""Where rows stand, as a user who looks for one counts them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from trasunto.errors import DataError


def refuse_unreadable_name(path: object) -> None:
    """Refuse a file's name that is no text: no sentence, model or report could name it.

    Raises
    ------
    DataError
        If it is not.
    """
    if not is_text(str(path)):
        shown = str(path).encode(errors="replace").decode()
        raise DataError(f"the name '{shown}' is not written in UTF-8; rename the file or its folder")


def is_text(name: str) -> bool:
    r"""Say whether a name can be written in UTF-8; one whose bytes mean nothing there cannot.

    Examples
    --------
    >>> is_text("caf\u00e9.csv"), is_text("caf\udce9.csv")
    (True, False)
    """
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


@dataclass(frozen=True)
class Place:
    """Where rows were found, and how they are counted there.

    Attributes
    ----------
    name
        A file, or what the rows are called.
    first
        The number of the first row.
    counting
        How rows are counted, in a few words.
    parts
        Where rows of several files stand, each with the position of its first row; rows are counted there.
    numbers
        Where the rows of a sample stand among all rows, counted from 0; None where they are all.

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
        """Name the row at this position, which counts from 0."""
        if self.numbers is not None:
            return replace(self, numbers=None).row(int(self.numbers[position]))
        for start, part in reversed(self.parts):
            if start <= position:
                return part.row(position - start)
        return f"row {position + self.first} of {self.name} ({self.counting})"

    def after(self, rows: int) -> Place:
        """Return the place of what comes after so many rows of it."""
        return replace(self, first=self.first + rows, parts=tuple((start - rows, part) for start, part in self.parts))
