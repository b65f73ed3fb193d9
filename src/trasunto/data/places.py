"""Where rows stand, as a user who looks for one counts them."""

from __future__ import annotations

from dataclasses import dataclass, replace


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

    def row(self, position: int) -> str:
        """Name the row at this position, which counts from 0."""
        for start, part in reversed(self.parts):
            if start <= position:
                return part.row(position - start)
        return f"row {position + self.first} of {self.name} ({self.counting})"

    def after(self, rows: int) -> Place:
        """Return the place of what comes after so many rows of it."""
        return replace(self, first=self.first + rows, parts=tuple((start - rows, part) for start, part in self.parts))
