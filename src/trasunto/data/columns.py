"""Raw columns as what they hold: numbers, truth values, or categories; and what can be neither.

Numbers are float64 with NaN where one is missing; categories are text with None where one is missing. Which of them a
column holds is for :mod:`trasunto.data.settling` to say.
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
"""Column names that a sentence spells out."""

TRUTHS = {"true": 1.0, "false": 0.0}
"""Words of truth values, in any case."""

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
    """Return the refusal of a column that is not there, with the nearest name."""
    spelt = ", ".join(columns[: 2 * SHOWN])
    rest = f" and {len(columns) - 2 * SHOWN} more" if len(columns) > 2 * SHOWN else ""
    return DataError(
        f"{place.name} has no column '{column}' for {asked_as}{nearest(column, columns)} (columns: {spelt}{rest})"
    )


def numbered(count: int) -> tuple[str, ...]:
    """Return the names of columns that have none: x0, x1, ..."""
    return tuple(f"x{column}" for column in range(count))


def is_plain_number(dtype: object) -> bool:
    """Say whether a raw column holds numbers of a type of NumPy's own, as arrays do; truth values are none."""
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def is_number(column: pd.Series) -> bool:
    """Say whether a settled column holds numbers."""
    return bool(column.dtype == np.float64)


def numbers(column: pd.Series, place: Place, form: NumberFormat | None = None) -> pd.Series:
    """Return a column as float64, NaN where a value is missing; text is read in the format `form`, where it has one.

    Raises
    ------
    DataError
        If a value is no number, or is infinite; the sentence names the first such cell.
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
                f"numbers{wanted} are wanted; write a number, or leave the cell empty where it is missing"
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
    """Return a column of truth values as float64, 1 where true and NaN where missing.

    Raises
    ------
    DataError
        If a value is neither a truth value, nor "true" or "false" in any case, nor a number; the sentence names the
        first such cell.
    """
    column = plain(column)
    if column.dtype.kind in "biuf":
        return numbers(column, place)
    words = column.astype(object).map(_truth, na_action="ignore")
    return numbers(words, place)


def categories(column: pd.Series, place: Place) -> pd.Series:
    """Return a column as text, None where a value is missing; whole numbers lose their ".0", written as text too.

    Raises
    ------
    DataError
        If it holds lists or other things that are no text.
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
    """Return which values are missing, ``(n,)``."""
    absent: np.ndarray = column.isna().to_numpy()
    return absent


def _truth(value: object) -> object:
    """Return 1 for true and 0 for false; anything else as it is."""
    return TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _read_numbers(column: pd.Series, form: NumberFormat | None) -> pd.Series:
    """Return what a column of text or mixed values holds as numbers; NaN where that is none."""
    import pandas as pd

    if form is None:
        return pd.to_numeric(column.astype(object), errors="coerce")
    codes, words = pd.factorize(column)  # each different text once
    values = form.read([str(word) for word in words])
    return pd.Series(np.append(values, np.nan)[codes], index=column.index, name=column.name)


def plain(column: pd.Series) -> pd.Series:
    """Return a column as numpy's and pandas' own types have it: those of Arrow become these."""
    import pandas as pd

    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    import pyarrow

    made = pyarrow.chunked_array(pyarrow.array(column)).to_pandas(date_as_object=False)
    return pd.Series(made.array, index=column.index, name=column.name)


def other_than_numbers_and_text(column: pd.Series) -> tuple[int, str] | None:
    """Return the position and the type of the first value that is neither number nor text nor missing, if there is one.

    Lists, bytes and dates are such values.
    """
    if column.dtype != object:
        return None
    for position, (value, absent) in enumerate(zip(column, column.isna(), strict=True)):
        if not absent and not isinstance(value, str | Number | np.bool_):
            return position, type(value).__name__
    return None


def word_key(word: str) -> str:
    """Return what categories are told by: 1.0 is the category 1, and TRUE is true.

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
