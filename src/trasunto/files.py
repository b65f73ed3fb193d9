"""Files written whole or not at all; a new one is refused early where it cannot be made."""

from __future__ import annotations

import os
import reprlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from trasunto.errors import TrasuntoError

DRAFT = ".part"
"""Ending of a file that is being written."""


def path_of(what: str, path: object) -> Path:
    """Return what was given for `what` as a path.

    Raises
    ------
    TrasuntoError
        It is none.
    """
    if not isinstance(path, str | os.PathLike):
        raise TrasuntoError(f"{what} must be the path of a file, not {reprlib.repr(path)}")
    return Path(path)


def refuse_taken(path: str | os.PathLike[str], endings: Sequence[str]) -> Path:
    """Make sure, before anything is trained, that a new file can be written at `path`; nothing is left there.

    Raises
    ------
    TrasuntoError
        Its name has none of the `endings`, it exists, or its folder does not or cannot be written.
    """
    place = path_of("the new file", path)
    if place.suffix not in endings:
        raise TrasuntoError(f"the file '{place}' cannot be written: its name must end in {' or '.join(endings)}")
    if os.path.lexists(place):
        raise TrasuntoError(f"the file '{place}' exists and is not overwritten: name another or move it")
    if not place.parent.is_dir():
        raise TrasuntoError(f"the file '{place}' cannot be written: there is no folder '{place.parent}'")
    try:
        with tempfile.TemporaryFile(dir=place.parent):
            return place
    except OSError as fault:
        raise _refusal(place, fault) from fault


def write_new(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a file aside, with the same ending, and move it to `path`.

    Raises
    ------
    TrasuntoError
        It exists by now, or the disk is full.
    """
    refuse_taken(path, (path.suffix,))
    with tempfile.TemporaryDirectory(prefix=".trasunto-", dir=path.parent) as aside:
        written = Path(aside) / f"new{path.suffix}"
        try:
            write(written)
            refuse_taken(path, (path.suffix,))  # again: writing may have taken long
            written.rename(path)
        except OSError as fault:
            raise _refusal(path, fault) from fault
    return path


def make_folder(folder: Path) -> None:
    """Make sure that there is a folder.

    Raises
    ------
    TrasuntoError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise TrasuntoError(f"'{folder}' cannot be made ({fault.strerror}): name another folder") from fault


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Write a file beside its place, make sure that it survives a power failure, and move it there."""
    draft = target.with_suffix(f"{target.suffix}{DRAFT}")
    try:
        with synced(draft) as opened:
            yield opened
        draft.replace(target)
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def synced(path: Path, mode: str = "wb") -> Iterator[BinaryIO]:
    """Open a file, and return only when what was written to it survives a power failure."""
    with path.open(mode) as opened:
        yield opened  # type: ignore[misc]  # a binary file, whichever the mode
        opened.flush()
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power failure, where the platform has a way to ask for it."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refusal(path: Path, fault: OSError) -> TrasuntoError:
    return TrasuntoError(f"the file '{path}' cannot be written: {fault.strerror or fault}; name another place")
