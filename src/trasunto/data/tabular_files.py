"""Data frames from CSV-like text files (plain or gzipped) and Parquet files, by pyarrow.

Rows must have as many values as there are columns; numbers are exact; empty cells and ``NA`` are missing. Nothing is
converted here; :mod:`trasunto.data.settling` infers the types of columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.arrow_faults import needs_longer_blocks, reason_of, refuse_names_twice
from trasunto.data.columns import named
from trasunto.data.dialect import AS_FOUND, ONE_BYTE, Dialect, Layout, dialect_of
from trasunto.data.drawn_files import BLOCK, MOST_BLOCK, ROWS_AT_ONCE, drawn_parquet, drawn_text
from trasunto.data.frames import differing
from trasunto.data.parts import READABLE_COLUMNS, Part, not_empty, parts_of
from trasunto.data.places import Place
from trasunto.data.text_streams import opened
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

ROWS_LOOKED_AT = 1_000
"""Rows in which codes with leading zeros are looked for."""


def read_columns(
    path: Path, text: Collection[str] = (), layout: Layout = AS_FOUND, numbers: np.ndarray | None = None
) -> tuple[pd.DataFrame, Place]:
    """Read a file of columns, or several with the same columns, as one table; return the place of its rows as well.

    A text file begins with the names of its columns, separated by commas, semicolons, tabs, pipes or spaces. Its rows
    are counted as in a spreadsheet, the header being row 1; empty lines are skipped. Columns of several files may
    differ in order; partition folders (``year=2013``) become columns.

    Parameters
    ----------
    path
        The file, a folder of such files or a pattern of their names.
    text
        Columns of a text file to read as text, whatever it looks like: "007" stays "007".
    layout
        Header and encoding of text files.
    numbers
        Indices of the rows to read over all files, ascending; None for all.

    Raises
    ------
    DataError
        If it cannot be read, holds no rows, or has no names or the same name twice; if files of a folder have other
        columns than the first.
    """
    parts = parts_of(path)
    if not parts:
        raise DataError(f"{path} is not a table of columns: its name must end in {READABLE_COLUMNS}")
    parts = not_empty(parts, path)
    tables, place = _tables(path, parts, layout, text, numbers)
    table = tables[0] if len(tables) == 1 else _joined(path, parts, tables)
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    frame = _with_categories(frame, table.schema)
    if not len(frame):
        raise DataError(f"{path} holds no rows{', only a header' if parts[0].is_text else ''}")
    frame = frame.reset_index(drop=True)
    frame.columns = [str(column) for column in frame.columns]
    return frame, place if numbers is None else replace(place, numbers=numbers)


def column_names(path: Path, layout: Layout = AS_FOUND, known: Collection[str] = ()) -> list[str]:
    """Return the names of a file's columns, or of the first of several files, without reading rows.

    Raises
    ------
    DataError
        If it cannot be read, or has no columns.
    """
    parts = parts_of(path)
    if not parts:
        raise DataError(f"{path} is not a table of columns: its name must end in {READABLE_COLUMNS}")
    first = not_empty(parts, path)[0]
    return names_of_part(first, dialect_of(first.path, layout, known) if first.is_text else None)


def names_of_part(part: Part, dialect: Dialect | None) -> list[str]:
    """Return the names of one file's columns and of those that its folders tell, without an index of pandas'.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    from pyarrow import parquet

    keys = [name for name, _ in part.keys]
    if dialect is not None:
        return [*dialect.names, *(key for key in keys if key not in dialect.names)]
    try:
        with part.path.open("rb") as file:
            schema = parquet.read_schema(file)
        index = {*_index_of(schema)}  # once: pandas' notes on many columns are long
        names = [name for name in schema.names if name not in index]
    except Exception as fault:  # whatever Arrow's decoders raise
        raise DataError(f"{part.path} cannot be read as Parquet ({reason_of(fault)})") from fault
    return [*names, *(key for key in keys if key not in names)]


def padded_columns(path: Path, columns: Sequence[str], layout: Layout = AS_FOUND) -> list[str]:
    """Return the columns of a text file with leading zeros and cells of equal width, judged by its first rows."""
    import pyarrow
    from pyarrow import csv as arrow

    parts = parts_of(path)
    if not columns or not parts or not parts[0].is_text:
        return []
    first = not_empty(parts, path)[0].path
    dialect, kinds = dialect_of(first, layout, columns), dict.fromkeys(columns, pyarrow.string())
    converting = arrow.ConvertOptions(strings_can_be_null=True, include_columns=list(columns), column_types=kinds)
    try:
        with first.open("rb") as raw, opened(raw, dialect.written) as stream:
            reading = dialect.reading(BLOCK, ROWS_AT_ONCE)
            rows = arrow.open_csv(stream, convert_options=converting, **reading).read_next_batch()
    except (pyarrow.ArrowException, StopIteration):  # longer rows than Arrow reads at once, or none
        return []
    found = []
    for name in columns:
        cells = [cell for cell in rows.column(name).slice(0, ROWS_LOOKED_AT).to_pylist() if cell]
        if any(re.fullmatch(r"0\d+", cell) for cell in cells) and len({*map(len, cells)}) == 1:
            found.append(name)
    return found


def _text(path: Path, dialect: Dialect, texts: Collection[str], numbers: np.ndarray | None) -> tuple[Any, int]:
    """Return the rows with these numbers, and the number of all rows."""
    import pyarrow

    table, seen = _all_text(path, dialect, texts) if numbers is None else drawn_text(path, dialect, texts, numbers)
    bad = [field.name for field in table.schema if pyarrow.types.is_binary(field.type)]
    if bad:
        raise DataError(f"{named(bad)} of {path} is not UTF-8, {ONE_BYTE}")
    return table, seen


def _all_text(path: Path, dialect: Dialect, texts: Collection[str]) -> tuple[Any, int]:
    import pyarrow
    from pyarrow import csv as arrow

    converting = arrow.ConvertOptions(
        strings_can_be_null=True, column_types=dict.fromkeys(texts, pyarrow.string()), check_utf8=True
    )
    block = BLOCK
    while True:
        try:
            with path.open("rb") as raw, opened(raw, dialect.written) as stream:
                table = arrow.read_csv(stream, convert_options=converting, **dialect.reading(block, ROWS_AT_ONCE))
            break
        # Any error of gzip, the decoder and Arrow's parser.
        except Exception as fault:
            if needs_longer_blocks(fault) and block < MOST_BLOCK:
                block *= 4
                continue
            raise DataError(f"{path} cannot be read as CSV ({reason_of(fault, dialect)})") from fault
    return table, len(table)


def _parquet(path: Path, numbers: np.ndarray | None) -> tuple[Any, int]:
    """Return the rows with these numbers, and the number of all rows."""
    from pyarrow import parquet

    try:
        with path.open("rb") as file:
            if numbers is None:
                table = parquet.ParquetFile(file).read()
                table.validate(full=True)  # otherwise invalid UTF-8 would only fail on later access
                seen = len(table)
            else:
                table, seen = drawn_parquet(file, numbers)
            there = {*table.column_names}
            indices = [name for name in _index_of(table.schema) if name in there]
            return table.drop_columns(indices), seen
    except Exception as fault:  # whatever Arrow's decoders raise
        raise DataError(f"{path} cannot be read as Parquet ({reason_of(fault)})") from fault


def _index_of(schema: Any) -> list[str]:
    """Return the columns that are a stored pandas index."""
    told = schema.pandas_metadata or {}
    return [name for name in told.get("index_columns", []) if isinstance(name, str)]


def _with_categories(frame: pd.DataFrame, schema: Any) -> pd.DataFrame:
    """Restore categorical columns: for types other than text, only pandas' metadata in Parquet marks them."""
    noted = (schema.pandas_metadata or {}).get("columns", [])
    names = [column["name"] for column in noted if column.get("pandas_type") == "categorical"]
    kinds = {name: "category" for name in names if name in frame.columns}
    return frame.astype(kinds) if kinds else frame  # it copies every column, also for none


def _tables(
    path: Path, parts: Sequence[Part], layout: Layout, texts: Collection[str], numbers: np.ndarray | None
) -> tuple[list[Any], Place]:
    """Return every file's table, and the place of their rows; refuse columns that differ from the first file's."""
    tables: list[Any] = []
    first = 0
    places: list[tuple[int, Place]] = []
    names: list[str] = []
    for part in parts:
        dialect = dialect_of(part.path, layout, names) if part.is_text else None
        there = None if numbers is None else numbers - first
        table, seen = _parquet(part.path, there) if dialect is None else _text(part.path, dialect, texts, there)
        table = with_keys(table, part)
        refuse_names_twice(table.column_names, str(part.path))
        names = names or table.column_names
        if said := differing(table.column_names, names):
            raise DataError(
                f"{part.path} {said}, unlike {parts[0].path}; files that are one table have the same columns"
            )
        places.append((first, Place(str(part.path)) if dialect is None else dialect.place(part.path)))
        tables.append(table.select(names))
        first += seen
    if len(parts) == 1:
        return tables, places[0][1]
    mixed = [] if not parts[0].is_text else [name for name in names if _differs(tables, name)]
    if set(mixed) - set(texts):
        return _tables(path, parts, layout, {*texts, *mixed}, numbers)
    return tables, Place(str(path), parts=tuple(places))


def _differs(tables: Sequence[Any], name: str) -> bool:
    """Say whether a column's inferred types in several text files are incompatible."""
    import pyarrow

    kinds = {table.schema.field(name).type for table in tables} - {pyarrow.null()}
    return len(kinds) > 1 and kinds != {pyarrow.int64(), pyarrow.float64()}


def _joined(path: Path, parts: Sequence[Part], tables: Sequence[Any]) -> Any:
    import pyarrow

    try:
        return pyarrow.concat_tables(tables, promote_options="permissive")
    except pyarrow.ArrowException as fault:
        first, *others = tables
        for name in first.column_names:
            for table in others:
                kinds = [str(one.schema.field(name).type) for one in (first, table)]
                if kinds[0] != kinds[1]:
                    raise DataError(
                        f"column '{name}' of {path} holds {kinds[0]} in {parts[0].path.name} and {kinds[1]} in another "
                        "file; write both alike"
                    ) from fault
        raise DataError(f"the files of {path} cannot be read as one table ({reason_of(fault)})") from fault


def with_keys(rows: Any, part: Part) -> Any:
    """Add a file's partition columns, as text, to its Arrow table or record batch."""
    import pyarrow

    for name, value in part.keys:
        if name not in rows.schema.names:
            arrays = [*rows.columns, pyarrow.array([value] * len(rows), pyarrow.string())]
            rows = type(rows).from_arrays(arrays, names=[*rows.schema.names, name])
    return rows
