"""Index of the members' weights: which slot of which pack file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import apsw

from trasunto.errors import StoreError
from trasunto.runs.database import Database
from trasunto.runs.faults import DamagedWeightsError, explained
from trasunto.runs.packs import Arrays, Pack, PackFile, PackFolder

_FORGET = "DELETE FROM packs WHERE NOT EXISTS (SELECT 1 FROM weights WHERE weights.file = packs.file)"


class Place(NamedTuple):
    """Where the weights of one member at one epoch lie."""

    epoch: int
    slot: int
    file: PackFile


class Weights:
    """Keeps the rows and the files of weights in step: no row names a file that was never there."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._packs = PackFolder(folder)
        self._touched: set[str] = set()

    def record(self, connection: apsw.Connection, pack: Pack) -> None:
        """Write `pack` and point its members to it, within the caller's transaction; `sweep` after it either way."""
        file, epoch = self._packs.place(pack), int(pack.epoch)
        passing = f" AND epoch <= {epoch} AND (epoch = {epoch} OR NOT keep)"
        before = {name for (name,) in self._database.rows_of(pack.ids, "file", "weights", "member", only=passing)}
        self._touched |= before | {file.name}
        connection.execute("INSERT INTO packs VALUES (?, ?, ?) ON CONFLICT DO NOTHING", file)
        connection.executemany(
            "DELETE FROM weights WHERE member = ? AND epoch <= ? AND NOT keep", ((id, epoch) for id in pack.ids)
        )
        # What is left to be in conflict is a snapshot of this very epoch, and a snapshot it remains.
        connection.executemany(
            "INSERT INTO weights VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET file = excluded.file, slot = excluded.slot",
            ((id, epoch, int(pack.keep), file.name, slot) for slot, id in enumerate(pack.ids)),
        )
        connection.executemany(f"{_FORGET} AND file = ?", ((name,) for name in before))

    def forget_unnamed(self, connection: apsw.Connection) -> None:
        """Forget the packs that hold nobody's weights, within the caller's transaction; `sweep_all` after it."""
        connection.execute(_FORGET)

    def sweep(self) -> None:
        """Delete those of the files that `record` wrote or superseded which no row names."""
        named = {name for (name,) in self._database.rows_of(self._touched, "file", "packs", "file")}
        self._touched = self._packs.delete(self._touched - named)

    def sweep_all(self) -> None:
        """Delete all files that no row names, as a write leaves them that was killed."""
        with explained(self._database.folder, "tidied"):
            named = {name for (name,) in self._database.rows("SELECT file FROM packs")}
            self._packs.delete(self._packs.unnamed(named))

    def epochs(self, id: str) -> tuple[int, ...]:
        """Return the epochs, ascending, at which there are weights of member `id`."""
        found = self._database.rows("SELECT epoch FROM weights WHERE member = ? ORDER BY epoch", id)
        return tuple(epoch for (epoch,) in found)

    def files(self, ids: Iterable[str]) -> dict[str, dict[int, str]]:
        """Return the names of the files with the weights of `ids`, by id and epoch."""
        named: dict[str, dict[int, str]] = {}
        for id, epoch, file in self._database.rows_of(ids, "member, epoch, file", "weights", "member", then="epoch"):
            named.setdefault(id, {})[epoch] = file
        return named

    def size_of(self, ids: Iterable[str]) -> int:
        """Return the bytes of the files that hold weights of `ids` and of nobody else."""
        ids = set(ids)
        return sum(file.size for file in self._packs_of(ids) if all(member in ids for member, _ in self._held(file)))

    def load(self, wanted: Sequence[tuple[str, int | None]]) -> list[tuple[int, Arrays]]:
        """Return the epoch and the weights of each (id, epoch, None for the latest) of `wanted`.

        Raises
        ------
        DamagedWeightsError
            A file is missing or is not what was written.
        StoreError
            There are no weights of that member at that epoch.
        """
        places = [self._place(id, epoch) for id, epoch in wanted]
        try:
            return self._read(places)
        except DamagedWeightsError:
            # A writer may have superseded a checkpoint between our look at its row and our look at its file.
            now = [self._place(id, epoch) for id, epoch in wanted]
            if now == places:
                raise
            return self._read(now)

    def repair(self, ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Forget every damaged pack that holds weights of `ids`, and return the epochs lost, by member."""
        files = self._packs_of(ids)
        lost: dict[str, list[int]] = defaultdict(list)
        with self._database.writing() as connection:
            for file in sorted(file for file in files if self._packs.fault(file)):
                for member, epoch in self._held(file):
                    lost[member].append(epoch)
                connection.execute("DELETE FROM weights WHERE file = ?", (file.name,))
                connection.execute("DELETE FROM packs WHERE file = ?", (file.name,))
        self.sweep_all()
        return {member: tuple(sorted(epochs)) for member, epochs in lost.items()}

    def _packs_of(self, ids: Iterable[str]) -> set[PackFile]:
        """Return the files that hold weights of `ids`."""
        table = "weights JOIN packs USING (file)"
        return {PackFile(*row) for row in self._database.rows_of(ids, "file, sha256, size", table, "member")}

    def _place(self, id: str, epoch: int | None) -> Place:
        found = self._database.rows(
            "SELECT epoch, slot, file, sha256, size FROM weights JOIN packs USING (file)"
            " WHERE member = ?1 AND epoch = ifnull(?2, epoch) ORDER BY epoch DESC LIMIT 1",
            id,
            None if epoch is None else int(epoch),
        )
        for latest, slot, *file in found:
            return Place(latest, slot, PackFile(*file))
        at = "" if epoch is None else f" at epoch {epoch}"
        there = ", ".join(map(str, self.epochs(id))) or "none"
        raise StoreError(
            f"store '{self._database.folder}' has no weights of member {id}{at} (epochs with weights: {there})"
        )

    def _read(self, places: Sequence[Place]) -> list[tuple[int, Arrays]]:
        asked: dict[PackFile, list[int]] = defaultdict(list)
        for index, place in enumerate(places):
            asked[place.file].append(index)
        read: dict[int, Arrays] = {}
        for file, indices in asked.items():
            with explained(self._database.folder, "read"):
                if fault := self._packs.fault(file):
                    held = self._held(file)
                    epoch = places[indices[0]].epoch
                    raise DamagedWeightsError(self._packs.folder / file.name, fault, epoch, [id for id, _ in held])
                read.update(zip(indices, self._packs.read(file, [places[i].slot for i in indices]), strict=True))
        return [(place.epoch, read[index]) for index, place in enumerate(places)]

    def _held(self, file: PackFile) -> list[tuple[str, int]]:
        return self._database.rows("SELECT member, epoch FROM weights WHERE file = ? ORDER BY slot", file.name)
