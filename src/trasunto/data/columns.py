"""Conversion of raw columns to numbers, booleans or categories.

Numbers are float64, NaN where missing; categories are text, None where missing. :mod:`trasunto.data.settling` decides
which of them a column holds.
"""

from __future__ import annotations

import datetime
import re
import reprlib
from collections.abc import Sequence
from numbers import Number
from typing import TYPE_CHECKING

import numpy as np

from trasunto.data.number_formats import NumberFormat
from trasunto.data.places import Place
from trasunto.errors import DataError, nearest

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 6
"""Column names listed in a sentence at most."""

TRUTHS = {"true": 1.0, "false": 0.0}
"""Boolean words, in any case."""

_WHOLE_AS_FLOAT = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0+")


def named(columns: Sequence[str]) -> str:
    """Return "column 'a'" or "columns 'a', 'b' and 4 more".

    Examples
    --------
    >>> named(["a"]), named("abcdefgh")
    ("column 'a'", "columns 'a', 'b', 'c', 'd', 'e', 'f' and 2 more")
    """
    spelt = ", ".join(f"'{column}'" for column in columns[:SHOWN])
    rest = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    return f"{'column' if len(columns) == 1 else 'columns'} {spelt}{rest}"


def no_column(column: str, columns: Sequence[str], asked_as: str, place: Place) -> DataError:
    """Return the error for an unknown column, with the nearest name."""
    spelt = ", ".join(columns[: 2 * SHOWN])
    rest = f" and {len(columns) - 2 * SHOWN} more" if len(columns) > 2 * SHOWN else ""
    return DataError(
        f"{place.name} has no column '{column}' for {asked_as}{nearest(column, columns)} (columns: {spelt}{rest})"
    )


def numbered(count: int) -> tuple[str, ...]:
    """Return names for unnamed columns: x0, x1, ..."""
    return tuple(f"x{column}" for column in range(count))


def is_plain_number(dtype: object) -> bool:
    """Say whether a dtype is one of NumPy's own numeric types; booleans are not."""
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def is_number(column: pd.Series) -> bool:
    """Say whether a settled column holds numbers."""
    return bool(column.dtype == np.float64)


def numbers(column: pd.Series, place: Place, form: NumberFormat | None = None) -> pd.Series:
    """Convert a column to float64, NaN where missing; text is parsed in the format `form`, if given.

    Raises
    ------
    DataError
        If a value is not a number, or is infinite; the message names the first such cell.
    """
    import pandas as pd

    column = plain(column)
    if column.dtype.kind not in "biuf":
        read = _read_numbers(column, form)
        there = column.notna() & ~column.isin(form.blanks) if form is not None and form.blanks else column.notna()
        strange = np.flatnonzero((read.isna() & there).to_numpy())
        if strange.size:
            found = reprlib.repr(str(column.iloc[strange[0]]))
            wanted = "" if form is None else f", with {form.said},"
            raise DataError(
                f"column '{column.name}' holds {found} in {place.row(int(strange[0]))}, where "
                f"numbers{wanted} are expected; write a number, or leave the cell empty where it is missing"
            )
        column = read
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise DataError(
            f"column '{column.name}' holds {values[infinite[0]]} in {place.row(int(infinite[0]))}; every number must "
            "be finite"
        )
    return pd.Series(values, index=column.index, name=column.name)


def truths(column: pd.Series, place: Place) -> pd.Series:
    """Convert a column of booleans to float64, 1 where true and NaN where missing.

    Raises
    ------
    DataError
        If a value is neither a boolean, nor "true" or "false" in any case, nor a number; the message names the first
        such cell.
    """
    column = plain(column)
    if column.dtype.kind in "biuf":
        return numbers(column, place)
    words = column.astype(object).map(_truth, na_action="ignore")
    return numbers(words, place)


def categories(column: pd.Series, place: Place) -> pd.Series:
    """Convert a column to text, None where missing; whole numbers, also as text, lose their ".0".

    Raises
    ------
    DataError
        If it holds lists or other values that are neither numbers nor text.
    """
    import pandas as pd

    column = plain(column)
    if other := other_than_numbers_and_text(column):
        position, kind = other
        raise DataError(
            f"column '{column.name}' holds {kind} in {place.row(position)}, neither numbers nor text; drop it"
        )
    codes, words = pd.factorize(column)
    spelt = np.array([_spelt(word) for word in words] + [None], dtype=object)
    return pd.Series(spelt[codes], index=column.index, name=column.name, dtype=object)


def absences(column: pd.Series) -> np.ndarray:
    """Return whether each value is missing, ``(n,)``."""
    absent: np.ndarray = column.isna().to_numpy()
    return absent


def _truth(value: object) -> object:
    """Convert "true" and "false" to 1 and 0; other values are returned unchanged."""
    return TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _read_numbers(column: pd.Series, form: NumberFormat | None) -> pd.Series:
    """Parse a column of text or mixed values as numbers; NaN where that fails."""
    import pandas as pd

    if form is None:
        return pd.to_numeric(column.astype(object), errors="coerce")
    codes, words = pd.factorize(column)  # each different text once
    values = form.read([str(word) for word in words])
    return pd.Series(np.append(values, np.nan)[codes], index=column.index, name=column.name)


def plain(column: pd.Series) -> pd.Series:
    """Convert a column of an Arrow dtype to NumPy's or pandas' own."""
    import pandas as pd

    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    import pyarrow

    made = pyarrow.chunked_array(pyarrow.array(column)).to_pandas(date_as_object=False)
    return pd.Series(made.array, index=column.index, name=column.name)


def other_than_numbers_and_text(column: pd.Series) -> tuple[int, str] | None:
    """Return the position and type of the first value that is neither number, text nor missing, such as a list."""
    if column.dtype != object:
        return None
    for position, (value, absent) in enumerate(zip(column, column.isna(), strict=True)):
        if not absent and not isinstance(value, str | Number | np.bool_):
            return position, type(value).__name__
    return None


def word_key(word: str) -> str:
    """Return the key by which categories are equal: 1.0 is 1, and TRUE is true.

    Examples
    --------
    >>> word_key("1.0"), word_key("01"), word_key("True"), word_key("Red")
    ('1', '01', 'true', 'Red')
    """
    lower = word.strip().lower()
    if lower in TRUTHS:
        return lower
    whole = _WHOLE_AS_FLOAT.fullmatch(word)
    return whole[1] if whole else word


def _spelt(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value)
    whole = _WHOLE_AS_FLOAT.fullmatch(text)
    return whole[1] if whole else text
