"""Conversion of any library's data frames to pandas, and checks of their columns' names."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from trasunto.data.columns import named
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def frame_of(rows: Any) -> pd.DataFrame | None:
    """Convert a data frame to pandas, or return None if `rows` is not one.

    A data frame is pandas' own, or any object with Arrow's PyCapsule interface, such as those of polars and Arrow.
    Columns keep their types; integers with missing values become floats.
    """
    # Not imported here: a caller with a pandas frame has imported it.
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(rows, pandas.DataFrame):
        own: pd.DataFrame = rows
        return own
    if not hasattr(rows, "__arrow_c_stream__") or getattr(rows, "ndim", 2) != 2:
        return None
    import pyarrow

    try:
        table = pyarrow.table(rows)
    except (TypeError, ValueError, pyarrow.ArrowException):  # one column alone has no names: an array
        return None
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame


def in_order(frame: pd.DataFrame, wanted: Sequence[str], place: Place, aside: Collection[str] = ()) -> pd.DataFrame:
    """Return the wanted columns of a frame, in the wanted order.

    Parameters
    ----------
    aside
        Further columns allowed.

    Raises
    ------
    DataError
        A column is missing, unknown or duplicate.
    """
    found = [str(name) for name in frame.columns]
    if found != list(wanted):
        refuse_other_columns(found, wanted, place, aside)
        at = {name: number for number, name in enumerate(found)}
        frame = frame.iloc[:, [at[name] for name in wanted]]
    return frame.set_axis(list(wanted), axis="columns")


def refuse_other_columns(
    found: Sequence[str], wanted: Sequence[str], place: Place, aside: Collection[str] = ()
) -> None:
    """Refuse columns other than those wanted, in any order, and those of `aside`.

    Raises
    ------
    DataError
        The message names missing, unknown and duplicate columns.
    """
    if said := differing(found, wanted, aside):
        raise DataError(f"{place.name} {said}; {len(wanted)} are expected, {named(wanted)}")


def differing(found: Sequence[str], wanted: Sequence[str], aside: Collection[str] = ()) -> str:
    """Describe how columns differ from those wanted, ignoring order; empty if they do not.

    Examples
    --------
    >>> differing(["b", "c"], ["a", "b"]), differing(["b", "a"], ["a", "b"])
    ("lacks column 'a' and has column 'c'", '')
    """
    needed, allowed = {*wanted}, {*wanted, *aside}
    there = Counter(found)
    lacking = [name for name in wanted if name not in there]
    extra = [name for name in there if name not in allowed]
    twice = [name for name in there if name in needed and there[name] > 1]
    faults = (("lacks", lacking), ("has", extra), ("has twice", twice))
    return " and ".join(f"{verb} {named(names)}" for verb, names in faults if names)
