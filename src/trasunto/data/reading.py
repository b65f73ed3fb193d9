"""Reader of records from CSV, Parquet, .npz and .npy files, data frames and arrays."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.arrays import RawArrays
from trasunto.data.arrow_faults import refuse_names_twice
from trasunto.data.columns import numbered
from trasunto.data.dialect import AS_FOUND, Layout
from trasunto.data.drawn_files import drawn_of_files, row_bytes
from trasunto.data.features import ColumnOptions, records_of
from trasunto.data.frames import frame_of
from trasunto.data.number_formats import NumberFormat
from trasunto.data.numpy_files import read_arrays
from trasunto.data.parts import READABLE_COLUMNS, is_pattern, is_tabular, name_of
from trasunto.data.places import Place, refuse_unreadable_name
from trasunto.data.records import Records
from trasunto.data.sampling import ALL, Drawing, Drawn
from trasunto.data.table import Provenance
from trasunto.data.tabular_files import column_names, padded_columns, read_columns
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

READABLE_RECORDS = f"{READABLE_COLUMNS}, .npz or .npy, or a folder or a pattern of files of columns"

ROWS = 1_000
"""Rows in memory by which the memory of a row is estimated."""


def read_records(
    path: Any,
    label: Any = None,
    drop: Sequence[str] | str = (),
    weight: Any = None,
    group: Any = None,
    time: Any = None,
    *,
    header: bool | None = None,
    encoding: str | None = None,
    categorical: Sequence[str] | str = (),
    numeric: Sequence[str] | str = (),
    decimal: str | None = None,
    thousands: str | None = None,
    drop_unusable: bool = False,
    rows: int | str | None = None,
    seed: int = 0,
    name: str = "",
    source: str = "",
    licence: str = "",
) -> Records:
    """Read raw rows of columns; nothing is fitted, split or scaled.

    Columns of numbers, booleans or dates keep their type. A column of text holds numbers if at least 99 % of its cells
    have one format (``1,234.50``, ``1.234,50 €``, ``12 %``, ``(500)``), dates if all are dates in ISO 8601
    (``2013-09-01 12:30``) or times of day, and categories otherwise; but if most cells are numbers and some are not,
    the first such one is refused, unless they have no digits ("unknown") and are at most one in a hundred: these are
    missing. Empty cells and ``NA`` are missing. The records' `remarks` say what was inferred.

    Parameters
    ----------
    path
        A file: ``.csv``, ``.tsv``, ``.txt`` or ``.data``, plain or packed with gzip, ``.parquet``, ``.npz`` or
        ``.npy``; a folder of files of columns or a pattern such as ``"rows/*.csv"``, which are one table; a data frame;
        or an array, ``(n, columns)``. The columns of arrays are called x0, x1, ...
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
        Whether unusable columns are left out, rather than refused: see :meth:`Records.table`.
    rows, seed
        Size of a uniform sample of the rows, or ``"fit"`` for as many as fit into free memory; and its seed, on which
        alone it depends. Sampled rows stay in the file's order, the provenance names the sample, and files are read in
        pieces. Fewer rows than that are all read.
    header
        Whether the first row of a text file holds the columns' names; without names they are called x0, x1, ... By
        default it is detected, and a first row that looks like data is refused.
    encoding
        Python's name of a text file's encoding; by default UTF-8, or UTF-16 if detected.
    name
        Name of the rows; by default the file's.
    source, licence
        Author and licence, for the provenance.

    Raises
    ------
    DataError
        If the file cannot be read; if a column is not there; if a value is infinite, text among numbers, or missing
        where every row needs one; if all rows do not fit into memory; if numbers can be read in two ways; if a column
        has no name or holds what is neither number, text nor date, and is not left out.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"Time": [0, 1], "Amount": [9.5, None], "Class": ["0", "1"]})
    >>> records = read_records(frame, label="Class", drop=["Time"])
    >>> records.columns, records.y.tolist()
    (('Amount',), [0, 1])
    """
    roles = {"label": label, "weight": weight, "group": group, "time": time}
    column_options = ColumnOptions(drop, categorical, numeric, decimal, thousands, drop_unusable)
    origin = Provenance(name, "", "", source, licence)
    return read_with_test(path, roles, column_options, origin, Layout(header, encoding), drawing=Drawing(rows, seed))[0]


def read_with_test(
    path: Any,
    roles: Mapping[str, Any],
    column_options: ColumnOptions,
    origin: Provenance,
    layout: Layout = AS_FOUND,
    formats: Mapping[str, NumberFormat] | None = None,
    drawing: Drawing = ALL,
) -> tuple[Records, Records | None]:
    """Read records, and the test records of an ``.npz`` file if it has some; otherwise as :func:`read_records`.

    Parameters
    ----------
    formats
        Number formats by column, known from other rows of the same columns.
    drawing
        Size and seed of the sample; test rows are not sampled.

    Raises
    ------
    DataError
        As :func:`read_records` does.
    """
    known = formats or {}
    if not isinstance(path, str | PathLike):
        frame, place = _in_memory(path)
        drawn = None if drawing.rows is None else drawing.drawn_of(len(frame), row_bytes(frame.head(ROWS)), place.name)
        if drawn is not None:
            frame = frame.iloc[drawn.numbers].reset_index(drop=True)
            place = replace(place, numbers=drawn.numbers)
        origin = _origin(origin, "arrays", origin.path)
        return _drawn_records(frame, place, roles, column_options, origin, known, drawn), None
    file = _existing_file(path)
    origin = _origin(origin, name_of(file), str(file))
    if is_tabular(file):
        names = column_names(file, layout)
        aside = {
            *column_options.resolved("drop", names, Place(str(file))),
            *(one for one in roles.values() if isinstance(one, str)),
        }
        drawn = drawn_of_files(file, drawing, layout, aside)
        frame, place, remarks = _from_file(
            file, roles, column_options, layout, None if drawn is None else drawn.numbers
        )
        read = _drawn_records(frame, place, roles, column_options, origin, known, drawn)
        return replace(read, remarks=(*read.remarks, *remarks)), None
    if file.suffix not in (".npz", ".npy"):
        raise DataError(f"{file} is not a table of columns; these can be read: {READABLE_RECORDS}")
    called = roles["label"] if isinstance(roles["label"], str) else None
    train, test = read_arrays(file, called, drawing)

    def records(found: RawArrays, given: Mapping[str, Any]) -> Records:
        frame, place = _in_memory(found.x, found.place)
        own = called or given["label"] is None
        if found.drawn is not None:
            place = replace(place, numbers=found.drawn.numbers)
        given = {**given, "label": None} if own else given
        return _drawn_records(frame, place, given, column_options, origin, known, found.drawn, found.y if own else None)

    return records(train, roles), None if test is None else records(test, roles)


def _drawn_records(
    frame: pd.DataFrame,
    place: Place,
    roles: Mapping[str, Any],
    column_options: ColumnOptions,
    origin: Provenance,
    formats: Mapping[str, NumberFormat],
    drawn: Drawn | None,
    y: Any = None,
) -> Records:
    """Make records of sampled rows; the roles' values, given for all rows, are sampled too, unlike the labels `y`."""
    if drawn is not None:
        roles = {role: _of_drawn(given, role, place, drawn) for role, given in roles.items()}
        origin = replace(origin, sample=drawn.sample)
    roles = roles if y is None else {**roles, "label": y}
    records = records_of(frame, place, roles, column_options, origin, formats)
    if drawn is None:
        return records
    return replace(records, remarks=(f"The rows are {drawn.sample}.", *records.remarks))


def _of_drawn(given: Any, role: str, place: Place, drawn: Drawn) -> Any:
    if given is None or isinstance(given, str | int):
        return given
    values = np.asarray(given).reshape(-1)
    if len(values) != drawn.sample.of:
        raise DataError(
            f"{place.name} has {drawn.sample.of} rows and {len(values)} values of {role}; one a row is needed"
        )
    return values[drawn.numbers]


def _from_file(
    file: Path, roles: Mapping[str, Any], column_options: ColumnOptions, layout: Layout, numbers: np.ndarray | None
) -> tuple[pd.DataFrame, Place, list[str]]:
    """Read a file of columns, some of them as text; return remarks on columns with leading zeros as well."""
    names = column_names(file, layout)
    text = {*column_options.resolved("categorical", names, Place(str(file)))}
    frame, place = read_columns(file, text, layout, numbers)
    if column_options.decimal == "," or column_options.thousands == ".":
        # Arrow took points for decimal points that may separate thousands.
        pointed = [str(name) for name, dtype in frame.dtypes.items() if dtype.kind == "f"]
        frame, place = read_columns(file, {*text, *pointed}, layout, numbers)
    given = [role for role in roles.values() if isinstance(role, str)]
    aside = {*column_options.resolved("drop", names, place), *column_options.resolved("numeric", names, place), *given}
    whole = [str(name) for name, dtype in frame.dtypes.items() if dtype.kind in "iu" and name not in aside]
    padded = padded_columns(file, whole, layout)
    return (
        frame,
        place,
        [
            f"Column '{name}' is written with leading zeros and read as numbers; --categorical {shlex.quote(name)} "
            "(categorical) keeps such codes as text."
            for name in padded
        ],
    )


def _existing_file(path: str | PathLike[str]) -> Path:
    refuse_unreadable_name(path)
    if not is_pattern(Path(path)) and not os.access(path, os.R_OK):
        raise DataError(
            f"there is no file or folder {path} that can be read; what can be read as records is {READABLE_RECORDS}"
        )
    return Path(path)


def _origin(given: Provenance, name: str, path: str) -> Provenance:
    return Provenance(given.name or name, path, "", given.source, given.licence)


def _in_memory(rows: Any, name: str = "") -> tuple[pd.DataFrame, Place]:
    """Convert a data frame or an array to a frame with text for names; return its place as well."""
    frame = frame_of(rows)
    if frame is not None:
        place = Place(name or "the data frame")
        frame = frame.set_axis([str(column) for column in frame.columns], axis="columns")
        refuse_names_twice(frame.columns, place.name)
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
    return pd.DataFrame(array, columns=list(numbered(array.shape[1]))), place
