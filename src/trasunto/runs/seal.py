"""The seal of a database: a checksum for each of its blocks, and a copy of it.

Both are kept while the database is written (`pages`), so that opening and closing it take no longer for what is there
already. Of a block, its copy and the checksum that both should have, two of three say which of them is damaged.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import closing, suppress
from itertools import chain, count
from pathlib import Path

from trasunto.errors import StoreError
from trasunto.files import replacing, sync_folder
from trasunto.runs.database import Database
from trasunto.runs.old_seal import broken_before, is_sealed_before
from trasunto.runs.pages import BLOCK, CLOSED, WRITTEN, Sums, blocks_of, checksum, closing_file, has_sums
from trasunto.runs.schema import COPY, DATABASE, OLD_SEAL, SUMS, WEIGHTS

NOT_AS_WRITTEN = "is damaged (its checksums are not those of what was written)"

LOOKED_AT = 256
"""Blocks that are verified at every opening for writing, though nobody asked for them: 1 MiB."""


def unseal(folder: Path) -> None:
    """Make sure, before the database is opened for writing, that it has checksums and a copy.

    A database that has none, because it is new, of format 1 or was changed by another program after a kill, is given
    them once SQLite finds it whole.

    Raises
    ------
    StoreError
        The database is damaged, or is none of ours.
    """
    if not has_sums(folder):
        _begin_sums(folder)
    elif not _has_copy(folder):
        _refuse_damaged(folder, broken(folder))
        _write_copy(folder)


def begin(folder: Path) -> None:
    """Note, before anything is written, that the database is being written; look at some of it first.

    Raises
    ------
    StoreError
        A block is not what was written.
    """
    with closing(Sums(folder, write=True)) as sums:
        if sums.state == CLOSED:
            _look(folder, sums)
        sums.state = WRITTEN


def _begin_sums(folder: Path) -> None:
    sound = is_sealed_before(folder) or not (folder / DATABASE).is_file()
    with closing(Database(folder, write=True, verify=False)) as database:
        if is_sealed_before(folder):
            _refuse_damaged(folder, broken_before(folder))
        elif not sound and (said := database.structure()):
            _refuse_damaged(folder, {DATABASE: f"is damaged ({said})"})
        # Before the first write: with a log there, what they say would be taken to hold.
        for name in (OLD_SEAL, SUMS):
            (folder / name).unlink(missing_ok=True)
        sync_folder(folder)
        database.upgrade()
    renew(folder, WRITTEN)


def _look(folder: Path, sums: Sums) -> None:
    """Compare some blocks with their checksums, all of a small database: nobody may read them for a long time."""
    first = secrets.randbelow(max(1, len(sums) - LOOKED_AT + 1))
    with closing_file(folder / DATABASE) as file:
        for block in range(first, min(len(sums), first + LOOKED_AT)):
            if checksum(file.xRead(BLOCK, block * BLOCK)) != sums[block]:
                _refuse_damaged(folder, {DATABASE: NOT_AS_WRITTEN})


def seal(folder: Path) -> None:
    """Note that the database is at rest, with all of SQLite's log brought into it."""
    with closing(Sums(folder, write=True)) as sums:
        sums.state = CLOSED


def renew(folder: Path, state: bytes = CLOSED) -> None:
    """Compute all checksums of the database, which nobody may be writing, and copy it."""
    _write_copy(folder)
    with replacing(folder / SUMS) as file:
        file.write(state)
        file.writelines(map(checksum, blocks_of(folder / DATABASE)))


def is_sealed(folder: Path) -> bool:
    """Say whether there are checksums of the whole database: not after a writer that was killed."""
    if not (folder / SUMS).is_file():
        return is_sealed_before(folder)
    with closing(Sums(folder)) as sums:
        return sums.state == CLOSED


def broken(folder: Path) -> dict[str, str]:
    """Return what is wrong with the files of a database at rest, as the rest of a sentence, by their names."""
    if not (folder / SUMS).is_file():
        return broken_before(folder)
    with closing(Sums(folder)) as sums:
        state = sums.state
    if state == WRITTEN:
        return {} if (folder / DATABASE).is_file() else {DATABASE: "is missing"}
    bad = _bad_blocks(folder)
    said = {
        name: NOT_AS_WRITTEN if (folder / name).is_file() else "is missing" for name, number in bad.items() if number
    }
    return said if state == CLOSED else said | {SUMS: "is damaged (it does not begin as it was written)"}


def put_back(folder: Path) -> bool:
    """Replace the database by its copy, where there is one that is sound as far as its checksums are known.

    The damaged database and its log stay beside it, under a name that says so and that nothing had before. After a
    kill the log belongs to the copy as well, and is not lost; but where there are no checksums the copy may be of
    before the last packs: then these stay, too, under second names. Returns whether it was done.
    """
    copy, database = folder / COPY, folder / DATABASE
    if not copy.is_file() or COPY in broken(folder):
        return False
    with replacing(database) as file:
        file.writelines(blocks_of(copy))
        if not is_sealed(folder) and (folder / WEIGHTS).is_dir():
            _keep_packs(folder)
        aside = _free(folder, f"{DATABASE}.damaged")
        # The log goes with the database that it was written for: the last commits may be nowhere else.
        logged = has_sums(folder) and not is_sealed(folder)
        if logged:
            shutil.copyfile(folder / f"{DATABASE}-wal", folder / f"{aside}-wal")
        for part in ("-shm", "") if logged else ("-shm", "-wal", ""):
            with suppress(FileNotFoundError):
                (folder / f"{DATABASE}{part}").replace(folder / f"{aside}{part}")
    return True


def _bad_blocks(folder: Path) -> dict[str, int]:
    """Count the blocks in which each of database, copy and checksums is outvoted by the others."""
    bad = dict.fromkeys((DATABASE, COPY, SUMS), 0)
    with closing(Sums(folder)) as sums:
        here, there = (_checksums(folder / name) for name in (DATABASE, COPY))
        for block in range(max(len(here), len(there), len(sums))):
            found, copied = (each[block] if block < len(each) else b"" for each in (here, there))
            if found == copied == sums[block]:
                continue
            if found == copied:
                bad[SUMS] += 1
            else:
                bad[DATABASE] += found != sums[block]
                bad[COPY] += copied != sums[block]
    return bad


def _checksums(file: Path) -> list[bytes]:
    return [checksum(block) for block in blocks_of(file)] if file.is_file() else []


def _has_copy(folder: Path) -> bool:
    copy = folder / COPY
    return copy.is_file() and (not is_sealed(folder) or copy.stat().st_size == (folder / DATABASE).stat().st_size)


def _write_copy(folder: Path) -> None:
    with replacing(folder / COPY) as file:
        file.writelines(blocks_of(folder / DATABASE))


def _refuse_damaged(folder: Path, said: Mapping[str, str]) -> None:
    if DATABASE in said:
        mended = f"`trasunto store repair --store {folder}` puts its copy back"
        raise StoreError(f"the database '{folder / DATABASE}' {said[DATABASE]}; {mended}")


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
