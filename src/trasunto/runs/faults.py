"""Faults of a store, each as one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw

from trasunto.errors import StoreError


class DamagedWeightsError(StoreError):
    """A file of weights is missing, or is no longer what was written.

    Attributes
    ----------
    file : Path
        The file.
    epoch : int
        The epoch that it held.
    members : tuple of str
        Every member whose weights it held.
    """

    def __init__(self, file: Path, fault: str, epoch: int, members: Sequence[str]) -> None:
        self.file, self.epoch, self.members = file, epoch, tuple(members)
        named = ", ".join(self.members[:4]) + (f" and {len(self.members) - 4} more" if len(self.members) > 4 else "")
        super().__init__(
            f"weights file '{file}' {fault}; it held epoch {epoch} of {named}, which must be trained again"
        )


class NewerFormatError(StoreError):
    """A store that a later trasunto has written."""


class UnmadeStoreError(StoreError):
    """A database without tables: its store is being made, or the making was cut short."""


@contextmanager
def explained(folder: Path, done: str) -> Iterator[None]:
    """Turn what SQLite and the file system raise about the store in `folder` into "cannot be `done`: why".

    Broken constraints and misuse of a connection pass through: no user can mend those, they are faults of ours.
    """
    try:
        yield
    except (apsw.ConstraintError, apsw.MisuseError, apsw.ThreadingViolationError, apsw.BindingsError):
        raise
    except (apsw.Error, OSError) as fault:
        raise StoreError(f"store '{folder}' cannot be {done}: {_reason(fault, folder)}") from fault


def _reason(fault: apsw.Error | OSError, folder: Path) -> str:
    code = fault.errno if isinstance(fault, OSError) else None
    if isinstance(fault, apsw.FullError) or code in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full (what was recorded before is safe; free some space and ask again)"
    if isinstance(fault, apsw.CantOpenError | apsw.ReadOnlyError) or code in (errno.EROFS, errno.EACCES):
        return "this user may not write there (name a folder that can be written)"
    if isinstance(fault, apsw.CorruptError | apsw.NotADBError):
        return f"its database is damaged ({fault}; `trasunto store check --store {folder}` says more)"
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
