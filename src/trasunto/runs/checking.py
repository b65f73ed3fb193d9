"""Check a store: every file against its checksum, every member against its curve."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from trasunto.errors import StoreError
from trasunto.runs.database import Database
from trasunto.runs.faults import NewerFormatError, UnmadeStoreError, explained
from trasunto.runs.lock import hold
from trasunto.runs.packs import PackFile, PackFolder
from trasunto.runs.schema import COPY, DATABASE, SUMS, WEIGHTS
from trasunto.runs.seal import broken, is_sealed

DAMAGE, GONE, LEFTOVER = "damage", "gone", "leftover"
NAMED = 4  # members that a sentence names; of more, their number is


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    kind
        ``damage``: a file is not what was written, or is missing. ``gone``: a member lacks weights that its curve or
        its run promises. ``leftover``: a file that nothing names, as a killed process leaves.
    place
        The file, as a path within the store, or the member's id.
    said
        A sentence.
    members
        The ids of those whose weights are concerned.
    epoch
        Of those weights, or None.
    """

    kind: str
    place: str
    said: str
    members: tuple[str, ...] = ()
    epoch: int | None = None


@dataclass(frozen=True)
class Condition:
    """What was found in a store.

    Attributes
    ----------
    members, runs, files, size
        How many there are of each, as far as the database says, and the bytes of all files of weights.
    sealed
        Whether the database is at rest, and all of it has checksums: not after a process that was killed, until the
        next one ends.
    faults
        Damage first.
    """

    store: Path
    members: int
    runs: int
    files: int
    size: int
    sealed: bool
    faults: tuple[Fault, ...]

    @property
    def readable(self) -> bool:
        """Say whether the database is as it should be."""
        return not any(fault.kind == DAMAGE and fault.place == DATABASE for fault in self.faults)


def check(path: str | os.PathLike[str]) -> Condition:
    """Read all of the store at `path`, and change nothing.

    Raises
    ------
    StoreError
        There is no store, another process writes it, or a later trasunto has written it.
    """
    folder = Path(path)
    if not any((folder / name).is_file() for name in (DATABASE, COPY)):
        raise StoreError(f"there is no store at '{folder}'")
    with _still(folder):
        bad = broken(folder)
        faults = [Fault(DAMAGE, name, f"{name} {said}") for name, said in bad.items()]
        counts = (0, 0, 0, 0)
        if (folder / DATABASE).is_file():
            try:
                with explained(folder, "read"), closing(_database(folder, bad)) as database:
                    if said := database.structure():
                        faults.append(Fault(DAMAGE, DATABASE, f"{DATABASE} is damaged ({said})"))
                    counts = _counts(database)
                    faults += [*_damaged(database), *_missing(database), *_leftovers(database)]
            except (NewerFormatError, UnmadeStoreError):
                raise
            except (StoreError, ValueError) as fault:  # ValueError: text in it is no longer what was written
                faults.append(Fault(DAMAGE, DATABASE, f"{DATABASE} is not read to its end: {fault}"))
    return Condition(folder, *counts, is_sealed(folder), tuple(faults))


def _database(folder: Path, bad: Collection[str]) -> Database:
    """Open the database; what damaged checksums say of it is nothing."""
    return Database(folder, write=False, verify=False if SUMS in bad else None)


@contextmanager
def _still(folder: Path) -> Iterator[None]:
    """Keep writers out; where nobody may write there is nobody to keep out."""
    with ExitStack() as resources, explained(folder, "checked"):
        if os.access(folder, os.W_OK):
            resources.enter_context(closing(hold(folder)))
        yield


def _counts(database: Database) -> tuple[int, int, int, int]:
    counted = "SELECT (SELECT count(*) FROM members), (SELECT count(*) FROM runs), count(*), ifnull(sum(size), 0)"
    members, runs, files, size = database.rows(f"{counted} FROM packs")[0]
    return members, runs, files, size


def _damaged(database: Database) -> Iterator[Fault]:
    packs = PackFolder(database.folder / WEIGHTS)
    for row in database.rows("SELECT file, sha256, size FROM packs ORDER BY file"):
        file = PackFile(*row)
        if said := _fault(packs, file):
            held = database.rows("SELECT member, epoch FROM weights WHERE file = ? ORDER BY slot", file.name)
            ids = tuple(member for member, _ in held)
            epoch = held[0][1] if held else None
            place = f"{WEIGHTS}/{file.name}"
            yield Fault(DAMAGE, place, f"{place} {said}: weights of {named(ids)} at epoch {epoch}", ids, epoch)


def _fault(packs: PackFolder, file: PackFile) -> str:
    """Say what is wrong with a file; that it cannot be read is a fault of its own, and none of the database."""
    try:
        return packs.fault(file)
    except OSError as fault:
        return f"cannot be read ({fault.strerror or fault})"


def _missing(database: Database) -> Iterator[Fault]:
    """Find members whose weights no row names: what they were trained to, began with, or were to be kept at."""
    there = set(database.rows("SELECT member, epoch FROM weights"))
    for member, epoch in sorted(_promised(database) - there):
        said = f"member {member} has no weights of epoch {epoch}, which should be there"
        yield Fault(GONE, member, said, (member,), epoch)


def _promised(database: Database) -> set[tuple[str, int]]:
    """Return the (member, epoch) at which there should be weights, but untrained ones that a seed draws again."""
    reached = database.rows("SELECT member, epoch, start <> '' FROM progress JOIN members ON id = member")
    promised = {(member, at) for member, epoch, given in reached for at in ((0, epoch) if given else (epoch,))}
    last = {member: epoch for member, epoch, _ in reached}
    for name, request in database.rows("SELECT name, request FROM runs"):
        asked = json.loads(request).get("snapshots") or ()
        for (member,) in database.rows("SELECT member FROM run_members WHERE run = ?", name):
            promised |= {(member, epoch) for epoch in asked if epoch <= last.get(member, 0)}
    given = {member for member, _, start in reached if start}
    return {(member, epoch) for member, epoch in promised if epoch or member in given}


def _leftovers(database: Database) -> Iterator[Fault]:
    named_files = {name for (name,) in database.rows("SELECT file FROM packs")}
    for name in PackFolder(database.folder / WEIGHTS).unnamed(named_files):
        place = f"{WEIGHTS}/{name}"
        yield Fault(LEFTOVER, place, f"{place} is named by nothing: a write that was cut short left it")


def named(ids: tuple[str, ...]) -> str:
    """Return ids as a sentence names them.

    Examples
    --------
    >>> named(("a", "b")), named(tuple("abcdefg"))
    ('a, b', 'a, b, c, d and 3 more')
    """
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more
