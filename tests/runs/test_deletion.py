"""Deleting a run takes away what is its alone, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import apsw
import numpy as np
import pytest

from trasunto.errors import StoreError
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Runs "ab" and "bc"; a and b share a pack, c has its own, and b has a snapshot of its own."""
    with Store.open(tmp_path) as store:
        store.register(MemberRecord(id, '{"network": "[4 relu] > linear"}', 0, "f", "mnist", "", 9) for id in "abc")
        for ids, epoch, keep in (("ab", 2, False), ("c", 2, False), ("b", 1, True)):
            weights = Pack(tuple(ids), epoch, {"w": np.arange(3.0 * len(ids)).reshape(-1, 3) + epoch}, keep)
            points = [CurvePoint(id, epoch, "test_loss", 0.5) for id in ids]
            store.write(weights, points, [Progress(id, epoch, "finished", "", 1.0) for id in ids])
        for name in ("ab", "bc"):
            store.name_run(name, "{}", "f", tuple(name))
            store.set_width(f"{name}:0123456789abcdef", 4)
    return tmp_path


def files(path: Path) -> int:
    return len(list((path / "weights").iterdir()))


def sound(path: Path) -> bool:
    with sqlite3.connect(path / "store.sqlite") as database:
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
        left = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'run_members_by_member'").fetchone()
    database.close()
    return not broken and left == (0,)


def test_a_member_that_another_run_names_stays(path: Path) -> None:
    with Store.open(path) as store:
        assert store.named_by_none_but("ab") == ("a",)
        assert store.delete_run("ab") == ("a",)
        assert store.run("ab") is None
        assert list(store.members("abc")) == ["b", "c"]
        assert list(store.progress("abc")) == ["b", "c"]
        assert set(store.curves("abc")["id"]) == {"b", "c"}
        assert store.epochs("a") == ()
        assert store.epochs("b") == (1, 2)
        np.testing.assert_array_equal(store.load("b", 2)[1]["w"], [5.0, 6.0, 7.0])
        assert store.width("ab:0123456789abcdef") is None
        assert store.width("bc:0123456789abcdef") == 4
    assert files(path) == 3, "the pack that a shared with b is b's"
    assert sound(path)


def test_the_last_run_takes_its_files_with_it(path: Path) -> None:
    with Store.open(path) as store:
        assert store.size_of("c") == store.sizes()["bc"] - store.sizes()["ab"]
        store.delete_run("ab")
        assert store.delete_run("bc") == ("b", "c")
        assert (store.ids(), store.runs(), store.sizes()) == ((), [], {})
    assert files(path) == 0
    assert sound(path)


def test_deleting_what_is_not_there_changes_nothing(path: Path) -> None:
    with Store.open(path) as store:
        assert store.delete_run("nothing") == ()
        assert store.ids() == ("a", "b", "c")
    assert files(path) == 3


def test_a_failure_half_way_leaves_everything(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path) as store:

        def fail(connection: apsw.Connection) -> None:
            raise apsw.IOError("disk I/O error")

        monkeypatch.setattr(store._weights, "forget_unnamed", fail)
        with pytest.raises(StoreError, match="cannot be written"):
            store.delete_run("ab")
        assert store.run("ab") is not None
        assert list(store.members("abc")) == ["a", "b", "c"]
        assert store.load("a")[0] == 2
    assert files(path) == 3
    assert sound(path)


def test_a_store_open_for_reading_deletes_nothing(path: Path) -> None:
    with Store.open(path, write=False) as store, pytest.raises(StoreError, match="reading only"):
        store.delete_run("ab")
    assert files(path) == 3


def test_files_and_their_sizes_are_told(path: Path) -> None:
    with Store.open(path, write=False) as store:
        told = store.files("abc")
        assert {id: list(named) for id, named in told.items()} == {"a": [2], "b": [1, 2], "c": [2]}
        assert told["a"][2] == told["b"][2] != told["c"][2]
        assert all((path / "weights" / name).is_file() for named in told.values() for name in named.values())
        sizes = {name: (path / "weights" / name).stat().st_size for named in told.values() for name in named.values()}
        assert store.sizes() == {"ab": sizes[told["b"][1]] + sizes[told["b"][2]], "bc": sum(sizes.values())}
        assert store.size_of("a") == 0


def test_curves_are_told_at_some_epochs_alone(path: Path) -> None:
    with Store.open(path, write=False) as store:
        assert store.curves("abc", [1])["id"].tolist() == ["b"]
        assert len(store.curves("abc", [])) == 0
