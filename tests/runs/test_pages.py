"""A store's database is verified as it is read, costs what is read or written, and outlives a kill at any moment."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.errors import StoreError
from trasunto.runs import database, pages, seal
from trasunto.runs.checking import check
from trasunto.runs.packs import Pack
from trasunto.runs.pages import BLOCK
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.repairing import repair
from trasunto.runs.schema import FORMAT_VERSION
from trasunto.runs.seal import put_back
from trasunto.runs.store import Store

State = dict[str, Any]


def fill(store: Store, first: int, last: int) -> None:
    """Write some members, and curves long enough that they take many blocks."""
    ids = [f"{number:08}" for number in range(first, last)]
    store.register(MemberRecord(id, "{}", 0, "", "", "", 1) for id in ids)
    curves = [CurvePoint(id, epoch, "loss", epoch + 0.5) for id in ids for epoch in range(20)]
    store.write(None, curves, [Progress(id, 0, "training", "", 1.0) for id in ids])
    store.name_run("all", '{"epochs": 19}', "rows", store.ids())


def state(folder: Path) -> State:
    """Return all that a store says."""
    with Store.open(folder, write=False) as store:
        ids = store.ids()
        return {
            "members": store.members(ids),
            "curves": store.curves(ids).to_dict("list"),
            "progress": store.progress(ids),
            "weights": {
                id: {epoch: store.load(id, epoch)[1]["w"].tolist() for epoch in store.epochs(id)} for id in ids
            },
            "runs": {run.name: run.ids for run in store.runs()},
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "runs") as store:
        fill(store, 0, 40)
    return tmp_path / "runs"


def flip(folder: Path, block: int) -> None:
    content = bytearray((folder / "store.sqlite").read_bytes())
    content[block * BLOCK + 777] ^= 16
    (folder / "store.sqlite").write_bytes(content)


def append(folder: Path) -> None:
    with Store.open(folder) as store:
        fill(store, 40, 50)


def refusal(act: Callable[[Path], object], folder: Path) -> str:
    try:
        act(folder)
    except StoreError as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize("act", [state, append])
def test_a_damaged_block_is_never_answered_from_nor_built_upon(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(seal, "LOOKED_AT", 0)  # so that nothing but what is asked for is read
    before, refused = state(folder), 0
    blocks = (folder / "store.sqlite").stat().st_size // BLOCK
    for block in range(blocks):
        damaged = shutil.copytree(folder, tmp_path / str(block))
        flip(damaged, block)
        if said := refusal(act, damaged):
            assert f"its database is damaged (its bytes from {block * BLOCK:,} on are not" in said
            refused += 1
        elif act is state:
            assert state(damaged) == before
        assert [fault.place for fault in check(damaged).faults][:1] == ["store.sqlite"]
        done = repair(damaged, lambda run: pytest.fail("no weights are asked for"))
        assert (done.restored, done.after.faults) == (True, ())
        assert before["members"].items() <= state(damaged)["members"].items()
    assert refused > blocks // 2


def test_the_whole_of_a_small_database_is_looked_at_before_it_is_written(folder: Path, tmp_path: Path) -> None:
    blocks = (folder / "store.sqlite").stat().st_size // BLOCK
    assert blocks < seal.LOOKED_AT
    for block in range(blocks):
        damaged = shutil.copytree(folder, tmp_path / str(block))
        flip(damaged, block)
        before = (damaged / "store.sqlite").read_bytes()
        with pytest.raises(StoreError, match=r"damaged .*`trasunto store (repair|check) --store "):
            Store.open(damaged)
        assert (damaged / "store.sqlite").read_bytes() == before


def test_opening_and_closing_cost_no_more_for_what_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "LOOKED_AT", 8)
    counted = [0]
    works = pages.checksum

    def checksum(block: bytes) -> bytes:
        counted[0] += 1
        return works(block)

    def cost(write: bool) -> int:
        counted[0] = 0
        Store.open(folder, write=write).close()
        return counted[0]

    for module in (pages, seal):
        monkeypatch.setattr(module, "checksum", checksum)
    small = [cost(write) for write in (False, True)]
    with Store.open(folder) as store:
        fill(store, 40, 2000)
    assert (folder / "store.sqlite").stat().st_size > 300 * BLOCK
    assert [cost(write) for write in (False, True)] == small
    assert max(small) < 30


def kept_at_every_write(folder: Path, kept: Path, patched: pytest.MonkeyPatch, session: Callable[[], None]) -> int:
    """Keep the folder as it would be found after a kill, before and after whatever reaches the disk by our hands."""
    count = [0]

    def around(works: Callable[..., object]) -> Callable[..., None]:
        def work(*values: Any, **options: bool) -> None:
            keep()
            works(*values, **options)
            keep()

        return work

    def keep() -> None:
        shutil.copytree(folder, kept / str(count[0]))
        count[0] += 1

    patched.setattr(os, "fsync", around(os.fsync))
    patched.setattr(pages, "write", around(pages.write))
    patched.setattr(Path, "replace", around(Path.replace))
    patched.setattr(Path, "unlink", around(Path.unlink))
    session()
    return count[0]


def test_a_kill_at_any_moment_loses_nothing_that_was_committed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOGGED", 1)  # the log is brought into the database after each commit
    kept = tmp_path / "kept"
    states = [state(folder)]

    def session() -> None:
        with Store.open(folder) as store:
            for epoch in (20, 21):
                weights = Pack(("00000003",), epoch, {"w": np.full((1, 2), epoch)})
                store.write(weights, [CurvePoint("00000003", epoch, "loss", 0.25)])
                states.append(state(folder))

    with monkeypatch.context() as patched:
        count = kept_at_every_write(folder, kept, patched, session)
    assert count > 40
    reached = 0
    for moment in (kept / str(number) for number in range(count)):
        found = states.index(state(moment))
        assert found >= reached, "what was committed stays"
        reached = found
        harmed = shutil.copytree(moment, tmp_path / "harmed")
        (harmed / "store.sqlite").write_bytes(b"nothing")
        assert not check(harmed).readable
        assert put_back(harmed)
        assert states.index(state(harmed)) == reached, "the copy and the log are as good as the database"
        shutil.rmtree(harmed)
        Store.open(moment).close()
        assert check(moment).sealed
        assert check(moment).faults == (), "nor is a file of weights left over"
        assert states.index(state(moment)) == reached
    assert reached == len(states) - 1


def killed(folder: Path, tmp_path: Path) -> Path:
    """Return a store whose writer was killed after it wrote some more."""
    with Store.open(folder) as store:
        fill(store, 40, 50)
        return shutil.copytree(folder, tmp_path / "killed")


def test_another_program_may_bring_the_log_into_the_database(folder: Path, tmp_path: Path) -> None:
    left = killed(folder, tmp_path)
    before = state(left)
    assert len(before["members"]) == 50
    with closing(sqlite3.connect(left / "store.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM members").fetchone() == (50,)
    assert not (left / "store.sqlite-wal").exists()
    assert check(left).faults == ()
    assert state(left) == before
    append(left)
    assert check(left).sealed
    assert check(left).faults == ()
    assert state(left) == before


def test_a_kill_while_it_is_given_new_checksums_loses_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, kept = killed(folder, tmp_path), tmp_path / "kept"
    before = state(left)
    with closing(sqlite3.connect(left / "store.sqlite")) as connection:
        connection.execute("SELECT count(*) FROM members").fetchone()
    with monkeypatch.context() as patched:
        count = kept_at_every_write(left, kept, patched, lambda: Store.open(left).close())
    assert count > 20
    for moment in (kept / str(number) for number in range(count)):
        assert state(moment) == before
        assert check(moment).faults == ()
        Store.open(moment).close()
        assert check(moment).sealed
        assert check(moment).faults == ()
        assert state(moment) == before


def test_a_kill_while_a_database_is_put_back_loses_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, kept = killed(folder, tmp_path), tmp_path / "kept"
    before = state(left)
    flip(left, 3)
    with monkeypatch.context() as patched:
        count = kept_at_every_write(left, kept, patched, lambda: assert_put_back(left))
    assert count > 8
    for moment in (kept / str(number) for number in range(count)):
        if not check(moment).readable:
            assert_put_back(moment)
        assert state(moment) == before


def assert_put_back(folder: Path) -> None:
    assert put_back(folder)


def test_a_database_harmed_after_that_is_not_given_checksums(folder: Path, tmp_path: Path) -> None:
    left = killed(folder, tmp_path)
    sqlite3.connect(left / "store.sqlite").close()
    with closing(sqlite3.connect(left / "store.sqlite")) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM members WHERE id = '00000007'")
    with pytest.raises(StoreError, match=r"is damaged \(rows of \w+ refer to members that are not there"):
        Store.open(left)


@pytest.mark.parametrize("harm", [lambda copy: copy.unlink(), lambda copy: copy.write_bytes(copy.read_bytes()[:5000])])
def test_a_copy_that_is_gone_or_short_is_made_anew(folder: Path, harm: Callable[[Path], object]) -> None:
    harm(folder / "store.sqlite.copy")
    assert [fault.place for fault in check(folder).faults] == ["store.sqlite.copy"]
    Store.open(folder).close()
    assert check(folder).faults == ()
    assert (folder / "store.sqlite.copy").read_bytes() == (folder / "store.sqlite").read_bytes()


def test_the_database_alone_is_a_store(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    shutil.copy(folder / "store.sqlite", tmp_path / "alone")
    assert state(tmp_path / "alone") == state(folder)
    assert not check(tmp_path / "alone").sealed
    append(tmp_path / "alone")
    assert check(tmp_path / "alone").sealed
    assert check(tmp_path / "alone").faults == ()


def test_any_sqlite_reads_it_and_earlier_versions_find_the_format(folder: Path) -> None:
    with closing(sqlite3.connect(f"{(folder / 'store.sqlite').as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchall()
    assert found == [(str(FORMAT_VERSION),)]


WRITER = """
import sys
from trasunto.runs import database
from trasunto.runs.records import CurvePoint
from trasunto.runs.store import Store

database.LOGGED = 1
with Store.open(sys.argv[1]) as store:
    ids = store.ids()
    for value in range(1, 201):
        store.write(None, [CurvePoint(id, epoch, "loss", value) for id in ids for epoch in range(20)])
"""


def test_what_is_read_while_the_log_is_brought_in_is_what_was_written(folder: Path) -> None:
    ids, first, read = state(folder)["members"], set(state(folder)["curves"]["value"]), set()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
    with Store.open(folder, write=False) as stays:
        while writer.poll() is None:
            with Store.open(folder, write=False) as comes:
                for store in (stays, comes):
                    values = set(store.curves(ids)["value"])
                    assert len(values) == 1 or values == first
                    read |= values
    assert writer.returncode == 0
    assert read > first, "it was not read while it was written"
    assert set(state(folder)["curves"]["value"]) == {200}
    Store.open(folder).close()
    assert check(folder).faults == ()
