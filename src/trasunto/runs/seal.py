"""The seal of a database at rest: its checksum and a copy of it, from one writer's close to the next one's opening.

SQLite finds a broken structure, but has no checksum for what is in it: a flipped bit in a curve is just another number.
With the copy, and the checksum that both should have, two of three say which of them is damaged.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from trasunto.errors import StoreError
from trasunto.runs.packs import sync_folder
from trasunto.runs.schema import COPY, DATABASE, SEAL, WEIGHTS

CHANGED = "is damaged (its SHA-256 is not that of what was written)"


def seal(folder: Path) -> None:
    """Copy the database, which nobody may be writing, and write its checksum down, in the format of ``sha256sum``."""
    draft = folder / f"{COPY}.part"
    try:
        shutil.copyfile(folder / DATABASE, draft)
        checksum = _checksum(draft)
        _settle(draft, folder / COPY)
        draft = folder / f"{SEAL}.part"
        draft.write_text(_line(checksum))
        _settle(draft, folder / SEAL)
    finally:
        draft.unlink(missing_ok=True)


def unseal(folder: Path) -> None:
    """Take the seal away before the database is written; the copy stays, and is of what was before.

    Raises
    ------
    StoreError
        The database is not what was sealed.
    """
    if said := broken(folder).get(DATABASE):
        raise StoreError(
            f"the database '{folder / DATABASE}' {said}; `trasunto store repair --store {folder}` puts its copy back"
        )
    (folder / SEAL).unlink(missing_ok=True)
    sync_folder(folder)


def is_sealed(folder: Path) -> bool:
    """Say whether there is a seal: there is none while a process writes, nor after one that was killed."""
    return (folder / SEAL).is_file()


def broken(folder: Path) -> dict[str, str]:
    """Return what is wrong with the files of a sealed database, as the rest of a sentence, by their names."""
    if not is_sealed(folder):
        return {} if (folder / DATABASE).is_file() else {DATABASE: "is missing"}
    sealed, database = _sealed(folder), _checksum(folder / DATABASE)
    copy = _checksum(folder / COPY)
    if database == sealed == copy:
        return {}
    agreed = sealed if sealed in (database, copy) else database if database == copy else ""
    found = {DATABASE: database, COPY: copy}
    said = {name: CHANGED if checksum else "is missing" for name, checksum in found.items() if checksum != agreed}
    return said if agreed in (sealed, "") else {SEAL: "is damaged (it is not the checksum of the database)"}


def put_back(folder: Path) -> bool:
    """Replace the database by its copy, where there is one, whose checksum is the sealed one if there is a seal.

    The damaged database and its log stay beside it, under a name that says so and that nothing had before. So do the
    packs, under second names, where the copy may be of before the last of them. Returns whether it was done.
    """
    copy, database = folder / COPY, folder / DATABASE
    if not copy.is_file() or COPY in broken(folder):
        return False
    draft = folder / f"{DATABASE}.part"
    try:
        shutil.copyfile(copy, draft)
        if not is_sealed(folder) and (folder / WEIGHTS).is_dir():
            _keep_packs(folder)
        aside = _free(folder, f"{DATABASE}.damaged")
        # The log goes with the database that it was written for: the last commits may be nowhere else.
        for part in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                (folder / f"{DATABASE}{part}").replace(folder / f"{aside}{part}")
        _settle(draft, database)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _free(folder: Path, name: str) -> str:
    """Return a name that nothing in a folder has: `name`, or with a number after it."""
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in names if not (folder / one).exists())


def _keep_packs(folder: Path) -> None:
    """Give all packs second names in a folder of their own, which no opening sweeps."""
    kept = folder / _free(folder, f"{WEIGHTS}.damaged")
    kept.mkdir()
    for pack in sorted((folder / WEIGHTS).glob("*.safetensors")):
        try:
            os.link(pack, kept / pack.name)
        except OSError:  # a file system without second names
            shutil.copyfile(pack, kept / pack.name)


def _settle(draft: Path, target: Path) -> None:
    """Make a file that was written aside sure to survive a power failure, under its own name."""
    with draft.open("rb+") as opened:
        os.fsync(opened.fileno())
    draft.replace(target)
    sync_folder(target.parent)


def _line(checksum: str) -> str:
    return f"{checksum}  {DATABASE}\n"


def _sealed(folder: Path) -> str:
    """Return the checksum that was written down, or "" where that is no longer the line that was written."""
    with suppress(OSError, UnicodeDecodeError):
        said = (folder / SEAL).read_text()
        checksum = said.partition(" ")[0]
        return checksum if said == _line(checksum) else ""
    return ""


def _checksum(file: Path) -> str:
    """Return the SHA-256 of a file's contents, or "" where there is no file."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
