"""A disk that is full or cannot be written is a sentence, and the store survives it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from trasunto.errors import StoreError
from trasunto.runs.faults import explained
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord
from trasunto.runs.store import Store

PACK = Pack(("a",), 1, {"w": np.ones((1, 3))})


@pytest.mark.parametrize("below", ["", "runs"])
def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    for write in (True, False):
        with pytest.raises(StoreError, match=r"cannot be opened: |there is no store at "):
            Store.open(tmp_path / "file" / below, write=write)
    assert (tmp_path / "file").read_bytes() == b""


def test_a_full_disk_under_the_weights_loses_only_that_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Store.open(tmp_path) as store:
        store.register([MemberRecord("a", "{}", 0, "", "", "", 1)])
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(StoreError, match=f"store '{tmp_path}' cannot be written: the disk is full"):
                store.write(PACK, [CurvePoint("a", 1, "test_loss", 0.5)])
        assert (store.epochs("a"), len(store.curves("a"))) == ((), 0)
        assert list((tmp_path / "weights").iterdir()) == []
        store.write(PACK)
        assert store.epochs("a") == (1,)


def test_a_full_disk_under_the_database_loses_only_that_write(tmp_path: Path) -> None:
    points = [CurvePoint("a", epoch, "test_loss", 0.5) for epoch in range(20_000)]
    with Store.open(tmp_path) as store:
        store.register([MemberRecord("a", "{}", 0, "", "", "", 1)])
        # SQLite's own limit on pages fails in the way that a full disk does.
        store._database.rows("PRAGMA max_page_count = 40")
        with pytest.raises(StoreError, match="cannot be written: the disk is full"):
            store.write(PACK, points)
        assert (store.epochs("a"), len(store.curves("a"))) == ((), 0)
        assert list((tmp_path / "weights").iterdir()) == []
    with Store.open(tmp_path) as store:
        store.write(PACK, points)
        assert (store.load("a")[0], len(store.curves("a"))) == (1, len(points))


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.EROFS, "may not write there"), (errno.EACCES, "may not write"), (errno.EIO, "Input/output")],
)
def test_what_the_system_says_becomes_a_sentence(code: int, said: str) -> None:
    with (
        pytest.raises(StoreError, match=f"store 'runs' cannot be written: .*{said}"),
        explained(Path("runs"), "written"),
    ):
        raise OSError(code, os.strerror(code))
