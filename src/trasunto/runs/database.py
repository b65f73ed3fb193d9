"""The database of a store: how it is opened, changed and asked."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trasunto.errors import StoreError
from trasunto.runs.faults import NewerFormatError, UnmadeStoreError, explained
from trasunto.runs.schema import COPY, DATABASE, FORMAT_VERSION, LOCK, SCHEMA


class Database:
    """The connection to the database of the store in `folder`; `write` makes its tables where there are none.

    Raises
    ------
    StoreError
        There is no store in `folder`, or one of a newer format.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        self.folder = folder
        self.writable = write
        if not (folder / DATABASE).is_file():
            refuse_lost(folder)
            if not write:
                raise StoreError(f"there is no store at '{folder}'")
        address = f"{(folder / DATABASE).absolute().as_uri()}?{_mode(folder, write)}"
        with explained(folder, "opened"):
            self._connection = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
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
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise

    def settle(self) -> bool:
        """Bring all that was committed into the database's own file; say whether no reader kept it from being so."""
        return not self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]

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
        if self.writable and not tables:
            made = f"INSERT INTO meta VALUES ('format', '{FORMAT_VERSION}');"
            self._connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {made} COMMIT;")

    def _refuse_other_formats(self, tables: set[str]) -> None:
        found = self.rows("SELECT value FROM meta WHERE key = 'format'") if "meta" in tables else []
        if not found:
            raise StoreError(f"'{self.folder / DATABASE}' is not the database of a store; name another folder")
        if not found[0][0].isdecimal():
            raise StoreError(f"the database '{self.folder / DATABASE}' is damaged: its format is '{found[0][0]}'")
        if (version := int(found[0][0])) > FORMAT_VERSION:
            raise NewerFormatError(
                f"store '{self.folder}' has format {version}, and this trasunto knows formats up to {FORMAT_VERSION}; "
                "update trasunto, or name another folder"
            )


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
    """Refuse a store whose database is gone and whose copy of it is there, before a new one is made in its place.

    Raises
    ------
    StoreError
        Naming what puts it back.
    """
    if (folder / COPY).is_file():
        mended = f"`trasunto store repair --store {folder}` puts its copy back"
        raise StoreError(f"the database '{folder / DATABASE}' is missing; {mended}")


def _mode(folder: Path, write: bool) -> str:
    if write:
        return "mode=rwc"
    # Even a reader of a WAL database makes files beside it. Where it may not, and no writer left a log behind, the
    # database is at rest and can be read as it lies.
    at_rest = not os.access(folder, os.W_OK) and not (folder / f"{DATABASE}-wal").exists()
    return "immutable=1" if at_rest else "mode=ro"
