"""A file that was not there before: refused early where it cannot be made, written whole or not at all."""

from __future__ import annotations

import os
import reprlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from trasunto.errors import TrasuntoError


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


def _refusal(path: Path, fault: OSError) -> TrasuntoError:
    return TrasuntoError(f"the file '{path}' cannot be written: {fault.strerror or fault}; name another place")
