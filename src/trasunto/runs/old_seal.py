"""The seal of stores of format 1: one checksum of the whole database, and a copy, from a writer's close to the next.

It is read once more, before such a store is given checksums of its blocks.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from trasunto.runs.pages import blocks_of
from trasunto.runs.schema import COPY, DATABASE, OLD_SEAL

CHANGED = "is damaged (its SHA-256 is not that of what was written)"


def is_sealed_before(folder: Path) -> bool:
    """Say whether there is a seal: there is none after a process that was killed."""
    return (folder / OLD_SEAL).is_file()


def broken_before(folder: Path) -> dict[str, str]:
    """Return what is wrong with the files of a sealed database, as the rest of a sentence, by their names."""
    if not is_sealed_before(folder):
        return {} if (folder / DATABASE).is_file() else {DATABASE: "is missing"}
    sealed, database, copy = _sealed(folder), _checksum(folder / DATABASE), _checksum(folder / COPY)
    if database == sealed == copy:
        return {}
    agreed = sealed if sealed in (database, copy) else database if database == copy else ""
    found = {DATABASE: database, COPY: copy}
    said = {name: CHANGED if checksum else "is missing" for name, checksum in found.items() if checksum != agreed}
    return said if agreed in (sealed, "") else {OLD_SEAL: "is damaged (it is not the checksum of the database)"}


def _sealed(folder: Path) -> str:
    """Return the checksum that was written down, or "" where that is no longer the line that was written."""
    with suppress(OSError, UnicodeDecodeError):
        said = (folder / OLD_SEAL).read_text()
        checksum = said.partition(" ")[0]
        return checksum if said == f"{checksum}  {DATABASE}\n" else ""
    return ""


def _checksum(file: Path) -> str:
    """Return the SHA-256 of a file's contents, or "" where there is no file."""
    if not file.is_file():
        return ""
    digest = hashlib.sha256()
    for block in blocks_of(file):
        digest.update(block)
    return digest.hexdigest()
