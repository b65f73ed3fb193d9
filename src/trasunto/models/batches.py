"""Rows of files, some at a time: Parquet and text, read as :mod:`trasunto.data.tabular_files` reads whole ones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trasunto.data.arrow_faults import needs_longer_blocks, reason_of, refuse_names_twice
from trasunto.data.columns import TRUTHS, no_column, numbers, truths
from trasunto.data.dialect import AS_FOUND, Dialect, Layout, dialect_of
from trasunto.data.drawn_files import MOST_BLOCK
from trasunto.data.frames import refuse_other_columns
from trasunto.data.parts import READABLE_COLUMNS, Part, is_pattern, not_empty, parts_of
from trasunto.data.places import Place, refuse_unreadable_name
from trasunto.data.tabular_files import names_of_part, with_keys
from trasunto.data.text_streams import opened
from trasunto.errors import DataError
from trasunto.files import path_of
from trasunto.models.entrance import Entrance

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 32_768
"""Rows of a batch of Parquet: a few megabytes."""

BYTES_AT_ONCE = 4 * 2**20
"""Bytes of a batch of text, and of what is buffered of a column of Parquet."""

LONG_ROWS_AT_ONCE = 16
"""Rows of a batch of text, about, where they are longer than that together."""

_NO_NUMBER = re.compile(r"In CSV column #(\d+): ")


class Batch(NamedTuple):
    """Some rows of a file.

    Attributes
    ----------
    first
        How many rows come before them, in this file and those before it.
    rows
        An Arrow record batch of the columns that were asked for.
    share
        How much of all files has been read, 0 to 1.
    place
        Where they stand.
    """

    first: int
    rows: Any
    share: float
    place: Place


@dataclass(frozen=True)
class File:
    """One file of a source.

    Attributes
    ----------
    part
        The file, and what its folders tell.
    dialect
        How it is written, or None where it is Parquet.
    names
        Its columns.
    """

    part: Part
    dialect: Dialect | None
    names: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.part.path

    @property
    def place(self) -> Place:
        """How its rows are counted."""
        return Place(str(self.path)) if self.dialect is None else self.dialect.place(self.path)


@dataclass(frozen=True)
class Source:
    """Files of rows that a model takes.

    Attributes
    ----------
    files
        The files, one after the other.
    wanted
        The model's columns, in their order.
    ids
        Columns that are handed on beside the scores.
    words
        The columns among them that are read as text.
    """

    files: tuple[File, ...]
    wanted: tuple[str, ...]
    ids: tuple[str, ...]
    words: frozenset[str]

    def batches(self) -> Iterator[Batch]:
        """Read all of it from its beginning; files without rows are one batch without any.

        Raises
        ------
        DataError
            A file cannot be read.
        """
        sizes = [max(file.path.stat().st_size, 1) for file in self.files]
        first, done, total = 0, 0, sum(sizes)
        none_yet: Batch | None = None
        texts = {name for name in self._columns if name in self.words or name not in self.wanted}
        for file, size in zip(self.files, sizes, strict=True):
            seen = 0
            with _explained(file):
                for rows, share in self._parquet(file) if file.dialect is None else self._text(file, texts):
                    batch = Batch(
                        first, with_keys(rows, file.part), (done + share * size) / total, file.place.after(seen)
                    )
                    if len(rows):
                        yield batch
                    else:
                        none_yet = batch
                    first, seen = first + len(rows), seen + len(rows)
            done += size
        if not first and none_yet is not None:
            yield none_yet

    def frame(self, batch: Batch) -> pd.DataFrame:
        """Return the model's columns of a batch as a frame.

        Raises
        ------
        DataError
            It holds text where numbers are wanted.
        """
        import pyarrow

        table = pyarrow.Table.from_batches([batch.rows]).select(list(self.wanted)).replace_schema_metadata()
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        for name, field in zip(self.wanted, table.schema, strict=True):
            if name not in self.words and pyarrow.types.is_string(field.type):
                frame[name] = _numbers(table.column(name), frame[name], batch.place)
        return frame

    @property
    def _columns(self) -> list[str]:
        return list(dict.fromkeys((*self.wanted, *self.ids)))

    def _of(self, file: File) -> list[str]:
        """Return the columns that stand in the file itself."""
        told = {name for name, _ in file.part.keys}
        own = file.dialect.names if file.dialect is not None else ()
        return [name for name in self._columns if name not in told or name in own]

    def _parquet(self, file: File) -> Iterator[tuple[Any, float]]:
        from pyarrow import parquet

        # Buffered, so that a row group of millions is decoded a piece at a time and never lies in memory as a whole.
        with (
            file.path.open("rb") as raw,
            parquet.ParquetFile(raw, buffer_size=BYTES_AT_ONCE, pre_buffer=False) as opened_file,
        ):
            done, total = 0, opened_file.metadata.num_rows
            columns = [name for name in self._columns if name in opened_file.schema_arrow.names]
            for rows in opened_file.iter_batches(ROWS_AT_ONCE, columns=columns):
                rows.validate(full=True)
                done += len(rows)
                yield rows.select(columns), done / total
            if not done:
                yield _empty(opened_file.schema_arrow, columns), 1.0

    def _text(self, file: File, texts: set[str]) -> Iterator[tuple[Any, float]]:
        """Read a file of text; a column in which Arrow finds no numbers where it should is read as text from there on.

        What every column holds must be said beforehand: Arrow would conclude it from the first batch, and later ones
        may differ, as where truth values begin late.
        """
        seen, block = 0, BYTES_AT_ONCE
        texts |= self._doubtful(file)
        while True:
            at = 0
            try:
                for rows, share in self._once(file, texts, block):
                    if infinite := _infinite(rows):  # or too large for float64, which only the text tells
                        texts |= infinite
                        break
                    if at + len(rows) > seen or not len(rows):
                        yield rows.slice(max(seen - at, 0)), share
                    at += len(rows)
                    seen = max(seen, at)
                else:
                    return
            except Exception as fault:
                if needs_longer_blocks(fault) and block < MOST_BLOCK:
                    block *= 4
                elif (found := _NO_NUMBER.search(str(fault))) and (name := file.names[int(found[1])]) not in texts:
                    # Once: of a second column it is not known how many will follow.
                    texts |= {name} if not texts & {*self.wanted} - self.words else {*self.wanted}
                else:
                    raise

    def _once(self, file: File, texts: set[str], block: int) -> Iterator[tuple[Any, float]]:
        import pyarrow
        from pyarrow import csv as arrow

        dialect, columns = file.dialect, self._of(file)
        assert dialect is not None
        size = max(file.path.stat().st_size, 1)
        kinds = {name: pyarrow.string() if name in texts else pyarrow.float64() for name in columns}
        converting = arrow.ConvertOptions(strings_can_be_null=True, include_columns=columns, column_types=kinds)
        with (
            file.path.open("rb") as raw,
            opened(raw, dialect.written) as stream,
            arrow.open_csv(stream, convert_options=converting, **dialect.reading(block, LONG_ROWS_AT_ONCE)) as reader,
        ):
            none_yet = True
            for rows in reader:
                none_yet = False
                yield rows, min(raw.tell() / size, 1.0)
            if none_yet:
                yield _empty(reader.schema, columns), 1.0

    def _doubtful(self, file: File) -> set[str]:
        """Return which of the model's columns begin with something else than numbers, or with nothing."""
        import pyarrow
        from pyarrow import csv as arrow

        dialect = file.dialect
        assert dialect is not None
        with (
            file.path.open("rb") as raw,
            opened(raw, dialect.written) as stream,
            arrow.open_csv(stream, **dialect.reading(BYTES_AT_ONCE, LONG_ROWS_AT_ONCE)) as reader,
        ):
            kinds = {field.name: field.type for field in reader.schema}
        is_number = (pyarrow.types.is_integer, pyarrow.types.is_floating)
        return {name for name in self.wanted if name in kinds and not any(kind(kinds[name]) for kind in is_number)}


def find_source(
    path: str | os.PathLike[str], way: Entrance, ids: Sequence[str] = (), layout: Layout = AS_FOUND
) -> Source:
    """Return the files of rows at `path`, whose columns are those that a model takes, in whatever order.

    Raises
    ------
    DataError
        There are none, they are neither Parquet nor text, or the columns of one are not the model's: which, is said.
    """
    place = path_of("rows", path)
    refuse_unreadable_name(path)
    if not place.exists() and not is_pattern(place):
        raise DataError(f"there is no file of rows '{place}'")
    parts = parts_of(place)
    if not parts:
        raise DataError(f"'{place}' {_no_rows(place)}: what can be scored is {READABLE_COLUMNS}, or a folder of these")
    files = tuple(file_of(part, layout, way.columns) for part in not_empty(parts, place))
    for file in files:
        for column in ids:
            if column not in file.names:
                raise no_column(column, file.names, "an id", file.place)
        refuse_other_columns(file.names, way.columns, Place(str(file.path)), {*way.ignored, *ids})
    return Source(files, way.columns, tuple(dict.fromkeys(ids)), way.words)


def file_of(part: Part, layout: Layout = AS_FOUND, known: Sequence[str] = ()) -> File:
    """Return a file with its columns, without those that pandas made of a frame's index.

    Raises
    ------
    DataError
        It cannot be read, or two columns share a name.
    """
    dialect = dialect_of(part.path, layout, known) if part.is_text else None
    names = names_of_part(part, dialect)
    refuse_names_twice(names, str(part.path))
    return File(part, dialect, tuple(names))


def names_of(path: Path, layout: Layout = AS_FOUND, known: Sequence[str] = ()) -> list[str]:
    """Return the names of the columns of a file, or of the first of several.

    Raises
    ------
    DataError
        There is none, it cannot be read, or two columns share a name.
    """
    parts = parts_of(path)
    if not parts:
        raise DataError(f"'{path}' {_no_rows(path)}")
    return list(file_of(not_empty(parts, path)[0], layout, known).names)


def _no_rows(path: Path) -> str:
    if path.is_dir():
        return "is a folder without files of rows"
    return "matches no files of rows" if is_pattern(path) else "is no file of rows that can be scored"


def _infinite(rows: Any) -> set[str]:
    """Return which columns of a batch hold an infinite number."""
    import pyarrow
    from pyarrow import compute

    floats = [field.name for field in rows.schema if pyarrow.types.is_floating(field.type)]
    return {name for name in floats if compute.any(compute.is_inf(rows.column(name))).as_py()}


def _numbers(column: Any, raw: pd.Series, place: Place) -> Any:
    """Return a column of text as numbers: those that stand there, or 1 and 0 for true and false.

    A number too large for float64, such as 1.8e308, is the largest that there is.
    """
    import pyarrow
    from pyarrow import compute

    texts = compute.utf8_trim_whitespace(column)
    try:
        values = texts.cast(pyarrow.float64()).to_numpy()
        infinite = np.isinf(values)
        if infinite.any():
            written = compute.match_substring_regex(texts, "[0-9]").to_numpy() & infinite
            values = np.where(written, np.nan_to_num(values), values)
        return values
    except pyarrow.ArrowInvalid:
        words = {text for text in compute.unique(compute.utf8_lower(texts)).to_pylist() if text is not None}
        return (truths if words <= {*TRUTHS, "0", "1"} else numbers)(raw, place)


def _empty(schema: Any, columns: Sequence[str]) -> Any:
    """Return a batch of such columns without rows."""
    import pyarrow

    arrays = [pyarrow.array([], schema.field(column).type) for column in columns]
    return pyarrow.RecordBatch.from_arrays(arrays, names=list(columns))


@contextmanager
def _explained(file: File) -> Iterator[None]:
    """Turn what gzip, Arrow's parser and its decoders raise into a sentence about the file."""
    try:
        yield
    except (DataError, GeneratorExit):
        raise
    except Exception as fault:
        kind = "Parquet" if file.dialect is None else "CSV"
        raise DataError(f"{file.path} cannot be read as {kind} ({reason_of(fault, file.dialect)})") from fault
