"""Data frames from files of columns: CSV (plain or gzip) and Parquet.

pyarrow reads both: as many values in every row as there are columns, numbers to the last digit, empty cells and ``NA``
as missing. Nothing is converted here; :mod:`trasunto.data.columns` says what a column holds.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasunto.data.columns import named
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

CSV_SUFFIXES = (".csv", ".csv.gz")
SUFFIXES = (*CSV_SUFFIXES, ".parquet")
DELIMITERS = ",;\t"
BEGINNING = 1 << 20
ROWS_LOOKED_AT = 1_000
_EMPTY_LINES = re.compile(r"\A(?:[^\S\r\n]*[\r\n])+")
_LINE_END = re.compile(r"[\r\n]")


def is_tabular(path: Path) -> bool:
    """Say whether this is the name of a file of columns."""
    return path.name.lower().endswith(SUFFIXES)


def read_columns(path: Path, text: Collection[str] = ()) -> tuple[pd.DataFrame, Place]:
    """Read a file of columns, and say how its rows are counted.

    A CSV file begins with the names of its columns, separated by commas, semicolons or tabs. Its rows are counted from
    the header, which is row 1, as a spreadsheet does; empty lines are passed over.

    Parameters
    ----------
    text
        Columns of a CSV file that are read as the text that stands there, whatever it looks like.

    Raises
    ------
    DataError
        If it cannot be read, holds no rows, or has no names or the same name twice.
    """
    is_csv = path.name.lower().endswith(CSV_SUFFIXES)
    frame = _csv(path, text) if is_csv else _parquet(path)
    if not len(frame):
        raise DataError(f"{path} holds no rows{', only a header' if is_csv else ''}")
    frame.columns = [str(column) for column in frame.columns]
    refuse_names_twice(frame, str(path))
    return frame, Place(str(path), 2, "the header is row 1") if is_csv else Place(str(path))


def column_names(path: Path) -> list[str]:
    """Return the names of a file's columns, having read no rows.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    if path.name.lower().endswith(CSV_SUFFIXES):
        return _names(path, _beginning(path), delimiter_of(path))
    from pyarrow import parquet

    try:
        return list(parquet.read_schema(path).names)
    except Exception as fault:  # whatever Arrow's decoders raise
        raise DataError(f"{path} cannot be read as Parquet ({reason_of(fault)})") from fault


def padded_columns(path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Return which columns of a CSV file are written with leading zeros, all cells as wide, with one such cell.

    It looks at the first rows alone.
    """
    if not columns or not path.name.lower().endswith(CSV_SUFFIXES):
        return {}
    beginning, delimiter = _beginning(path), delimiter_of(path)
    rows = list(islice(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter), ROWS_LOOKED_AT + 1))
    asked, found = set(columns), {}
    for position, name in enumerate(rows[0]):
        if name not in asked:
            continue
        cells = [row[position] for row in rows[1:] if len(row) == len(rows[0]) and row[position]]
        padded = [cell for cell in cells if cell.isdigit() and len(cell) > 1 and cell[0] == "0"]
        if padded and len({len(cell) for cell in cells}) == 1:
            found[name] = padded[0]
    return found


def refuse_names_twice(frame: pd.DataFrame, name: str) -> None:
    """Refuse columns of the same name.

    Raises
    ------
    DataError
        If there are some.
    """
    twice = list(dict.fromkeys(frame.columns[frame.columns.duplicated()]))
    if twice:
        raise DataError(f"{name} has more than one {named(twice)}; every column needs a name of its own")


def _csv(path: Path, text: Collection[str]) -> pd.DataFrame:
    import pyarrow
    from pyarrow import csv as arrow

    delimiter = delimiter_of(path)
    options = {
        "parse_options": arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        "convert_options": arrow.ConvertOptions(
            strings_can_be_null=True, column_types=dict.fromkeys(text, pyarrow.string())
        ),
    }
    try:
        # On one thread: only then do refusals name the row.
        table = arrow.read_csv(str(path), read_options=arrow.ReadOptions(use_threads=False), **options)
        _refuse_other_encodings(path, table.schema)
        return _frame(table)
    except DataError:
        raise
    # Whatever gzip, the decoder and Arrow's parser raise for a file that is none.
    except Exception as fault:
        raise DataError(f"{path} cannot be read as CSV ({reason_of(fault)})") from fault


def _parquet(path: Path) -> pd.DataFrame:
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
        table.validate(full=True)  # text that is no UTF-8 would be found out only by whoever looks at it
        return _frame(table).reset_index(drop=True)
    except Exception as fault:  # whatever Arrow's decoders raise
        raise DataError(f"{path} cannot be read as Parquet ({reason_of(fault)})") from fault


def _frame(table: Any) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    # Parquet keeps dictionaries of text alone; of other categories only pandas' own notes tell.
    noted = (table.schema.pandas_metadata or {}).get("columns", [])
    categories = [column["name"] for column in noted if column["pandas_type"] == "categorical"]
    return frame.astype({name: "category" for name in categories if name in frame.columns})


def delimiter_of(path: Path) -> str:
    """Return what separates the names in the header, having refused a header that is none."""
    beginning = _beginning(path)
    header = _LINE_END.split(beginning, maxsplit=1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    names = _names(path, beginning, delimiter)
    numbered = names == [str(position) for position in range(len(names))]
    if not numbered and all(map(_is_number, names)):
        raise DataError(f"the first row of {path} holds numbers ({header[:40]}); it must hold the names of the columns")
    return delimiter


def _beginning(path: Path) -> str:
    """Return what the file begins with, from the first line on that is not empty."""
    import pyarrow

    try:
        with pyarrow.input_stream(str(path)) as stream:
            # A buffer, for pyarrow's `read` never gives back its bytes where the stream turns out to be damaged.
            beginning = stream.read_buffer(BEGINNING).to_pybytes().decode("utf-8-sig", errors="replace")
    except Exception as fault:  # whatever the system and gzip raise
        raise DataError(f"{path} cannot be read as CSV ({reason_of(fault)})") from fault
    beginning = _EMPTY_LINES.sub("", beginning)
    if not beginning.strip():
        raise DataError(f"{path} is empty; its first row must hold the names of the columns")
    return beginning


def _names(path: Path, beginning: str, delimiter: str) -> list[str]:
    """Return the names in the header, which goes on over several lines where they do within quotes."""
    try:
        return next(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration) as fault:
        raise DataError(f"{path} cannot be read as CSV (its header holds no names: {fault})") from fault


def _refuse_other_encodings(path: Path, schema: Any) -> None:
    import pyarrow

    bad = [field.name for field in schema if pyarrow.types.is_binary(field.type)]
    if bad:
        raise DataError(f"{named(bad)} of {path} is not written in UTF-8; save the file in that encoding")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def reason_of(fault: Exception) -> str:
    """Return what Arrow found, in one line."""
    if isinstance(fault, UnicodeDecodeError):
        return "its header is not written in UTF-8"
    said = re.sub(r"^CSV parse error: ", "", str(fault).partition("\n")[0]).rstrip(".")
    # Arrow counts as we do: its row 1 is the header.
    return (
        re.sub(r"Row #(\d+): (Expected)", r"row \1, where the header is row 1: expected", said) or type(fault).__name__
    )
