"""What a store remembers, and that doing it twice is doing it once."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.errors import StoreError
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store


def member(id: str, seed: int = 0) -> MemberRecord:
    return MemberRecord(id, '{"network": "[4 relu] > linear"}', seed, "f00d", "mnist", "", 100)


def pack(*ids: str, epoch: int = 1, keep: bool = False) -> Pack:
    return Pack(ids, epoch, {"w": np.arange(3.0 * len(ids)).reshape(-1, 3) + epoch}, keep)


def files(path: Path) -> list[str]:
    return sorted(entry.name for entry in (path / "weights").iterdir())


def in_another_process(code: str, path: Path) -> int:
    return subprocess.run([sys.executable, "-c", code, str(path)], timeout=60, check=False).returncode


def test_members_are_returned_in_the_order_asked_and_unknown_ones_left_out(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.register(member(id, seed) for seed, id in enumerate("abc"))
        assert list(store.members(["c", "x", "a"]).items()) == [("c", member("c", 2)), ("a", member("a", 0))]


def test_registering_a_known_member_changes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.register([member("a"), member("a")])
        store.register([replace(member("a"), rows_name="renamed"), member("b")])
        assert store.members("ab") == {"a": member("a"), "b": member("b")}


def test_a_store_is_the_same_after_it_was_closed_and_opened(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs") as store:
        store.register([member("a")])
        store.write(pack("a", epoch=3), [CurvePoint("a", 3, "test_loss", 0.5)], [Progress("a", 3, "training", "", 1.5)])
    with Store.open(str(tmp_path / "runs"), write=False) as store:
        assert store.progress(["a"]) == {"a": Progress("a", 3, "training", "", 1.5)}
        assert store.curves(["a"]).to_dict("records") == [{"id": "a", "epoch": 3, "metric": "test_loss", "value": 0.5}]
        epoch, arrays = store.load("a")
        assert epoch == 3
        np.testing.assert_array_equal(arrays["w"], [3.0, 4.0, 5.0], strict=True)


def test_writing_an_epoch_again_changes_nothing(tmp_path: Path) -> None:
    points = [CurvePoint("a", epoch, "test_loss", 1 / (epoch + 3)) for epoch in range(4)]
    with Store.open(tmp_path) as store:
        store.register([member("a")])
        store.write(pack("a", epoch=3), points, [Progress("a", 3, "training", "", 2.0)])
        before = store.curves("a"), store.progress("a"), files(tmp_path)
        store.write(pack("a", epoch=3), points[2:], [Progress("a", 3, "training", "", 2.0)])
        after = store.curves("a"), store.progress("a"), files(tmp_path)
    assert before[0].equals(after[0])
    assert before[1:] == after[1:]


def test_curves_keep_every_bit_and_nan_and_infinity(tmp_path: Path) -> None:
    values = [math.nan, math.inf, -math.inf, float(np.float32(0.1)), 1 / 3, 5e-324, 2.0]
    with Store.open(tmp_path) as store:
        store.register([member("a")])
        store.write(curves=[CurvePoint("a", epoch, "train_loss", value) for epoch, value in enumerate(values)])
        frame = store.curves(["a"])
    np.testing.assert_array_equal(frame["value"].to_numpy(), np.array(values, np.float64), strict=True)


def test_curves_come_in_the_order_of_the_ids_and_then_of_epochs(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.register([member("a"), member("b")])
        store.write(curves=[CurvePoint(id, epoch, "test_loss", 0.0) for epoch in (10, 2) for id in "ab"])
        frame = store.curves(["b", "a", "b"])
        empty = store.curves(["x"])
    assert list(zip(frame["id"], frame["epoch"], strict=True)) == [("b", 2), ("b", 10), ("a", 2), ("a", 10)]
    assert list(empty.columns) == ["id", "epoch", "metric", "value"]
    assert [str(kind) for kind in empty.dtypes[["epoch", "value"]]] == ["int64", "float64"]


def test_numpy_numbers_are_kept_as_numbers(tmp_path: Path) -> None:
    four: Any = np.int64(4)
    half: Any = np.float32(0.5)
    with Store.open(tmp_path) as store:
        store.register([MemberRecord("a", "{}", four, "", "", "", four)])
        store.write(Pack(("a",), four, {"w": np.zeros(1)}), [CurvePoint("a", four, "test_loss", half)])
        store.write(progress=[Progress("a", four, "training", "", half)])
        store.set_width("p", four)
        assert store.members("a")["a"] == MemberRecord("a", "{}", 4, "", "", "", 4)
        assert store.progress("a")["a"] == Progress("a", 4, "training", "", 0.5)
        assert store.curves("a")["value"].tolist() == [0.5]
        assert (store.width("p"), store.epochs("a"), store.load("a", four)[0]) == (4, (4,), 4)


def test_thousands_of_members_are_asked_for_at_once(tmp_path: Path) -> None:
    ids = [f"{number:016x}" for number in range(40_000)]
    with Store.open(tmp_path) as store:
        store.register(member(id) for id in ids)
        store.write(
            curves=(CurvePoint(id, 1, "test_loss", 0.5) for id in ids),
            progress=(Progress(id, 1, "finished", "", 0.0) for id in ids),
        )
        assert list(store.members(ids)) == list(store.progress(reversed(ids)))[::-1] == ids
        assert len(store.curves(ids)) == len(ids)


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> object:
        yield CurvePoint("a", 1, "test_loss", 0.5)
        raise RuntimeError("half way")

    with Store.open(tmp_path) as store:
        store.register([member("a")])
        with pytest.raises(RuntimeError, match="half way"):
            store.write(pack("a"), broken(), [Progress("a", 1, "training", "", 0.0)])  # type: ignore[arg-type]
        assert (store.epochs("a"), store.progress("a"), len(store.curves("a")), files(tmp_path)) == ((), {}, 0, [])
        store.write(pack("a"))
        assert store.epochs("a") == (1,)


def test_a_process_that_dies_between_file_and_commit_leaves_what_was_before(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.register([member("a")])
        store.write(pack("a", epoch=1))
        before = files(tmp_path)
    code = """
import os, sys, numpy
from trasunto.runs.packs import Pack, PackFolder
from trasunto.runs.store import Store
from trasunto.runs.weights import Weights
record = Weights.record
def die(self, connection, pack):
    record(self, connection, pack)
    (self._packs.folder / "000009-0123456789abcdef.part").touch()
    os._exit(9)
Weights.record = die
Store.open(sys.argv[1]).write(Pack(("a",), 2, {"w": numpy.ones((1, 3))}))
"""
    assert in_another_process(code, tmp_path) == 9
    assert len(files(tmp_path)) == 3
    with Store.open(tmp_path, write=False) as store:
        assert store.epochs("a") == (1,)
    assert len(files(tmp_path)) == 3, "a reader deletes nothing"
    with Store.open(tmp_path) as store:
        assert store.load("a")[0] == 1
    assert files(tmp_path) == before


def test_tidying_leaves_files_that_are_not_ours(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    (tmp_path / "weights" / "mine.safetensors").touch()
    Store.open(tmp_path).close()
    assert files(tmp_path) == ["mine.safetensors"]


def test_the_first_width_of_a_program_stays(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.width("dense") is None
        store.set_width("dense", 8)
        store.set_width("dense", 4)
        assert store.width("dense") == 8


def test_a_named_run_keeps_its_members_in_order_and_its_date(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.register(map(member, "abc"))
        store.name_run("first", '{"epochs": 5}', "f00d", ["c", "a"])
        store.name_run("second", "{}", "beef", [])
        first = store.run("first")
        assert first is not None
        assert (first.request, first.rows, first.ids) == ('{"epochs": 5}', "f00d", ("c", "a"))
        store.name_run("first", '{"epochs": 9}', "f00d", ["b"])
        assert store.run("first") == replace(first, request='{"epochs": 9}', ids=("b",))
        assert [run.name for run in store.runs()] == ["first", "second"]
        assert store.run("third") is None


def test_a_reader_cannot_write_and_deletes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as writer:
        writer.register([member("a")])
        writer.write(pack("a"))
        with Store.open(tmp_path, write=False) as reader:
            (tmp_path / "weights" / "000002-0123456789abcdef.part").touch()  # as if the writer were at it
            with pytest.raises(StoreError, match="open for reading only"):
                reader.write(pack("a", epoch=2))
            with pytest.raises(StoreError, match="open for reading only"):
                reader.repair("a")
            assert len(files(tmp_path)) == 2


def test_a_reader_sees_what_a_writer_has_committed_so_far(tmp_path: Path) -> None:
    with Store.open(tmp_path) as writer, Store.open(tmp_path, write=False) as reader:
        writer.register([member("a")])
        assert list(reader.members("a")) == ["a"]


def test_a_store_that_cannot_be_written_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as store:
        store.register([member("a")])
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Store.open(tmp_path, write=False) as store:
        assert list(store.members("a")) == ["a"]
        assert not (tmp_path / "store.sqlite-shm").exists()


def test_a_copied_store_is_a_store(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one") as store:
        store.register([member("a")])
        store.write(pack("a"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with Store.open(tmp_path / "two") as store:
        assert store.load("a")[0] == 1


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.close()
    store.close()
    sealed = ["store.sqlite", "store.sqlite.copy", "store.sqlite.sums"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [*sealed, "weights", "writer.lock"]
