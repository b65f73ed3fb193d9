"""Records from files of columns, files of arrays, data frames and arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.arrays import Found
from trasunto.data.finding import Wishes, records_of
from trasunto.data.frames import frame_of
from trasunto.data.number_formats import NumberFormat
from trasunto.data.numpy_files import read_arrays
from trasunto.data.places import Place
from trasunto.data.records import Records
from trasunto.data.table import Provenance
from trasunto.data.tabular_files import column_names, is_tabular, padded_columns, read_columns, refuse_names_twice
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

READABLE_RECORDS = "a .csv, .csv.gz, .parquet, .npz or .npy file"


def read_records(
    path: Any,
    label: Any = None,
    drop: Sequence[str] | str = (),
    weight: Any = None,
    group: Any = None,
    time: Any = None,
    *,
    categorical: Sequence[str] | str = (),
    numeric: Sequence[str] | str = (),
    decimal: str | None = None,
    thousands: str | None = None,
    drop_unusable: bool = False,
    name: str = "",
    source: str = "",
    licence: str = "",
) -> Records:
    """Read raw rows of columns; nothing is fitted, split or scaled.

    A column of numbers, truth values or dates holds these. A column of text holds numbers where at least 99 % of its
    cells are written in one format (``1,234.50``, ``1.234,50 €``, ``12 %``, ``(500)``), dates where all are dates in
    ISO 8601 (``2013-09-01 12:30``) or times of day, and categories otherwise; but where most cells are numbers and
    some are not, the first such one is refused. Empty cells and ``NA`` are missing. What was decided is said in the
    records' `remarks`.

    Parameters
    ----------
    path
        A file, ``.csv``, ``.csv.gz``, ``.parquet``, ``.npz`` or ``.npy``; a data frame of pandas, polars or Arrow; or
        an array, ``(n, columns)``. The columns of arrays are called x0, x1, ...
    label, weight, group, time
        The column of labels (whole numbers or text), of row weights (above 0), of groups that a split keeps together,
        of times that a split goes by (numbers or dates). They are no features. Each may also be n values; in an
        ``.npz`` file `label` is the array of labels, ``y`` unless given.
    drop
        Columns to leave out: names, or several names with commas between them where no column has that name.
    categorical, numeric
        Columns that hold categories, such as postal codes, whose leading zeros are kept then; and columns that hold
        numbers, such as a count of rows that means something. Named as in `drop`.
    decimal, thousands
        The marks of decimals (``.`` or ``,``) and of thousands (``,``, ``.``, a space or ``'``) where cells with
        commas or points can be read in two ways.
    drop_unusable
        Whether columns that cannot serve are left out, rather than refused: see :meth:`Records.table`.
    name
        What the rows are called; the file's name unless given.
    source, licence
        Who made them and under which terms, for the provenance.

    Raises
    ------
    DataError
        If the file cannot be read; if a column is not there; if a value is infinite, text among numbers, or missing
        where every row needs one; if numbers can be read in two ways; if a column has no name or holds what is neither
        number, text nor date, and is not left out.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"Time": [0, 1], "Amount": [9.5, None], "Class": ["0", "1"]})
    >>> records = read_records(frame, label="Class", drop=["Time"])
    >>> records.columns, records.y.tolist()
    (('Amount',), [0, 1])
    """
    roles = {"label": label, "weight": weight, "group": group, "time": time}
    wishes = Wishes(drop, categorical, numeric, decimal, thousands, drop_unusable)
    return read_with_test(path, roles, wishes, Provenance(name, "", "", source, licence))[0]


def read_with_test(
    path: Any,
    roles: Mapping[str, Any],
    wishes: Wishes,
    origin: Provenance,
    formats: Mapping[str, NumberFormat] | None = None,
) -> tuple[Records, Records | None]:
    """Read records, and those to test on where an ``.npz`` file brings some; the rest as in :func:`read_records`.

    Parameters
    ----------
    formats
        How numbers are written, by column, where that is known of other rows of the same columns.

    Raises
    ------
    DataError
        As :func:`read_records` does.
    """
    known = formats or {}
    if not isinstance(path, str | PathLike):
        frame, place = _in_memory(path)
        return records_of(frame, place, roles, wishes, _origin(origin, "arrays", origin.path), known), None
    file = _existing_file(path)
    origin = _origin(origin, file.name.split(".")[0], str(file))
    if is_tabular(file):
        frame, place, remarks = _from_file(file, roles, wishes)
        read = records_of(frame, place, roles, wishes, origin, known)
        return replace(read, remarks=(*read.remarks, *remarks)), None
    if file.suffix not in (".npz", ".npy"):
        raise DataError(f"{file} is no table of columns; what can be read as one is {READABLE_RECORDS}")
    called = roles["label"] if isinstance(roles["label"], str) else None
    train, test = read_arrays(file, called)

    def records(found: Found, given: Mapping[str, Any]) -> Records:
        frame, place = _in_memory(found.x, found.place)
        labelled = found.y if called or given["label"] is None else given["label"]
        return records_of(frame, place, {**given, "label": labelled}, wishes, origin, known)

    return records(train, roles), None if test is None else records(test, roles)


def _from_file(file: Path, roles: Mapping[str, Any], wishes: Wishes) -> tuple[pd.DataFrame, Place, list[str]]:
    """Read a file of columns, as text those whose cells must be seen as they stand there."""
    names = column_names(file)
    text = {*wishes.resolved("categorical", names, Place(str(file)))}
    frame, place = read_columns(file, text)
    if wishes.decimal == "," or wishes.thousands == ".":
        # Points may be those of thousands, which Arrow took for decimal points.
        pointed = [str(name) for name, dtype in frame.dtypes.items() if dtype.kind == "f"]
        frame, place = read_columns(file, {*text, *pointed})
    whole = [str(name) for name, dtype in frame.dtypes.items() if dtype.kind in "iu"]
    aside = {*wishes.resolved("drop", names, place), *wishes.resolved("numeric", names, place), *roles.values()}
    return (
        frame,
        place,
        [
            f"Column '{name}' is written with leading zeros ({example}) and read as numbers; --categorical {name} "
            "(categorical) keeps such codes as text."
            for name, example in padded_columns(file, [name for name in whole if name not in aside]).items()
        ],
    )


def _existing_file(path: str | PathLike[str]) -> Path:
    if not Path(path).is_file() or not os.access(path, os.R_OK):
        raise DataError(f"there is no file {path} that can be read; what can be read as records is {READABLE_RECORDS}")
    return Path(path)


def _origin(given: Provenance, name: str, path: str) -> Provenance:
    return Provenance(given.name or name, path, "", given.source, given.licence)


def _in_memory(rows: Any, name: str = "") -> tuple[pd.DataFrame, Place]:
    """Return a data frame or an array as a frame with text for names, and how its rows are counted."""
    frame = frame_of(rows)
    if frame is not None:
        place = Place(name or "the data frame")
        frame = frame.set_axis([str(column) for column in frame.columns], axis="columns")
        refuse_names_twice(frame, place.name)
        if frame.size == 0:
            raise DataError(f"{place.name} is empty: its shape is {frame.shape}")
        return frame.reset_index(drop=True), place
    import pandas as pd

    place = Place(name or "the array")
    try:
        array = np.asarray(rows)
    except ValueError as fault:
        raise DataError(f"{place.name} is not an array: its rows have different lengths") from fault
    if array.ndim != 2 or array.size == 0:
        raise DataError(f"{place.name} has shape {array.shape}; rows of columns are (n, d), with at least one of each")
    if array.dtype.kind == "V":
        raise DataError(f"{place.name} holds records ({array.dtype}); give their columns as a data frame")
    return pd.DataFrame(array, columns=[f"x{column}" for column in range(array.shape[1])]), place
