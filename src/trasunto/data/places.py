"""Where rows stand, as a user who looks for one counts them."""

from __future__ import annotations

from dataclasses import dataclass


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

    Examples
    --------
    >>> Place("rows.csv", 2, "the header is row 1").row(5)
    'row 7 of rows.csv (the header is row 1)'
    """

    name: str
    first: int = 0
    counting: str = "counted from 0"

    def row(self, position: int) -> str:
        """Name the row at this position, which counts from 0."""
        return f"row {position + self.first} of {self.name} ({self.counting})"
