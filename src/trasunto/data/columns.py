"""Raw columns: which hold numbers, which hold categories, and what can be neither.

A column of numbers or truth values holds numbers. A column of text holds categories, unless at least half of its
values read as numbers: then it is a column of numbers in which something went wrong, and the first cell that does not
read as one is refused. A column that was declared categorical (pandas' ``category``, a dictionary in Parquet) holds
categories whatever they look like. Missing values belong to neither side.

Numbers are float64 with NaN where one is missing; categories are text with None where one is missing.
"""

from __future__ import annotations

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

MOSTLY = 0.5
"""The share of a text column's values that must read as numbers for it to be a column of numbers."""

SHOWN = 6
"""Column names that a sentence spells out."""

TRUTHS = {"true": 1.0, "false": 0.0}
"""Words of truth values, in any case."""

DECIMAL_COMMA = r"\s*[-+]?\d+,\d+\s*"


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


def settled(column: pd.Series, place: Place) -> pd.Series:
    """Return a raw column as what it holds: float64 numbers, or text.

    Raises
    ------
    DataError
        If it holds neither, if a value is infinite, or if most but not all of its values read as numbers.
    """
    kind = column.dtype.kind
    if kind in "biuf":
        return numbers(column, place)
    if kind != "O":
        raise DataError(
            f"column '{column.name}' of {place.name} holds {column.dtype}, neither numbers nor text; drop it"
        )
    _refuse_others(column, place)
    _refuse_decimal_commas(column, place)
    if str(column.dtype) != "category" and _readable(column) >= MOSTLY:
        return numbers(column, place)
    return categories(column, place)


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

    if column.dtype.kind not in "biuf":
        read = _read_numbers(column, form)
        strange = np.flatnonzero((read.isna() & column.notna()).to_numpy())
        if strange.size:
            found = reprlib.repr(str(column.iloc[strange[0]]))
            raise DataError(
                f"column '{column.name}' holds {found} in {place.row(int(strange[0]))}, where "
                "numbers are wanted; write a number, or leave the cell empty where it is missing"
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
    if column.dtype.kind in "biuf":
        return numbers(column, place)
    words = column.astype(object).map(_truth, na_action="ignore")
    return numbers(words, place)


def categories(column: pd.Series, place: Place) -> pd.Series:
    """Return a column as text, None where a value is missing; whole numbers lose their ".0".

    Raises
    ------
    DataError
        If it holds lists or other things that are no text.
    """
    import pandas as pd

    _refuse_others(column, place)
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


def _readable(column: pd.Series) -> float:
    """Return the share of the values there are that read as numbers; 1 where there is none."""
    import pandas as pd

    there = column[column.notna()]
    return float(pd.to_numeric(there.astype(object), errors="coerce").notna().mean()) if len(there) else 1.0


def _refuse_decimal_commas(column: pd.Series, place: Place) -> None:
    there = np.flatnonzero(column.notna().to_numpy())
    texts = column.iloc[there].astype(str)
    commas = texts.str.fullmatch(DECIMAL_COMMA).to_numpy(dtype=bool)
    if commas.size and commas.mean() >= MOSTLY:
        first = int(np.flatnonzero(commas)[0])
        raise DataError(
            f"column '{column.name}' writes decimals with a comma ({texts.iloc[first]!r} in "
            f"{place.row(int(there[first]))}); write them with a point"
        )


def _refuse_others(column: pd.Series, place: Place) -> None:
    """Refuse what is neither a number nor text: lists, bytes, times of day."""
    if column.dtype != object:
        return
    for position, (value, absent) in enumerate(zip(column, column.isna(), strict=True)):
        if not absent and not isinstance(value, str | Number | np.bool_):
            raise DataError(
                f"column '{column.name}' holds {type(value).__name__} in {place.row(position)}, neither numbers nor "
                "text; drop it"
            )


def _spelt(value: object) -> str:
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]
