"""CSV dialect detection: compression, encoding, separator and header of a text file.

Detected once, from the beginning of the file; the same :class:`Dialect` reads the whole file or parts of it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trasunto.data.columns import numbered
from trasunto.data.header import is_number, looks_like_data
from trasunto.data.places import Place
from trasunto.data.text_streams import GZIP, TextEncoding, encoding_of, opened, single_spaced, unpadded
from trasunto.errors import DataError

SEPARATORS = ",;\t|"
SPACE = " "
"""Columns separated by any number of spaces and tabs."""

BEGINNING = 1 << 20
"""Bytes of text examined, or more if a row is longer."""

LONGEST_ROW = 1 << 28
"""Maximum bytes of a row."""

SAMPLE = 50
"""Rows examined, or fewer if they are long."""

ONE_BYTE = "perhaps in Windows-1252 or Latin-1; save it as UTF-8, or name the encoding (encoding='cp1252', --encoding)"
"""Advice on text that is not UTF-8."""

_EMPTY_LINES = re.compile(r"\A(?:[^\S\r\n]*(?:\r\n|\r|\n))+")
_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?[^\S\r\n]*(?:\r\n|\r|\n)', re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_OTHER_FILES = {
    b"PK\x03\x04": "a zip archive, as workbooks of Excel are",
    b"\xd0\xcf\x11\xe0": "a document of an old Microsoft Office",
    b"PAR1": "Parquet",
    b"\xfd7zXZ": "something packed with xz",
    b"BZh": "something packed with bzip2",
    b"\x28\xb5\x2f\xfd": "something packed with zstd",
    b"\x89HDF": "HDF5",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a database of SQLite",
}


@dataclass(frozen=True)
class Layout:
    """Properties of a text file stated by the user instead of detected.

    Attributes
    ----------
    header
        Whether the first row holds the columns' names; None to detect it.
    encoding
        Python's name of the encoding, such as ``cp1252``; None to detect it.
    """

    header: bool | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        if self.header not in (None, True, False):
            raise DataError(f"header is {self.header!r}; it is True, False or None")
        if self.encoding is not None and not _is_encoding(self.encoding):
            raise DataError(
                f"encoding {self.encoding!r} is not known; name one that Python has, such as utf-8, utf-16, latin-1 or "
                "cp1252"
            )


AS_FOUND = Layout()
"""Detect everything."""


@dataclass(frozen=True)
class Dialect:
    """Dialect of one text file.

    Attributes
    ----------
    written
        Decoding of its bytes to UTF-8 text.
    separator
        Separator of columns; `SPACE` for any number of spaces and tabs.
    header
        Whether the first row holds names.
    names
        The columns' names: those of the first row, or x0, x1, ...
    skipped
        Lines before the first row: empty ones, and a ``sep=`` line.
    separator_lines
        Number of ``sep=`` lines before the first row: 0 or 1.
    longest
        Bytes of the longest of the first rows.
    """

    written: TextEncoding
    separator: str
    header: bool
    names: tuple[str, ...]
    skipped: int
    separator_lines: int
    longest: int

    @property
    def counting(self) -> str:
        """How rows are counted, in words, as in a spreadsheet."""
        return f"the {'header' if self.header else 'first row'} is row {1 + self.separator_lines}"

    def place(self, path: Path) -> Place:
        """Return the place of the file's rows, for errors."""
        return Place(str(path), 1 + self.separator_lines + self.header, self.counting)

    def reading(self, block: int, rows: int) -> dict[str, Any]:
        """Return Arrow's options for reading it in blocks of at least `block` bytes and about `rows` rows."""
        from pyarrow import csv as arrow

        return {
            # On one thread: only then do Arrow's errors name the row.
            "read_options": arrow.ReadOptions(
                use_threads=False,
                block_size=max(block, min(rows * self.longest, max(LONGEST_ROW, 4 * self.longest))),
                skip_rows=self.skipped,
                column_names=None if self.header else list(self.names),
            ),
            "parse_options": arrow.ParseOptions(delimiter=self.separator, newlines_in_values=True),
        }


def dialect_of(path: Path, layout: Layout = AS_FOUND, known: Collection[str] = ()) -> Dialect:
    """Detect the dialect of a text file.

    Parameters
    ----------
    path
        The file, plain or gzipped, whatever its suffix.
    layout
        Known properties.
    known
        Names of columns that the file must have, by which a header is recognised.

    Raises
    ------
    DataError
        If it cannot be read, is empty or not text, or if its first row looks like data.
    """
    written, content, whole = _beginning(path, layout)
    beginning = content.decode("utf-8-sig" if written.encoding == "utf-8" else written.encoding, errors="replace")
    rest = _EMPTY_LINES.sub("", beginning)
    told = _SEPARATOR_LINE.match(rest)
    skipped = 0
    if told:
        rest = rest[told.end() :]
        skipped = len(_LINE_END.findall(beginning[: len(beginning) - len(rest)]))
    rest = _EMPTY_LINES.sub("", rest)
    if not rest.strip():
        raise DataError(f"{path} is empty; its first row must hold the names of the columns")
    separator = told.group(1) if told and told.group(1).isascii() else _separator(rest, whole)
    if separator == SPACE:
        written = written.with_single_spaces()
    rows = _rows(rest, separator, whole)
    if _is_padded(rows, separator) and not any(name != name.strip() for name in known):
        written = written.without_blanks(separator)
        rows = _rows(unpadded(rest, separator), separator, whole)
    if not rows:
        raise _no_names(path, rest, separator)
    if "\N{REPLACEMENT CHARACTER}" in "".join(rows[0]) and "\N{REPLACEMENT CHARACTER}".encode() not in content:
        raise DataError(f"{path} cannot be read as CSV (its header is not UTF-8, {ONE_BYTE})")
    header = _has_header(path, rows, layout.header, known, _LINE_END.split(rest, maxsplit=1)[0])
    longest = max(len(separator.join(row)) for row in rows) + 1
    return Dialect(
        written=written,
        separator=separator,
        header=header,
        names=tuple(rows[0]) if header else numbered(len(rows[0])),
        skipped=skipped,
        separator_lines=int(bool(told)),
        longest=longest,
    )


def _beginning(path: Path, layout: Layout) -> tuple[TextEncoding, bytes, bool]:
    """Return the file's encoding, its beginning, and whether that is all of it."""
    try:
        with path.open("rb") as raw:
            start = raw.read(64)
            for magic, kind in _OTHER_FILES.items():
                if start.startswith(magic):
                    raise DataError(f"{path} holds {kind}, not text; save its rows as text, with commas between them")
            packed = start.startswith(GZIP)
            raw.seek(0)
            with opened(raw, TextEncoding(packed)) as stream:
                # A buffer: pyarrow's `read` leaks its bytes if the stream is damaged.
                content = stream.read_buffer(BEGINNING).to_pybytes()
                more = stream.read_buffer(BEGINNING).to_pybytes() if len(content) == BEGINNING else b""
                encoding = layout.encoding or encoding_of(content)
                while more and len(content) < LONGEST_ROW and content.count(b"\n") + content.count(b"\r") < 4:
                    content += more
                    more = stream.read_buffer(len(content)).to_pybytes()
    except DataError:
        raise
    except Exception as fault:  # whatever the system and gzip raise
        raise DataError(f"{path} cannot be read as CSV ({_first_line(fault)})") from fault
    return TextEncoding(packed, encoding), content, not more


def _separator(text: str, whole: bool) -> str:
    """Return the separator by which most rows have as many cells as the first one."""
    first = _LINE_END.split(text, maxsplit=1)[0]
    found = [_judged(text, separator, whole) for separator in SEPARATORS if separator in first]
    best = max((one for one in found if one[1] > 1), default=(0.0, 1, ""))
    if not best[2] or best[0] < 1 or best[2] == "\t":
        agreeing, width, _ = _judged(text, SPACE, whole)
        # Tabs among runs of spaces are columns of fixed width; otherwise spaces may be part of tab-separated text.
        runs = best[2] != "\t" or all("  " in line for line in _LINE_END.split(text)[: SAMPLE // 2] if line)
        if agreeing == 1 and width > best[1] and runs and _holds_numbers(_rows(text, SPACE, whole)):
            return SPACE
    return best[2] or ","


def _judged(text: str, separator: str, whole: bool) -> tuple[float, int, str]:
    """Return the share of rows with as many cells as the first one, that number, and the separator."""
    rows = _rows(text, separator, whole)
    if not rows:
        return 0.0, 0, separator
    later = [len(row) == len(rows[0]) for row in rows[1:]]
    return (sum(later) / len(later) if later else 1.0), len(rows[0]), separator


def _holds_numbers(rows: Sequence[Sequence[str]]) -> bool:
    return len(rows) > 1 and any(all(map(is_number, column)) for column in zip(*rows[1:], strict=True))


def _rows(text: str, separator: str, whole: bool) -> list[list[str]]:
    """Return the first complete rows as cells; none if the first cannot be parsed."""
    rows: list[list[str]] = []
    if separator == SPACE:
        text = single_spaced(text[: BEGINNING // 8] if len(text) > BEGINNING // 8 else text)
    reader, size = csv.reader(io.StringIO(text, newline=""), delimiter=separator), 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                size += sum(map(len, row))
            if len(rows) > SAMPLE or (len(rows) > 2 and size > BEGINNING // 4):
                return rows
    except csv.Error:
        return rows
    return rows if whole or len(rows) < 2 else rows[:-1]


def _is_padded(rows: Sequence[Sequence[str]], separator: str) -> bool:
    """Say whether a blank follows each separator as padding, as in "39, State-gov, 77516"."""
    later = [cell for row in rows[1:] for cell in row[1:]]
    if separator not in ",;|" or not later or not all(cell[:1] in ("", " ") for cell in later) or not any(later):
        return False
    # Arrow itself strips blanks from numbers.
    return not all(is_number(cell) for row in rows for cell in row)


def _no_names(path: Path, text: str, separator: str) -> DataError:
    try:
        next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        fault = "it has no cells"
    except (csv.Error, StopIteration) as found:
        fault = str(found)
    return DataError(f"{path} cannot be read as CSV (its header holds no names: {fault})")


def _has_header(
    path: Path, rows: Sequence[Sequence[str]], given: bool | None, known: Collection[str], first: str
) -> bool:
    if given is not None:
        return given
    if known and (told := _told_by_names(rows[0], known)) is not None:
        return told
    if looks_like_data(rows[0], rows[1:]):
        shown = first if len(first) <= 40 else f"{first[:40]}..."
        raise DataError(
            f"the first row of {path} looks like data, not like the names of columns ({shown}); add a row of names, or "
            "read the file with header=False (--no-header), which calls its columns x0, x1, ..., or with header=True "
            "(--header) where these are names"
        )
    return True


def _told_by_names(first: Sequence[str], known: Collection[str]) -> bool | None:
    """Say whether the first row holds the known names; None if undecided."""
    if set(known) <= set(first):
        return True
    return False if set(known) <= set(numbered(len(first))) else None


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and bool("a".encode(codecs.lookup(name).name))
    except (LookupError, ValueError):
        return False


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0].rstrip(".") or type(fault).__name__
