"""Data frames of any library, as pandas has them, and their columns by name."""

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
    """Return a data frame as a pandas frame, or None where `rows` are no data frame.

    A data frame is one of pandas, or anything that hands over its columns through Arrow's PyCapsule interface: those
    of polars, tables and record batches of Arrow. Columns keep what they hold: text, categories, truth values, dates;
    whole numbers with missing ones become floats.
    """
    # Not imported for this: whoever hands over a frame of pandas has done so.
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
    """Return the wanted columns of a frame in their order, whichever order it has them in.

    Parameters
    ----------
    aside
        Columns that it may have besides.

    Raises
    ------
    DataError
        A column is missing, unknown or there twice.
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
    """Refuse columns that are not those wanted, in whatever order, and those of `aside`.

    Raises
    ------
    DataError
        Naming what is missing, unknown or there twice.
    """
    if said := differing(found, wanted, aside):
        raise DataError(f"{place.name} {said}; {len(wanted)} are wanted, {named(wanted)}")


def differing(found: Sequence[str], wanted: Sequence[str], aside: Collection[str] = ()) -> str:
    """Say how columns differ from those wanted, whatever their order; nothing where they do not.

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
