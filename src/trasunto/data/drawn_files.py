"""Sampling rows of CSV and Parquet files in batches, without loading a whole file.

Text files are read twice: to count their rows, and to take the sampled ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trasunto.data.arrow_faults import needs_longer_blocks, reason_of, refuse_names_twice
from trasunto.data.dialect import AS_FOUND, Dialect, Layout, dialect_of
from trasunto.data.header import is_number
from trasunto.data.parts import Part, parts_of
from trasunto.data.sampling import Drawing, Drawn
from trasunto.data.text_streams import GZIP, opened
from trasunto.data.usefulness import MOST_WORDS
from trasunto.environment import free_memory
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 1 << 20
"""Bytes of text per block of Arrow's reader, and of its buffer for a Parquet column."""

ROWS_AT_ONCE = 128
"""Rows per block, about, if rows are long: each block costs every column some hundred bytes."""

MOST_BLOCK = 1 << 30
"""Maximum bytes per block, each of which must hold at least a row."""

PARQUET_ROWS_AT_ONCE = 1 << 15

MOST_PASSES = 8
"""Maximum restarts because a column's type changes further down the file."""

ROWS_LOOKED_AT = 1_000
"""Rows by which memory is estimated."""

# Measured growth of processes that read 400,000 rows of 20 numbers and 300,000 of 4 texts.
NUMBER_BYTES = 64
CATEGORY_BYTES = 26  # of each feature of a one-hot code
COPIES_OF_TEXT = 2

SMALLEST_NUMBER = 2
"""Minimum bytes of a number in a text file: a digit and a separator."""

MOST_OF_A_CELL = 1_024
"""Assumed memory of a Parquet value, one-hot code included, in bytes."""

FEW_WORDS = 20
"""Distinct texts up to which a column counts as categorical however few rows there are."""

MOST_UNPACKED = 20
"""Assumed bytes of text per compressed byte."""

_OTHER_KIND = re.compile(r"In CSV column #(\d+): (?:.*invalid value '(.*)')?", re.DOTALL)


def drawn_of_files(
    path: Path, drawing: Drawing, layout: Layout = AS_FOUND, aside: Collection[str] = ()
) -> Drawn | None:
    """Sample the rows of one or several files of columns; None stands for all rows. Columns in `aside` are no features.

    Raises
    ------
    DataError
        The rows do not fit into memory; or a file cannot be read.
    """
    parts = [part for part in parts_of(path) if part.path.stat().st_size]
    if not parts or (drawing.rows is None and _surely_fits(parts)):
        return None
    files = [(part, dialect_of(part.path, layout) if part.is_text else None) for part in parts]
    head = _head(*files[0])
    if head is None:
        return None
    about = drawing.rows is None and parts[0].is_text
    if about:
        n = round(head.rows * sum(_text_bytes(part, dialect) for part, dialect in files if dialect) / head.bytes)
    else:
        n = sum(_count(part, dialect) for part, dialect in files)
    return drawing.drawn_of(n, row_bytes(head.frame, aside), str(path), about=about)


def row_bytes(head: pd.DataFrame, aside: Collection[str] = ()) -> float:
    """Estimate, from the first rows, the peak memory of a row in bytes until it is part of a table.

    Columns in `aside` are read, but are no features.
    """
    texts = [place for place, dtype in enumerate(head.dtypes) if dtype.kind not in "biufMm"]
    needed = float(NUMBER_BYTES * (head.shape[1] - len(texts)))
    for place in texts:
        column = head.iloc[:, place]
        words = 0 if column.name in aside else column.nunique()
        coded = words if words < max(len(column) / 2, FEW_WORDS) else 0  # nearly unique texts are not categories
        used = column.memory_usage(index=False, deep=True) / len(column)
        needed += COPIES_OF_TEXT * used + CATEGORY_BYTES * min(coded, MOST_WORDS)
    return max(needed, 1.0)


def drawn_text(path: Path, dialect: Dialect, texts: Collection[str], numbers: np.ndarray) -> tuple[Any, int]:
    """Return the rows of a text file with these numbers as an Arrow table, and the number of all rows.

    Column types are inferred from all rows, as if the whole file were read: one with text far down holds text.

    Raises
    ------
    DataError
        It cannot be read.
    """
    import pyarrow

    kinds = dict.fromkeys(texts, pyarrow.string())
    passes = 0

    def other_kind(fault: Exception) -> bool:
        nonlocal passes
        found = _OTHER_KIND.search(str(fault))
        name = dialect.names[int(found[1])] if found else ""
        if found is None or kinds.get(name) == pyarrow.string():
            return False
        passes += 1
        fresh = name not in kinds and found[2] is not None and is_number(found[2])
        kinds[name] = pyarrow.float64() if fresh else pyarrow.string()
        if passes == MOST_PASSES:
            kinds.update({name: pyarrow.string() for name in dialect.names if name not in kinds})
        return True

    block = BLOCK
    while True:
        chosen, seen, schema = [], 0, None
        try:
            for rows in _text_batches(path, dialect, block, column_types=kinds):
                schema = rows.schema
                chosen += _taken(rows, numbers, seen)
                seen += len(rows)
            return _table(chosen, schema), seen
        except Exception as fault:  # whatever gzip, the decoder and Arrow's parser raise
            if needs_longer_blocks(fault) and block < MOST_BLOCK:
                block *= 4
            elif not other_kind(fault):
                raise DataError(f"{path} cannot be read as CSV ({reason_of(fault, dialect)})") from fault


def drawn_parquet(file: Any, numbers: np.ndarray) -> tuple[Any, int]:
    """Return the rows of an open Parquet file with these numbers as an Arrow table, and the number of all rows."""
    with _opened_parquet(file) as reader:
        chosen, seen = [], 0
        for group in range(reader.num_row_groups):
            end = seen + reader.metadata.row_group(group).num_rows
            first, last = np.searchsorted(numbers, (seen, end))
            if first == last:
                seen = end
                continue
            for rows in reader.iter_batches(PARQUET_ROWS_AT_ONCE, row_groups=[group]):
                rows.validate(full=True)
                chosen += _taken(rows, numbers, seen)
                seen += len(rows)
        return _table(chosen, reader.schema_arrow), seen


def _opened_parquet(file: Any) -> Any:
    from pyarrow import parquet

    # Buffered, so that a row group of millions is decoded in pieces and never held in memory as a whole.
    return parquet.ParquetFile(file, buffer_size=BLOCK, pre_buffer=False)


def _surely_fits(parts: Sequence[Part]) -> bool:
    """Say whether files are small enough to fit into memory by the coarsest estimate."""
    if parts[0].is_text:
        size = sum(part.path.stat().st_size * (MOST_UNPACKED if _is_packed(part) else 1) for part in parts)
        return size * NUMBER_BYTES / SMALLEST_NUMBER < free_memory()
    return sum(rows * columns for rows, columns in map(_size_of_parquet, parts)) * MOST_OF_A_CELL < free_memory()


def _is_packed(part: Part) -> bool:
    with part.path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def _size_of_parquet(part: Part) -> tuple[int, int]:
    from pyarrow import parquet

    try:
        with part.path.open("rb") as file:
            told = parquet.read_metadata(file)
            return int(told.num_rows), int(told.num_columns)
    except Exception as fault:  # whatever Arrow's decoders raise
        raise DataError(f"{part.path} cannot be read as Parquet ({reason_of(fault)})") from fault


def _count(part: Part, dialect: Dialect | None) -> int:
    if dialect is None:
        return _size_of_parquet(part)[0]
    refuse_names_twice(dialect.names, str(part.path))  # Arrow would refuse to read one of two equal names
    block = BLOCK
    while True:
        try:
            return sum(map(len, _text_batches(part.path, dialect, block, include_columns=[dialect.names[0]])))
        except Exception as fault:  # whatever gzip, the decoder and Arrow's parser raise
            if not needs_longer_blocks(fault) or block >= MOST_BLOCK:
                raise DataError(f"{part.path} cannot be read as CSV ({reason_of(fault, dialect)})") from fault
            block *= 4


class _Head(NamedTuple):
    """The first rows of a file, and the number of rows and bytes of the text they are from."""

    frame: pd.DataFrame
    rows: int
    bytes: int


def _head(part: Part, dialect: Dialect | None) -> _Head | None:
    """Return the first rows of a file; None if it has none, or is invalid, which its reader will report."""
    try:
        if dialect is None:
            with part.path.open("rb") as file, _opened_parquet(file) as reader:
                first, size = next(reader.iter_batches(ROWS_LOOKED_AT)), 1
        else:
            first = next(_text_batches(part.path, dialect, BLOCK))
            block = dialect.reading(BLOCK, ROWS_AT_ONCE)["read_options"].block_size
            size = min(block, _text_bytes(part, dialect))
        if not len(first):
            return None
        return _Head(first.slice(0, ROWS_LOOKED_AT).to_pandas(), len(first), size)
    except Exception:
        return None


def _text_bytes(part: Part, dialect: Dialect) -> int:
    """Estimate the size of a file as unpacked UTF-8 text, in bytes, from its beginning."""
    size = part.path.stat().st_size
    with part.path.open("rb") as raw, opened(raw, dialect.written) as stream:
        beginning = len(stream.read_buffer(4 * BLOCK))
        read = raw.tell()
    return beginning if beginning < 4 * BLOCK else round(beginning * size / read)


def _text_batches(path: Path, dialect: Dialect, block: int, **converting: Any) -> Iterator[Any]:
    from pyarrow import csv as arrow

    options = arrow.ConvertOptions(strings_can_be_null=True, check_utf8=True, **converting)
    with (
        path.open("rb") as raw,
        opened(raw, dialect.written) as stream,
        arrow.open_csv(stream, convert_options=options, **dialect.reading(block, ROWS_AT_ONCE)) as reader,
    ):
        yield from reader


def _taken(rows: Any, numbers: np.ndarray, seen: int) -> list[Any]:
    """Return the rows of a batch with these numbers, after `seen` earlier rows; an empty list for none."""
    first, last = np.searchsorted(numbers, (seen, seen + len(rows)))
    return [rows.take(numbers[first:last] - seen)] if last > first else []


def _table(batches: Sequence[Any], schema: Any) -> Any:
    import pyarrow

    return pyarrow.Table.from_batches(batches, schema)
