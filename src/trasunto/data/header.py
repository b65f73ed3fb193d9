"""Header detection: does the first row of a file hold names or data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

MOSTLY = 0.8
"""Share of cells that must be numbers, or dates, for a column to count as such."""

YEARS = (1800, 2100)

EVEN = 0.1
"""Relative tolerance for evenly spaced numbers, such as wavelengths."""

FEW = 3
"""Fewest numbers to judge by."""

_NUMBER = re.compile(r"\s*[-+]?[$€£]?\s?(?:\d[\d.,' \u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?\s?[%$€£]?\s*")
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?\s*")
_NOTHING = {"", "na", "nan", "null", "none", "n/a", "?", "-"}


def is_number(text: str) -> bool:
    """Say whether a cell looks like a number, however people write it.

    Examples
    --------
    >>> [is_number(text) for text in ("5.1", "-1e-3", "1,100.5", "$5", "12 %", "x1", "1x1", "nan", "")]
    [True, True, True, True, True, False, False, False, False]
    """
    return _NUMBER.fullmatch(text) is not None and not _is_date(text)


def looks_like_data(first: Sequence[str], later: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row is data: numbers or dates above others, or texts that recur below.

    Numbers that count up, are years or are evenly spaced are names if there are texts beside them or the numbers below
    are of another range. If undecided, the first row holds names.

    Examples
    --------
    >>> looks_like_data(["5.1", "Iris-setosa"], [["4.9", "Iris-setosa"], ["5.3", "Iris-virginica"]])
    True
    >>> looks_like_data(["country", "1990", "1991", "1992"], [["Chad", "5.1", "5.2", ""], ["Mali", "6.1", "6", "7"]])
    False
    """
    rows = [row for row in later if len(row) == len(first) and list(row) != list(first)]
    numbers: list[str] = []
    within: list[bool] = []
    unlike: list[bool] = []
    texts = again = 0
    for position, name in enumerate(first):
        below = [row[position] for row in rows]
        below = [cell for cell in below if cell.strip().lower() not in _NOTHING]
        if is_number(name):
            if not rows or _mostly(is_number, below):
                numbers.append(name)
                within.append(_within(name, below))
                unlike.append(name.isdecimal() and _mostly(_has_decimals, below))
        elif _is_date(name):
            if _mostly(_is_date, below):
                return True
        elif name.strip():
            texts += 1
            again += name in below
        elif below and position == 0:
            texts += 1  # an index, which has no name where pandas writes it
    if len(first) > 1 and 2 * again > texts:
        return True
    if len(numbers) > 1 and all(unlike) and len({*numbers}) == len(numbers):
        return False  # whole numbers above fractions, as where columns were chosen by their positions
    return bool(numbers) and not _are_names(numbers, any(within), texts > again)


def _mostly(kind: Callable[[str], bool], cells: Sequence[str]) -> bool:
    return bool(cells) and sum(map(kind, cells)) >= MOSTLY * len(cells)


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def _has_decimals(text: str) -> bool:
    return "." in text


def _within(name: str, below: Sequence[str]) -> bool:
    """Say whether a number fits the range of those below; assumed if they are few or cannot be parsed."""
    try:
        values = [float(cell) for cell in below]
        apart = max(values) - min(values)
        return len(values) < FEW or min(values) - apart <= float(name) <= max(values) + apart
    except ValueError:
        return True


def _are_names(numbers: Sequence[str], within: bool, beside_texts: bool) -> bool:
    """Say whether the numbers of a first row name columns."""
    try:
        values = np.array([float(number) for number in numbers])
    except ValueError:
        return False
    if len({*numbers}) < len(numbers):
        return False
    if list(numbers) == [str(position) for position in range(len(numbers))] and (len(numbers) > 1 or beside_texts):
        return True  # as pandas calls columns that it has no names for
    steps = np.diff(values)
    whole = bool((values == np.round(values)).all())
    years = whole and YEARS[0] <= values.min() and values.max() <= YEARS[1]
    even = len(steps) > 1 and (steps * steps[0] > 0).all() and np.ptp(np.abs(steps)) <= EVEN * np.abs(steps).max()
    if beside_texts and len(numbers) >= FEW and (years or even):
        return True
    return bool(beside_texts or years or even) and not within
