"""Readers of columns that are not features: labels, weights, groups and times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.arrays import labels
from trasunto.data.columns import TRUTHS, absences, numbers, plain, word_key
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = {int, float, np.int64, np.int32, np.float64, np.float32}
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")


def read_labels(column: pd.Series, place: Place) -> np.ndarray:
    """Return labels, ``(n,)``: integers, also from text; 1 and 0 for booleans; or text.

    Raises
    ------
    DataError
        If a row has none, or they are fractions.
    """
    _refuse_absent(column, "label", place)
    column = plain(column)
    if column.dtype.kind not in "biuf":
        column = column.astype(object)  # of a category too
        kinds = {type(label) for label in column.unique()}
        if kinds <= {bool, np.bool_} or (kinds <= NUMBERS and kinds):
            column = column.astype(np.float64)
        elif kinds == {str} and all(WHOLE.fullmatch(label) for label in column.unique()):
            return column.map(int).to_numpy(dtype=np.int64)
        return labels(column.to_numpy(), f"column '{column.name}' of {place.name}")
    return labels(column.to_numpy(dtype=column.to_numpy().dtype), f"column '{column.name}' of {place.name}")


def read_weights(column: pd.Series, place: Place) -> np.ndarray:
    """Return row weights, ``(n,)`` float64, finite and above 0.

    Raises
    ------
    DataError
        If one is not; the sentence names the first such row.
    """
    _refuse_absent(column, "weight", place)
    weights = numbers(column, place).to_numpy()
    bad = np.flatnonzero(weights <= 0)
    if bad.size:
        raise DataError(
            f"the weight '{column.name}' is {weights[bad[0]]:g} in {place.row(int(bad[0]))}; a weight must be above 0"
        )
    return weights


def read_groups(column: pd.Series, place: Place) -> np.ndarray:
    """Return the number of each row's group, ``(n,)``.

    Raises
    ------
    DataError
        If a row has no group.
    """
    import pandas as pd

    _refuse_absent(column, "group", place)
    column = plain(column)
    return pd.factorize(column)[0]


def read_times(column: pd.Series, place: Place) -> np.ndarray:
    """Return times that can be put in order, ``(n,)``: numbers, or dates where the column holds these.

    Raises
    ------
    DataError
        If a row has none, or one that is neither.
    """
    import pandas as pd

    _refuse_absent(column, "time", place)
    column = plain(column)
    if column.dtype.kind in "biuf":
        return numbers(column, place).to_numpy()
    if column.dtype.kind == "O":
        as_numbers = pd.to_numeric(column.astype(object), errors="coerce")
        if as_numbers.notna().all():
            return numbers(column, place).to_numpy()
        dates = pd.to_datetime(column.astype(str), errors="coerce", format="ISO8601", utc=True)
        strange = np.flatnonzero(dates.isna().to_numpy())
        if strange.size:
            raise DataError(
                f"the time '{column.name}' is {str(column.iloc[strange[0]])!r} in {place.row(int(strange[0]))}; a time "
                "is a number, or a date such as 2013-09-01 12:30"
            )
        column = dates
    if column.dtype.kind != "M":
        raise DataError(f"the time '{column.name}' of {place.name} holds {column.dtype}; times are numbers or dates")
    return column.dt.tz_localize(None).to_numpy() if column.dt.tz is not None else column.to_numpy()


def as_label(label: Any, y: np.ndarray) -> Any:
    """Convert a label to the type of the labels `y`: text to a number or boolean, or the other way round.

    One that cannot be a label of `y` is returned unchanged.
    """
    if y.dtype.kind == "U":
        return str(label)
    if isinstance(label, str):
        key = word_key(label.strip())
        if key in TRUTHS:
            return int(TRUTHS[key])
        return int(key) if WHOLE.fullmatch(key) else label
    try:
        whole = int(label)
    except (TypeError, ValueError, OverflowError):
        return label
    return whole if whole == label else label


def _refuse_absent(column: pd.Series, role: str, place: Place) -> None:
    absent = np.flatnonzero(absences(column))
    if absent.size:
        raise DataError(f"the {role} '{column.name}' is missing in {place.row(int(absent[0]))}; every row needs one")
