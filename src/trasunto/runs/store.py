"""The durable store: a folder in which training is recorded, and from which it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import apsw

from trasunto.errors import StoreError
from trasunto.files import sync_folder
from trasunto.runs.database import Database, refuse_foreign
from trasunto.runs.faults import explained
from trasunto.runs.lock import hold, this_process
from trasunto.runs.packs import Arrays, Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress, RunRecord
from trasunto.runs.schema import WEIGHTS
from trasunto.runs.seal import begin, seal, unseal
from trasunto.runs.weights import Weights

if TYPE_CHECKING:
    import pandas as pd

# A program's key is of 16 digits: what is longer belongs to a run whose name begins with this one's.
_ITS_WIDTHS = "substr(program, 1, length(:run) + 1) = :run || ':' AND length(program) = length(:run) + 17"


def folder_of(store: object) -> Path:
    """Return the folder that is named as a store.

    Raises
    ------
    StoreError
        It is no path.
    """
    if isinstance(store, str | PathLike) and fspath(store):
        return Path(store)
    raise StoreError(
        f"store must be the path of a folder, not {store!r}: leave it out for 'runs' in the working folder, or name a "
        "temporary folder to keep nothing"
    )


class Store:
    """A folder of members, curves, weights and named runs; made by `Store.open`, used by one thread, closed after use.

    Every writing method is one transaction: it happens whole or not at all, and doing it twice is doing it once.
    Methods that take ids answer in the order of the ids, and leave out what the store does not have.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store.open(folder) as store:
    ...     store.register([MemberRecord("a", "{}", seed=0, rows="", rows_name="", start="", parameters=2)])
    ...     store.write(curves=[CurvePoint("a", 1, "test_loss", 0.25)], progress=[Progress("a", 1, "training", "", 3)])
    ...     store.progress(["a"])["a"].epoch
    1
    """

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self._database = database
        self._weights = Weights(database, path / WEIGHTS)
        self._resources = ExitStack()

    @classmethod
    def open(cls, path: str | PathLike[str], *, write: bool = True) -> Self:
        """Open the store at `path`; a writing open makes it where there is none, and cleans up after a kill.

        Raises
        ------
        StoreError
            No store, one of a newer format or with a damaged database, one that another process writes, or a folder of
            something else.
        """
        path = folder_of(path)
        with ExitStack() as resources, explained(path, "opened"):
            if write:
                refuse_foreign(path)
                path.mkdir(parents=True, exist_ok=True)
                resources.enter_context(closing(hold(path)))
                unseal(path)
            database = Database(path, write=write, verify=True if write else None)
            store = cls(path, resources.enter_context(closing(database)))
            if write:
                store._take_over()
                resources.callback(store._sign_off)
            store._resources = resources.pop_all()
        return store

    def close(self) -> None:
        """Give the store back; closing twice is closing once."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Members

    def register(self, members: Iterable[MemberRecord]) -> None:
        """Record what `members` are; one that is known already stays as it is."""
        rows = ((m.id, m.recipe, int(m.seed), m.rows, m.rows_name, m.start, int(m.parameters)) for m in members)
        with self._database.writing() as connection:
            connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def members(self, ids: Iterable[str]) -> dict[str, MemberRecord]:
        """Return what the registered ones of `ids` are."""
        return {row[0]: MemberRecord(*row) for row in self._database.rows_of(ids, "members.*", "members", "id")}

    def write(
        self,
        pack: Pack | None = None,
        curves: Iterable[CurvePoint] = (),
        progress: Iterable[Progress] = (),
        *,
        beside: Iterable[Pack] = (),
    ) -> None:
        """Record weights, curve points and progress of registered members, together; `beside` is of earlier epochs.

        The weights supersede the unkept ones of the same members at the same and at earlier epochs; a curve point or a
        progress that is there already is replaced.

        Raises
        ------
        StoreError
            The disk is full or read-only; nothing of this call was recorded, and the store is as it was.
        """
        points = ((c.id, int(c.epoch), c.metric, float(c.value)) for c in curves)
        reached = ((p.id, int(p.epoch), p.status, p.reason, float(p.seconds)) for p in progress)
        try:
            with self._database.writing() as connection:
                for one in (*beside, *([] if pack is None else [pack])):
                    self._weights.record(connection, one)
                connection.executemany("INSERT OR REPLACE INTO curves VALUES (?, ?, ?, ?)", points)
                connection.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?)", reached)
        finally:
            self._weights.sweep()

    def progress(self, ids: Iterable[str]) -> dict[str, Progress]:
        """Return how far those of `ids` have come whose progress was written."""
        return {row[0]: Progress(*row) for row in self._database.rows_of(ids, "progress.*", "progress", "member")}

    def curves(self, ids: Iterable[str], epochs: Iterable[int] | None = None) -> pd.DataFrame:
        """Return the histories of `ids` as a long frame: id, epoch, metric, value; epochs ascending within an id.

        Given `epochs`, only what was measured after these.
        """
        import pandas as pd

        only = "" if epochs is None else f" AND epoch IN ({', '.join(str(int(epoch)) for epoch in epochs)})"
        rows = self._database.rows_of(
            ids, "member, epoch, metric, value", "curves", "member", then="epoch, metric", only=only
        )
        frame = pd.DataFrame(rows, columns=["id", "epoch", "metric", "value"])
        return frame.astype({"epoch": "int64", "value": "float64"})

    # Weights

    def epochs(self, id: str) -> tuple[int, ...]:
        """Return the epochs, ascending, at which there are weights of member `id`."""
        return self._weights.epochs(id)

    def load(self, id: str, epoch: int | None = None) -> tuple[int, Arrays]:
        """Return the weights of member `id` at `epoch` (None: the latest), after the epoch that they belong to.

        Raises
        ------
        DamagedWeightsError
            The file is missing or is not what was written; `repair` leaves the epochs that can be loaded.
        StoreError
            There are no weights of that member at that epoch.
        """
        return self._weights.load([(id, epoch)])[0]

    def load_many(self, wanted: Iterable[tuple[str, int | None]]) -> list[tuple[int, Arrays]]:
        """Return what `load` would for each (id, epoch) of `wanted`, opening each file once; it raises the same."""
        return self._weights.load(list(wanted))

    def files(self, ids: Iterable[str]) -> dict[str, dict[int, str]]:
        """Return the names of the files in the store's folder of weights that hold those of `ids`, by id and epoch."""
        return self._weights.files(ids)

    def sizes(self) -> dict[str, int]:
        """Return for each run the bytes of the files that hold its members' weights, shared ones in full."""
        return dict(
            self._database.rows(
                "SELECT run, sum(size) FROM (SELECT DISTINCT run, file, size"
                " FROM run_members JOIN weights USING (member) JOIN packs USING (file)) GROUP BY run"
            )
        )

    def repair(self, ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Forget every damaged pack that holds weights of `ids`, and return the epochs lost, by member.

        Other members that shared such a pack lose the same epoch, and are named too. What `epochs` then says of `ids`
        can be loaded.
        """
        return self._weights.repair(ids)

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all members, in the order in which they were registered."""
        return tuple(id for (id,) in self._database.rows("SELECT id FROM members ORDER BY rowid"))

    # Programs and runs

    def width(self, program: str) -> int | None:
        """Return the chunk width with which `program` was first planned, or None."""
        rows = self._database.rows("SELECT width FROM widths WHERE program = ?", program)
        return rows[0][0] if rows else None

    def set_width(self, program: str, width: int) -> None:
        """Record the chunk width of `program`; the first one stays, since bit-equality is promised for one width."""
        with self._database.writing() as connection:
            connection.execute("INSERT INTO widths VALUES (?, ?) ON CONFLICT DO NOTHING", (program, int(width)))

    def name_run(self, name: str, request: str, rows: str, ids: Sequence[str]) -> None:
        """Record under `name` what was asked for: a request as JSON, the rows' fingerprint and registered members.

        A name that exists is given the new request and keeps its date; whether it may be is for the caller to judge.
        """
        created = datetime.now(UTC).isoformat(timespec="microseconds")
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET request = excluded.request, rows = excluded.rows",
                (name, request, rows, created),
            )
            connection.execute("DELETE FROM run_members WHERE run = ?", (name,))
            members = ((name, position, id) for position, id in enumerate(ids))
            connection.executemany("INSERT INTO run_members VALUES (?, ?, ?)", members)

    def borrow_run(self, name: str, owner: str) -> None:
        """Give a passing run, which has yet to be recorded, the chunk widths of another; see `forget_run`."""
        with self._database.writing() as connection:
            _forget(connection, name)
            connection.execute(
                "INSERT INTO widths SELECT :name || substr(program, length(:run) + 1), width FROM widths"
                f" WHERE {_ITS_WIDTHS}",
                {"name": name, "run": owner},
            )

    def forget_run(self, name: str) -> None:
        """Forget that there was a run of that name, and its chunk widths; its members stay."""
        with self._database.writing() as connection:
            _forget(connection, name)

    def named_by_none_but(self, name: str) -> tuple[str, ...]:
        """Return the ids of the members that the run `name` names and no other run does."""
        found = self._database.rows(
            "SELECT member FROM run_members WHERE run = ?1"
            " AND member NOT IN (SELECT member FROM run_members WHERE run <> ?1) ORDER BY position",
            name,
        )
        return tuple(id for (id,) in found)

    def size_of(self, ids: Iterable[str]) -> int:
        """Return the bytes of the files of weights that hold those of `ids` and of nobody else."""
        return self._weights.size_of(ids)

    def delete_run(self, name: str) -> tuple[str, ...]:
        """Delete a run, and those of its members that no other run names, with all that is known of them.

        Returns their ids. The files of their weights go after the transaction, as far as they hold nobody else's.
        """
        with self._database.writing() as connection:
            alone = self.named_by_none_but(name)
            gone = json.dumps(alone)
            _forget(connection, name)
            # Without it, every member deleted is looked for among all members of all runs.
            connection.execute("CREATE INDEX run_members_by_member ON run_members (member)")
            for table, key in (("weights", "member"), ("curves", "member"), ("progress", "member"), ("members", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT value FROM json_each(?))", (gone,))
            connection.execute("DROP INDEX run_members_by_member")
            self._weights.forget_unnamed(connection)
        self._weights.sweep_all()
        return alone

    def run(self, name: str) -> RunRecord | None:
        """Return the run called `name`, or None."""
        ids = self._database.rows("SELECT member FROM run_members WHERE run = ? ORDER BY position", name)
        for request, rows, created in self._database.rows(
            "SELECT request, rows, created FROM runs WHERE name = ?", name
        ):
            return RunRecord(name, request, rows, created, tuple(id for (id,) in ids))
        return None

    def runs(self) -> list[RunRecord]:
        """Return every named run, oldest first."""
        names = self._database.rows("SELECT name FROM runs ORDER BY created, name")
        return [run for (name,) in names if (run := self.run(name)) is not None]

    def _take_over(self) -> None:
        begin(self.path)
        (self.path / WEIGHTS).mkdir(exist_ok=True)
        sync_folder(self.path)
        if self._database.rows("SELECT 1 FROM meta WHERE key = 'writer'"):  # it was killed
            self._weights.sweep_all()
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('writer', ?)", (this_process(),))

    def _sign_off(self) -> None:
        # A full disk must not keep the store from being closed: the next writer replaces the name, and seals anew.
        with suppress(StoreError, OSError):
            with self._database.writing() as connection:
                connection.execute("DELETE FROM meta WHERE key = 'writer'")
            if self._database.settle():
                seal(self.path)


def _forget(connection: apsw.Connection, name: str) -> None:
    connection.execute("DELETE FROM run_members WHERE run = ?", (name,))
    connection.execute("DELETE FROM runs WHERE name = ?", (name,))
    connection.execute(f"DELETE FROM widths WHERE {_ITS_WIDTHS}", {"run": name})
