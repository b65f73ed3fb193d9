"""Parsing of dates and times, and their parts as numbers: hour, day of the week, days since the first."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from trasunto.data.columns import plain
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?")

DAY = np.timedelta64(1, "D")

PARTS: dict[str, str] = {
    "hour": "the hour, 0 to 23",
    "weekday": "the day of the week, 0 (Monday) to 6 (Sunday)",
    "days": "days since the first training row's, with decimals",
}
"""Parts of a date and their units."""


def dates(column: pd.Series, place: Place) -> pd.Series:
    """Convert a column to dates without a time zone, in UTC if they had one; NaT where missing.

    Raises
    ------
    DataError
        If a value is not a date; the message names the first such cell.
    """
    import pandas as pd

    column = plain(column)
    if column.dtype.kind == "M":
        naive = column if getattr(column.dt, "tz", None) is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
        return pd.Series(naive.to_numpy(dtype="datetime64[us]"), index=column.index, name=column.name)
    read = read_dates(column)
    strange = np.flatnonzero((read.isna() & column.notna()).to_numpy())
    if strange.size:
        found = str(column.iloc[strange[0]])
        raise DataError(
            f"column '{column.name}' holds {found!r} in {place.row(int(strange[0]))}, where dates are expected; "
            "write a date as 2013-09-01 or 2013-09-01 12:30, or leave the cell empty where it is missing"
        )
    return read


def read_dates(column: pd.Series) -> pd.Series:
    """Parse a column of text or of Python's dates; NaT where a value is not a date.

    Text must be ISO 8601; a time of day gets the date 1970-01-01.
    """
    import pandas as pd

    codes, words = pd.factorize(column)  # each different text once
    texts = pd.Series([_iso(word) for word in words], dtype=object)
    read = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    values = np.append(read.to_numpy(dtype="datetime64[us]"), np.datetime64("NaT", "us"))
    return pd.Series(values[codes], index=column.index, name=column.name)


def _iso(value: object) -> str | None:
    """Return a date or a time of day in ISO 8601; None for anything else, numbers included."""
    if isinstance(value, datetime.time):
        value = value.replace(tzinfo=None).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _TIME.fullmatch(text):
        hour, _, rest = text.partition(":")
        return f"1970-01-01T{hour:0>2}:{rest}"
    return text if _DATE.match(text) else None


def part_of(column: pd.Series, part: str, first: np.datetime64) -> np.ndarray:
    """Return one of `PARTS` of n dates, ``(n,)`` float64; NaN where a date is missing."""
    ways: dict[str, Callable[[], np.ndarray]] = {
        "hour": lambda: column.dt.hour.to_numpy(dtype=np.float64, na_value=np.nan),
        "weekday": lambda: column.dt.day_of_week.to_numpy(dtype=np.float64, na_value=np.nan),
        "days": lambda: (column.to_numpy(dtype="datetime64[us]") - first) / DAY,
    }
    return ways[part]()
