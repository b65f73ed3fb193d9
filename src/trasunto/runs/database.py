"""A store's database: open, change and query it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from trasunto.errors import StoreError
from trasunto.runs.faults import NewerFormatError, UnmadeStoreError, explained
from trasunto.runs.pages import DamagedPageError, connect, has_sums
from trasunto.runs.schema import COPY, DATABASE, FORMAT_VERSION, LOCK, SCHEMA

PATIENCE = 30_000
"""Milliseconds to wait for another process to let go of the database, which it holds for moments only."""


LOGGED = 1000
"""Pages of SQLite's log that are let wait for the end of the writer, or for more."""


class Database:
    """The connection to the database of the store in `folder`; `write` makes its tables where there are none.

    What is read is compared with its checksums where these hold, or as `verify` says.

    Raises
    ------
    StoreError
        There is no store in `folder`, or one of a newer format.
    """

    def __init__(self, folder: Path, *, write: bool, verify: bool | None = None) -> None:
        self.folder = folder
        self.writable = write
        if not (folder / DATABASE).is_file() or not (folder / DATABASE).stat().st_size:
            refuse_lost(folder)
        if not write and not (folder / DATABASE).is_file():
            raise StoreError(f"there is no store at '{folder}'")
        with explained(folder, "opened"):
            try:
                self._open(has_sums(folder) if verify is None else verify)
            except DamagedPageError:
                _refuse_newer(folder)
                raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """Make what is done with the connection inside one transaction: all of it happens, or none.

        Raises
        ------
        StoreError
            The store is open for reading, or the disk is full or read-only.
        """
        if not self.writable:
            raise StoreError(f"store '{self.folder}' is open for reading only; open it with write=True")
        with explained(self.folder, "written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def settle(self) -> bool:
        """Bring all that was committed into the database's own file; say whether no reader kept it from being so."""
        settled = not self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        self._keep_log(not settled)
        return settled

    def _keep_log(self, kept: bool) -> None:
        """Say whether closing leaves SQLite's log as it is; else it is brought into the database and deleted."""
        self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(kept))

    def upgrade(self) -> None:
        """Note that the store is of this format; its tables are those of the formats before."""
        with self.writing() as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT_VERSION),))

    def structure(self) -> str:
        """Ask SQLite what is wrong with its structure, and whether every row refers to one that there is."""
        said = [" ".join(text.split()) for (text,) in self.rows("PRAGMA integrity_check(3)") if text != "ok"]
        dangling = {(row[0], row[2]) for row in self.rows("PRAGMA foreign_key_check")}
        said += [f"rows of {table} refer to {other} that are not there" for table, other in sorted(dangling)]
        return "; ".join(said)

    def rows(self, query: str, *values: object) -> list[Any]:
        """Return the rows that answer `query`."""
        with explained(self.folder, "read"):
            return self._connection.execute(query, values).fetchall()

    def rows_of(
        self, ids: Iterable[str], columns: str, table: str, key: str, *, then: str = "1", only: str = ""
    ) -> list[Any]:
        """Return the rows of `table` whose `key` is among `ids`, in the order of the ids and `then` of more columns.

        `only` is a further condition, as in `` AND epoch = 3``.
        """
        # One JSON value, because the number of parameters of a statement is limited.
        asked = json.dumps(list(dict.fromkeys(ids)))
        return self.rows(
            "WITH asked (asked_id, place) AS (SELECT value, key FROM json_each(?))"
            f" SELECT {columns} FROM asked CROSS JOIN {table} WHERE {key} = asked_id{only} ORDER BY place, {then}",
            asked,
        )

    def _open(self, verify: bool) -> None:
        self._connection = connect(self.folder, _mode(self.folder, self.writable), verify=verify)
        try:
            self._connection.set_busy_timeout(PATIENCE)
            self._keep_log(True)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        execute = self._connection.execute
        tables = {row[0] for row in execute("SELECT name FROM sqlite_master")}
        if not tables and not self.writable:
            raise UnmadeStoreError(f"there is nothing in store '{self.folder}' yet: its making was begun and not ended")
        if tables:
            self._refuse_other_formats(tables)
        if self.writable:
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA foreign_keys = ON")
            # NORMAL may lose the last commits when the power fails, and by then the packs they superseded are deleted:
            # the rows that come back would name files that are gone.
            execute("PRAGMA synchronous = FULL")
            self._connection.set_wal_hook(_shorten)
        if self.writable and not tables:
            execute(f"BEGIN IMMEDIATE; {SCHEMA} INSERT INTO meta VALUES ('format', '{FORMAT_VERSION}'); COMMIT")

    def _refuse_other_formats(self, tables: set[str]) -> None:
        asked = "SELECT value FROM meta WHERE key = 'format'"
        found = self._connection.execute(asked).fetchall() if "meta" in tables else []
        if not found:
            raise StoreError(f"'{self.folder / DATABASE}' is not the database of a store; name another folder")
        written = str(found[0][0])
        if not written.isdecimal():
            raise StoreError(f"the database '{self.folder / DATABASE}' is damaged: its format is '{written}'")
        if (version := int(written)) > FORMAT_VERSION:
            raise NewerFormatError(
                f"store '{self.folder}' has format {version}, and this trasunto knows formats up to {FORMAT_VERSION}; "
                "update trasunto, or name another folder"
            )


def _shorten(connection: apsw.Connection, name: str, pages: int) -> int:
    """Bring a long log into the database after a commit, as SQLite does by itself, but let that fail.

    What was committed is safe in the log then, and its writer must not be told otherwise.
    """
    if pages >= LOGGED:
        with suppress(apsw.Error, OSError):
            connection.wal_checkpoint(name)
    return apsw.SQLITE_OK


def _refuse_newer(folder: Path) -> None:
    """Say of a later format that it is one, and not that its checksums, which may be others, do not fit."""
    try:
        Database(folder, write=False, verify=False).close()
    except NewerFormatError:
        raise
    except StoreError:
        return


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds something and is not a store.

    Raises
    ------
    StoreError
        There are other files than those of a store whose making was cut short.
    """
    if not folder.exists() or (folder / DATABASE).is_file():
        return
    refuse_lost(folder)
    strangers = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith((DATABASE, LOCK)))
    if strangers:
        raise StoreError(
            f"folder '{folder}' holds other files ('{strangers[0]}') and no store; name a new or an empty folder"
        )


def refuse_lost(folder: Path) -> None:
    """Refuse a store whose database is gone or empty and whose copy of it is there, before a new one is made.

    Raises
    ------
    StoreError
        Naming what puts it back.
    """
    if (folder / COPY).is_file():
        mended = f"`trasunto store repair --store {folder}` puts its copy back"
        raise StoreError(f"the database '{folder / DATABASE}' is missing or empty; {mended}")


def _mode(folder: Path, write: bool) -> str:
    if write:
        return "mode=rwc"
    # Even a reader of a WAL database makes files beside it. Where it may not, and no writer left a log behind, the
    # database is at rest and can be read as it lies.
    at_rest = not os.access(folder, os.W_OK) and not (folder / f"{DATABASE}-wal").exists()
    return "immutable=1" if at_rest else "mode=ro"
