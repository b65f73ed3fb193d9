"""The blocks of a database, each with a checksum: verified whenever SQLite reads one, renewed when it writes one.

SQLite finds a broken structure, but has no checksum for what is in it: a flipped bit in a curve is just another number.
So its file is read and written here, where a block is compared with its checksum before SQLite sees it, and whatever is
written goes into a copy of the file, too. SQLite writes its file only to bring its log into it, and keeps the log until
file, checksums and copy are all on the disk: killed half way, the next opening does it again.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import RawIOBase
from itertools import count
from pathlib import Path

import apsw

from trasunto.runs.schema import COPY, DATABASE, SUMS

BLOCK = 4096
"""Bytes with one checksum: a page of SQLite, or a part of a larger one."""

WIDTH = 16
HEADER = 100
"""Bytes at the beginning that SQLite looks at before it knows the size of a page; it reads them again with the page."""

CLOSED, WRITTEN = b"trasunto: closed", b"trasunto: open  "
"""What the file of checksums begins with, while no process writes and from a writer's first moment to its last."""

_names = (f"trasunto-{number}" for number in count())


class DamagedPageError(apsw.CorruptError):
    """A block of a database is not what was written."""


def checksum(block: bytes) -> bytes:
    """Return the checksum of a block, nothing of nothing."""
    return hashlib.blake2b(block, digest_size=WIDTH).digest() if block else b""


def write(file: RawIOBase, offset: int, content: bytes) -> None:
    """Write all of `content` into an unbuffered file."""
    file.seek(offset)
    if file.write(content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Sums:
    """The file of checksums: how the database is, then one for each block."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        self._file = (folder / SUMS).open("rb+" if write else "rb", buffering=0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def state(self) -> bytes:
        """Return `CLOSED` or `WRITTEN`, or what else is there where the file is damaged."""
        return self[-1]

    @state.setter
    def state(self, state: bytes) -> None:
        self[-1] = state
        self.sync()

    def __len__(self) -> int:
        return os.fstat(self._file.fileno()).st_size // WIDTH - 1

    def __getitem__(self, block: int) -> bytes:
        self._file.seek((block + 1) * WIDTH)
        return self._file.read(WIDTH)

    def __setitem__(self, block: int, checksum: bytes) -> None:
        write(self._file, (block + 1) * WIDTH, checksum)

    def truncate(self, blocks: int) -> None:
        """Forget the checksums of all blocks but so many."""
        self._file.truncate((blocks + 1) * WIDTH)

    def sync(self) -> None:
        """Make what was written sure to survive a power failure."""
        os.fsync(self._file.fileno())


def has_sums(folder: Path) -> bool:
    """Say whether what the checksums say of the database holds.

    It does not after a writer that was killed, if SQLite's log is gone: then another program has brought it into the
    database, and knew nothing of checksums.
    """
    if not (folder / SUMS).is_file():
        return False
    with closing(Sums(folder)) as sums:
        state = sums.state
    log = folder / f"{DATABASE}-wal"
    return state == CLOSED or (state == WRITTEN and log.is_file() and log.stat().st_size > 0)


def blocks_of(file: Path) -> Iterator[bytes]:
    """Return the blocks of a database or a copy of one, in order.

    The file is opened as SQLite opens it: closing it in another way would give back the locks that this process holds
    on it for SQLite.
    """
    with closing_file(file) as opened:
        size = opened.xFileSize()
        for offset in range(0, size, BLOCK):
            yield opened.xRead(min(BLOCK, size - offset), offset)


@contextmanager
def closing_file(file: Path) -> Iterator[apsw.VFSFile]:
    """Open a database's file to read it without a connection."""
    opened = apsw.VFSFile("", str(file), [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
    try:
        yield opened
    finally:
        opened.xClose()


def connect(folder: Path, mode: str, *, verify: bool) -> apsw.Connection:
    """Connect to the database in `folder`; `mode` is what its address ends with, as in ``mode=ro``.

    `verify` compares each block with its checksum, and keeps checksums and copy up to date.
    """
    file = Pages(folder, write="rw" in mode) if verify else None
    return apsw.Connection(
        f"{(folder / DATABASE).absolute().as_uri()}?{mode}",
        flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE,
        vfs=file.name if file else None,
    )


class Pages(apsw.VFS):
    """What SQLite asks for files, while a connection lasts."""

    def __init__(self, folder: Path, *, write: bool) -> None:
        self.name = next(_names)
        self._folder, self._write = folder, write
        super().__init__(self.name, base="")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open the database with its checksums, and its log and what is passing as SQLite does."""
        if flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            return _File(name, flags, self._folder, write=self._write)
        return super().xOpen(name, flags)


class _File(apsw.VFSFile):
    """The database's file."""

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], folder: Path, *, write: bool) -> None:
        super().__init__("", name, flags)
        with ExitStack() as resources:
            resources.callback(super().xClose)
            self._sums = Sums(folder, write=write)
            resources.callback(self._sums.close)
            self._copy = (folder / COPY).open("rb+", buffering=0) if write else None
            if self._copy is not None:
                resources.callback(self._copy.close)
            self._refuse_another_size()
            self._resources = resources.pop_all()

    def xClose(self) -> None:  # noqa: N802
        """Close the file, its checksums and its copy."""
        self._resources.close()

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        """Read what is what was written."""
        content = super().xRead(amount, offset)
        if offset + amount <= HEADER:
            return content
        if offset % BLOCK or amount % BLOCK:
            raise DamagedPageError("the size of its pages is not what was written")
        for start in range(0, amount, BLOCK):
            block = (offset + start) // BLOCK
            if checksum(content[start : start + BLOCK]) != self._sums[block]:
                raise DamagedPageError(f"its bytes from {block * BLOCK:,} on are not what was written")
        return content

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        """Write into the file, its checksums and its copy."""
        super().xWrite(content, offset)
        for start in range(0, len(content), BLOCK):
            self._sums[(offset + start) // BLOCK] = checksum(content[start : start + BLOCK])
        assert self._copy is not None
        write(self._copy, offset, content)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        """Cut the file, its checksums and its copy."""
        super().xTruncate(size)
        self._sums.truncate(size // BLOCK)
        assert self._copy is not None
        self._copy.truncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Make sure of the copy and the checksums before SQLite forgets the log that they came from."""
        assert self._copy is not None
        os.fsync(self._copy.fileno())
        self._sums.sync()
        super().xSync(flags)

    def _refuse_another_size(self) -> None:
        """Refuse a file that was cut short: SQLite takes an empty one for a new database."""
        size, blocks = self.xFileSize(), len(self._sums)
        # Asked last: whoever begins to write in between may make the file longer.
        if size != blocks * BLOCK and self._sums.state == CLOSED:
            raise DamagedPageError(f"it has {size:,} bytes, and {blocks * BLOCK:,} were written")
