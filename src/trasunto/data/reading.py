"""Records from files of columns, files of arrays, data frames and arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.arrays import Found
from trasunto.data.columns import named, no_column, settled
from trasunto.data.dialect import AS_FOUND, Layout
from trasunto.data.frames import frame_of
from trasunto.data.numpy_files import read_arrays
from trasunto.data.parts import READABLE_COLUMNS, is_pattern, is_tabular, name_of
from trasunto.data.places import Place, refuse_unreadable_name
from trasunto.data.records import Records
from trasunto.data.roles import read_groups, read_labels, read_times, read_weights
from trasunto.data.table import Provenance
from trasunto.data.tabular_files import read_columns, refuse_names_twice
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

READABLE_RECORDS = f"{READABLE_COLUMNS}, .npz or .npy, or a folder or a pattern of files of columns"
ROLES: Mapping[str, Callable[[Any, Place], np.ndarray]] = {
    "label": read_labels,
    "weight": read_weights,
    "group": read_groups,
    "time": read_times,
}
"""What a column can be beside a feature."""


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
    name: str = "",
    source: str = "",
    licence: str = "",
) -> Records:
    """Read raw rows of columns; nothing is fitted, split or scaled.

    A column of numbers or truth values holds numbers. A column of text holds categories, unless at least half of its
    values read as numbers: then the first one that does not is refused. Empty cells and ``NA`` are missing.

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
        Columns to leave out.
    header
        Whether the first row of a file of text holds the columns' names; without names they are called x0, x1, ...
        Unless given, it is told from the file, and a first row that looks like data is refused.
    encoding
        Of a file of text, as Python names it. Unless given, UTF-8, or UTF-16 where the file tells.
    name
        What the rows are called; the file's name unless given.
    source, licence
        Who made them and under which terms, for the provenance.

    Raises
    ------
    DataError
        If the file cannot be read; if a column is not there; if a value is infinite, text among numbers, or missing
        where every row needs one.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"Time": [0, 1], "Amount": [9.5, None], "Class": ["0", "1"]})
    >>> records = read_records(frame, label="Class", drop=["Time"])
    >>> records.columns, records.y.tolist()
    (('Amount',), [0, 1])
    """
    roles = {"label": label, "weight": weight, "group": group, "time": time}
    origin = Provenance(name, "", "", source, licence)
    return read_with_test(path, roles, drop, origin, Layout(header, encoding))[0]


def read_with_test(
    path: Any, roles: Mapping[str, Any], drop: Sequence[str] | str, origin: Provenance, layout: Layout = AS_FOUND
) -> tuple[Records, Records | None]:
    """Read records, and those to test on where an ``.npz`` file brings some; the rest as in :func:`read_records`.

    Raises
    ------
    DataError
        As :func:`read_records` does.
    """
    dropped = (drop,) if isinstance(drop, str) else tuple(map(str, drop))
    if not isinstance(path, str | PathLike):
        frame, place = _in_memory(path)
        return _records(frame, place, roles, dropped, _origin(origin, "arrays", origin.path)), None
    file = _existing_file(path)
    origin = _origin(origin, name_of(file), str(file))
    if is_tabular(file):
        frame, place = read_columns(file, layout=layout)
        return _records(frame, place, roles, dropped, origin), None
    if file.suffix not in (".npz", ".npy"):
        raise DataError(f"{file} is no table of columns; what can be read as one is {READABLE_RECORDS}")
    called = roles["label"] if isinstance(roles["label"], str) else None
    train, test = read_arrays(file, called)

    def records(found: Found, given: Mapping[str, Any]) -> Records:
        frame, place = _in_memory(found.x, found.place)
        labelled = found.y if called or given["label"] is None else given["label"]
        return _records(frame, place, {**given, "label": labelled}, dropped, origin)

    return records(train, roles), None if test is None else records(test, roles)


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
    """Return a data frame or an array as a frame with text for names, and how its rows are counted."""
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
    return pd.DataFrame(array, columns=[f"x{column}" for column in range(array.shape[1])]), place


def _records(
    frame: pd.DataFrame, place: Place, roles: Mapping[str, Any], drop: Sequence[str], origin: Provenance
) -> Records:
    """Tell the features from the rest, and settle what each column holds."""
    columns = list(frame.columns)
    for column in drop:
        if column not in columns:
            raise no_column(column, columns, "drop", place)
    found = {role: _role(frame, role, given, place) for role, given in roles.items()}
    taken = {role: str(column.name) for role, column in found.items() if column is not None and column.name in columns}
    for role, column in taken.items():
        others = [other for other, also in taken.items() if also == column and other != role]
        if others:
            raise DataError(f"column '{column}' of {place.name} cannot be both {role} and {others[0]}")
    kept = [column for column in columns if column not in {*drop, *taken.values()}]
    if not kept:
        raise DataError(
            f"no column of {place.name} is left to be a feature: {named(columns)} are dropped or not features"
        )
    unnamed = [position for position, column in enumerate(columns, start=1) if column in kept and not column.strip()]
    if unnamed:
        raise DataError(
            f"column {unnamed[0]} of {place.name} has no name; name it, or leave it out if it counts the rows"
        )
    import pandas as pd

    features = pd.DataFrame({column: settled(frame[column], place) for column in kept})
    values = {role: None if column is None else ROLES[role](column, place) for role, column in found.items()}
    return Records(features, values["label"], values["weight"], values["group"], values["time"], origin, place)


def _role(frame: pd.DataFrame, role: str, given: Any, place: Place) -> pd.Series | None:
    """Return the column that has a role, or the values given for it."""
    import pandas as pd

    if given is None:
        return None
    if isinstance(given, str | int):
        if str(given) not in frame.columns:
            raise no_column(str(given), list(frame.columns), role, place)
        return frame[str(given)]
    values = pd.Series(np.asarray(given).reshape(-1) if not isinstance(given, pd.Series) else given.to_numpy())
    if len(values) != len(frame):
        raise DataError(f"{place.name} has {len(frame)} rows and {len(values)} values of {role}; one a row is needed")
    return values.rename(f"({role})")
