"""Rows of a file, some at a time: Parquet and CSV, read as :mod:`trasunto.data.tabular_files` reads whole ones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trasunto.data.columns import named, no_column
from trasunto.data.frames import refuse_other_columns
from trasunto.data.places import Place
from trasunto.data.tabular_files import CSV_SUFFIXES, SUFFIXES, column_names, delimiter_of, is_tabular, reason_of
from trasunto.errors import DataError
from trasunto.models.entrance import Entrance

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 32_768
"""Rows of a batch of Parquet: a few megabytes."""

BYTES_AT_ONCE = 4 * 2**20
"""Bytes of a batch of CSV, and of what is buffered of a column of Parquet."""

_NO_NUMBER = re.compile(r"In CSV column #(\d+): Row #(\d+): CSV conversion error to double: invalid value '(.*)'")


class Batch(NamedTuple):
    """Some rows of a file.

    Attributes
    ----------
    first
        How many rows of the file come before them.
    rows
        An Arrow record batch of the columns that were asked for.
    share
        How much of the file has been read, 0 to 1.
    """

    first: int
    rows: Any
    share: float


@dataclass(frozen=True)
class Source:
    """A file of rows that a model takes.

    Attributes
    ----------
    path
        Where it is.
    wanted
        The model's columns, in their order.
    ids
        Columns that are handed on beside the scores.
    words
        The columns among them that hold categories.
    names
        All columns of the file.
    """

    path: Path
    wanted: tuple[str, ...]
    ids: tuple[str, ...]
    words: frozenset[str]
    names: tuple[str, ...]

    def place(self, first: int = 0) -> Place:
        """Return how rows are counted from the one that `first` others come before."""
        if _is_csv(self.path):
            return Place(str(self.path), first + 2, "the header is row 1")
        return Place(str(self.path), first)

    def batches(self) -> Iterator[Batch]:
        """Read it from its beginning; a file without rows is one batch without any.

        Raises
        ------
        DataError
            It cannot be read, or holds text where numbers are wanted.
        """
        with _explained(self.path, self.names):
            yield from self._csv() if _is_csv(self.path) else self._parquet()

    def frame(self, batch: Batch) -> pd.DataFrame:
        """Return the model's columns of a batch as a frame."""
        import pyarrow

        table = pyarrow.Table.from_batches([batch.rows]).select(list(self.wanted)).replace_schema_metadata()
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        return frame

    @property
    def _columns(self) -> list[str]:
        return list(dict.fromkeys((*self.wanted, *self.ids)))

    def _parquet(self) -> Iterator[Batch]:
        from pyarrow import parquet

        # Buffered, so that a row group of millions is decoded a piece at a time and never lies in memory as a whole.
        with parquet.ParquetFile(self.path, buffer_size=BYTES_AT_ONCE, pre_buffer=False) as file:
            first, total = 0, file.metadata.num_rows
            for rows in file.iter_batches(ROWS_AT_ONCE, columns=self._columns):
                rows.validate(full=True)
                yield Batch(first, rows, (first + len(rows)) / total)
                first += len(rows)
            if not first:
                yield Batch(0, _empty(file.schema_arrow, self._columns), 1.0)

    def _csv(self) -> Iterator[Batch]:
        import pyarrow
        from pyarrow import csv as arrow

        size, first = max(self.path.stat().st_size, 1), 0
        with self.path.open("rb") as raw:
            packed = self.path.suffix.lower() == ".gz"
            opened = arrow.open_csv(
                pyarrow.CompressedInputStream(raw, "gzip") if packed else raw,
                # On one thread: only then do refusals name the row.
                read_options=arrow.ReadOptions(use_threads=False, block_size=BYTES_AT_ONCE),
                parse_options=_parsing(self.path),
                convert_options=arrow.ConvertOptions(
                    strings_can_be_null=True, include_columns=self._columns, column_types=self._types()
                ),
            )
            for rows in opened:
                yield Batch(first, rows, min(raw.tell() / size, 1.0))
                first += len(rows)
            if not first:
                yield Batch(0, _empty(opened.schema, self._columns), 1.0)

    def _types(self) -> dict[str, Any]:
        """Return what each column holds: Arrow would conclude it from the first batch, and later ones may differ."""
        import pyarrow
        from pyarrow import csv as arrow

        one_thread = arrow.ReadOptions(use_threads=False)
        with arrow.open_csv(str(self.path), read_options=one_thread, parse_options=_parsing(self.path)) as opened:
            truths = {field.name for field in opened.schema if pyarrow.types.is_boolean(field.type)}
        texts = {name for name in self._columns if name in self.words or name not in self.wanted}
        numbers = {name for name in self._columns if name not in texts | truths}
        return dict.fromkeys(texts, pyarrow.string()) | dict.fromkeys(numbers, pyarrow.float64())


def find_source(path: str | os.PathLike[str], way: Entrance, ids: Sequence[str] = ()) -> Source:
    """Return the file of rows at `path`, whose columns are those that a model takes.

    Raises
    ------
    DataError
        It is not there, is neither Parquet nor CSV, or its columns are not the model's: which, is said.
    """
    place = Path(path)
    if not place.is_file():
        raise DataError(f"there is no file of rows '{place}'")
    if not is_tabular(place):
        raise DataError(f"'{place}' is no file of rows that can be scored: its name must end in {', '.join(SUFFIXES)}")
    names = names_of(place)
    source = Source(place, way.columns, tuple(dict.fromkeys(ids)), way.words, tuple(names))
    for column in ids:
        if column not in names:
            raise no_column(column, names, "an id", source.place())
    refuse_other_columns(names, way.columns, Place(str(place)), {*way.ignored, *ids})
    return source


def names_of(path: Path) -> list[str]:
    """Return the names of a file's columns, without those that pandas made of a frame's index.

    Raises
    ------
    DataError
        It cannot be read, or two columns share a name.
    """
    names = column_names(path)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path} has more than one {named(twice)}; every column needs a name of its own")
    index = [] if _is_csv(path) else _index_of(path)
    return [name for name in names if name not in index]


def _index_of(path: Path) -> list[str]:
    from pyarrow import parquet

    with _explained(path):
        told = parquet.read_schema(path).pandas_metadata or {}
    return [name for name in told.get("index_columns", []) if isinstance(name, str)]


def _empty(schema: Any, columns: Sequence[str]) -> Any:
    """Return a batch of such columns without rows."""
    import pyarrow

    arrays = [pyarrow.array([], schema.field(column).type) for column in columns]
    return pyarrow.RecordBatch.from_arrays(arrays, names=list(columns))


def _parsing(path: Path) -> Any:
    from pyarrow import csv as arrow

    return arrow.ParseOptions(delimiter=delimiter_of(path), newlines_in_values=True)


def _is_csv(path: Path) -> bool:
    return path.name.lower().endswith(CSV_SUFFIXES)


@contextmanager
def _explained(path: Path, names: Sequence[str] = ()) -> Iterator[None]:
    """Turn what gzip, Arrow's parser and its decoders raise into a sentence about the file."""
    try:
        yield
    except (DataError, GeneratorExit):
        raise
    except Exception as fault:
        if found := _NO_NUMBER.search(str(fault)):
            column, row, value = found.groups()
            raise DataError(
                f"column '{names[int(column)]}' holds '{value}' in row {row} of {path} (the header is row 1), where "
                "numbers are wanted"
            ) from fault
        kind = "CSV" if _is_csv(path) else "Parquet"
        raise DataError(f"{path} cannot be read as {kind} ({reason_of(fault)})") from fault
