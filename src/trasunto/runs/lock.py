"""A store's write lock, held by one process at a time."""

from __future__ import annotations

import os
import platform
from contextlib import closing, suppress
from pathlib import Path

import apsw

from trasunto.errors import StoreError
from trasunto.runs.database import Database
from trasunto.runs.schema import LOCK


def hold(folder: Path) -> apsw.Connection:
    """Take the right to write the store in `folder`, or refuse at once; closing what is returned gives it back.

    The lock is an exclusive transaction that never writes, on a database of its own: the operating system releases it
    when the process dies, however it dies, and SQLite knows how on every platform.

    Raises
    ------
    StoreError
        Another `Store` writes here, in this process or in another.
    """
    lock = apsw.Connection(str(folder / LOCK))
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except BaseException as fault:
        lock.close()
        if not isinstance(fault, apsw.BusyError):
            raise
        raise StoreError(
            f"store '{folder}' is being written by {_holder(folder)}; wait until it ends, or name another folder"
        ) from fault
    return lock


def this_process() -> str:
    """Return what a second writer is told about this one."""
    return f"process {os.getpid()} on {platform.node()}"


def _holder(folder: Path) -> str:
    with suppress(StoreError), closing(Database(folder, write=False)) as database:
        for (named,) in database.rows("SELECT value FROM meta WHERE key = 'writer'"):
            return str(named)
    return "another process"
