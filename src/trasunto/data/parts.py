"""Resolution of a path, folder or glob pattern to the files of one table."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from trasunto.data.places import refuse_unreadable_name
from trasunto.errors import DataError

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".data")
SUFFIXES = (*TEXT_SUFFIXES, ".parquet")
READABLE_COLUMNS = f"{', '.join(TEXT_SUFFIXES)} (each also packed, .gz), .parquet"
"""Suffixes of files of columns, for errors."""

NOT_IN_FOLDERS = (".txt", ".data")
"""Suffixes that other files have too: in a folder they only count if there are no others."""

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_KEY = re.compile(r"([^=]+)=(.*)")


@dataclass(frozen=True)
class Part:
    """One file of columns.

    Attributes
    ----------
    path
        The file.
    keys
        Hive partition columns from the names of its folders (``year=2013``) with their values, None where missing.
    """

    path: Path
    keys: tuple[tuple[str, str | None], ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is text; otherwise Parquet."""
        return _suffix(self.path) in TEXT_SUFFIXES


def is_tabular(path: Path) -> bool:
    """Say whether a path names files of columns, by their suffixes."""
    return bool(parts_of(path))


def name_of(path: Path) -> str:
    """Return the default name of a path's rows: the file's or folder's name without its suffix.

    Examples
    --------
    >>> name_of(Path("cards.csv.gz")), name_of(Path("2013/*.csv"))
    ('cards', '2013')
    """
    if not path.exists():
        path = Path(*(name for name in path.parts if not glob.has_magic(name)))
    return path.resolve().name.split(".")[0] or "rows"


def is_pattern(path: Path) -> bool:
    """Say whether a path is a glob pattern, such as ``rows/*.csv``, and not an existing file or folder."""
    return glob.has_magic(str(path)) and not path.exists()


def parts_of(path: Path) -> tuple[Part, ...]:
    """Return the files of columns that a path names, in natural order; empty if there are none.

    Parameters
    ----------
    path
        A file; a folder, without names that begin with a dot or an underscore, but with subfolders named
        ``key=value``; or a glob pattern.

    Raises
    ------
    DataError
        If there are both text and Parquet files, or a name is not UTF-8.
    """
    if is_pattern(path):
        fixed = next(number for number, name in enumerate(path.parts) if glob.has_magic(name))
        matches = _matches(Path(*path.parts[:fixed]), "/".join(path.parts[fixed:]))
        found = [part for match in matches for part in _within(match, _keys(match.parts[fixed:]))]
    elif path.is_dir():
        found = list(_within(path, ()))
    else:
        found = [Part(path)] if _suffix(path) in SUFFIXES else []
    for part in found:
        refuse_unreadable_name(part.path)
    if len({part.is_text for part in found}) > 1:
        kinds = [next(part.path.name for part in found if part.is_text is kind) for kind in (True, False)]
        raise DataError(
            f"{path} holds files of text and of Parquet ({kinds[0]}, {kinds[1]}); name those that are meant by a "
            f"pattern, such as '{path / '*.parquet' if path.is_dir() else '*.parquet'}'"
        )
    return tuple(sorted(found, key=lambda part: _order(part.path)))


def not_empty(parts: tuple[Part, ...], path: Path) -> tuple[Part, ...]:
    """Drop empty files, which Spark writes for partitions without rows, unless there is only one file.

    Raises
    ------
    DataError
        If all of several are empty.
    """
    if len(parts) < 2:
        return parts
    kept = tuple(part for part in parts if not part.is_text or part.path.stat().st_size)
    if not kept:
        raise DataError(f"{path} holds no rows: its {len(parts)} files are empty")
    return kept


def _matches(folder: Path, pattern: str) -> list[Path]:
    """Return the matches of a pattern; as in a shell, hidden names only match patterns with a dot."""
    asked = any(map(_is_hidden, pattern.split("/")))
    try:
        found = list(folder.glob(pattern))
        return [path for path in found if asked or not any(map(_is_hidden, path.relative_to(folder).parts))]
    except ValueError:  # "**" within a name
        return []


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and name != ".."


def _within(path: Path, keys: tuple[tuple[str, str | None], ...]) -> Iterator[Part]:
    """Yield the files of a folder and of its subfolders named ``key=value``; or the file itself."""
    if not path.is_dir():
        if _suffix(path) in SUFFIXES:
            yield Part(path, keys)
        return
    inside = [one for one in path.iterdir() if not one.name.startswith((".", "_"))]
    files = [one for one in inside if one.is_file() and (_suffix(one) in SUFFIXES or _is_unnamed_parquet(one))]
    rather = [one for one in files if _suffix(one) not in NOT_IN_FOLDERS]
    yield from (Part(file, keys) for file in rather or files)
    for folder in inside:
        if _KEY.fullmatch(folder.name) and folder.is_dir():
            yield from _within(folder, (*keys, *_keys((folder.name,))))


def _keys(names: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    found = [match.groups() for name in names if (match := _KEY.fullmatch(name)) and "." not in match[1]]
    return tuple((unquote(key), None if value == NO_VALUE else unquote(value)) for key, value in found)


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _is_unnamed_parquet(path: Path) -> bool:
    """Say whether a file without a suffix is Parquet, as Hive writes it."""
    if path.suffix:
        return False
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def _order(path: Path) -> list[tuple[int, str]]:
    """Return the key of natural order: part-2 before part-10."""
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in re.split(r"(\d+)", str(path))]
