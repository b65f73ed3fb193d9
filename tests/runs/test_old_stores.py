"""A store that an earlier trasunto wrote is opened, read and gone on with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.errors import StoreError
from trasunto.runs.checking import DAMAGE, check
from trasunto.runs.repairing import repair
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe

LOSSES = {
    "acb8b5d7ea5ce010": 0.2423621267,
    "0cbe0b6eda3b5786": 0.6301025152,
    "cb8f24fc2a52c68b": 0.0044765808,
    "660b818a0623818b": 0.0878019556,
}
"""By member, in epoch 3, as they were printed when the store was written."""


@pytest.fixture(params=["store-format-1", "store-format-1-sealed", "store-format-1-killed"])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Format 1: as it was before databases were sealed, with a seal, and as a kill leaves it."""
    return unpacked(request.param, tmp_path / "old")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return unpacked("store-format-1-sealed", tmp_path / "old")


def unpacked(name: str, folder: Path) -> Path:
    shutil.unpack_archive(Path(__file__).parent / "files" / f"{name}.zip", folder)
    return folder


@pytest.fixture
def rows() -> Table:
    x = np.arange(48, dtype=np.uint8).reshape(16, 3) * 5
    return from_arrays(x[:12], test=x[12:])


def test_it_is_read(old: Path) -> None:
    with Store.open(old, write=False) as store:
        (run,) = store.runs()
        assert (run.name, run.ids) == ("old", tuple(LOSSES))
        assert {id: progress.epoch for id, progress in store.progress(run.ids).items()} == dict.fromkeys(LOSSES, 3)
        curves = store.curves(run.ids)
        last = curves[(curves["epoch"] == 3) & (curves["metric"] == "test_loss")]
        np.testing.assert_allclose(last["value"], list(LOSSES.values()), rtol=1e-8)
        assert {id: store.epochs(id) for id in run.ids} == dict.fromkeys(LOSSES, (2, 3))
        assert store.load(run.ids[0], 2)[1]["weights/1.kernel"].shape == (3, 2)
    assert check(old).faults == ()


def test_it_is_gone_on_with(old: Path, rows: Table) -> None:
    """A raised numerics version makes other members of these: then the file stays, and this test gets a younger one."""
    recipe = Recipe("[2 tanh] > linear", optimizer="adam", batch_size=4).grid(learning_rate=[0.01, 0.1])
    steps: list[Step] = []
    longer = train(recipe, rows, seeds=2, epochs=5, store=old, name="old", observe=steps.append)
    assert sum(int(step.event.trained.sum()) for step in steps) == 4 * 2
    whole = train(recipe, rows, seeds=2, epochs=5, store=old.parent / "new")
    for column in ("train_loss", "test_loss"):
        np.testing.assert_allclose(longer.history()[column], whole.history()[column], rtol=1e-5)
    assert check(old).sealed
    assert check(old).faults == ()


def test_its_seal_is_read_once_more_before_anything_is_written(sealed: Path, rows: Table) -> None:
    assert check(sealed).sealed
    content = bytearray((sealed / "store.sqlite").read_bytes())
    content[-300] ^= 1  # where no row is, so that SQLite minds nothing
    (sealed / "store.sqlite").write_bytes(content)
    assert {fault.place for fault in check(sealed).faults if fault.kind == DAMAGE} == {"store.sqlite"}
    before = {path: path.read_bytes() for path in sealed.iterdir() if path.is_file()}
    with pytest.raises(StoreError, match=r"damaged \(its SHA-256 .*`trasunto store repair --store "):
        Store.open(sealed)
    assert {path: path.read_bytes() for path in before} == before
    done = repair(sealed, lambda run: rows)
    assert (done.restored, done.after.faults) == (True, ())
    test_it_is_read(sealed)


def test_it_is_given_checksums_at_the_first_writing(old: Path) -> None:
    Store.open(old).close()
    names = {path.name for path in old.iterdir()}
    assert {"store.sqlite", "store.sqlite.copy", "store.sqlite.sums"} <= names
    assert "store.sqlite.sha256" not in names
    assert (old / "store.sqlite.copy").read_bytes() == (old / "store.sqlite").read_bytes()
    assert check(old).sealed
    test_it_is_read(old)


def test_a_kill_while_it_is_given_checksums_loses_nothing(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments: list[Path] = []
    works = os.fsync

    def fsync(file: int) -> None:
        """Keep the folder as a process killed before this, and one killed after it, would leave it."""
        keep()
        works(file)
        keep()

    def keep() -> None:
        moments.append(shutil.copytree(old, tmp_path / f"moment {len(moments)}"))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        Store.open(old).close()
    assert len(moments) > 10
    for moment in moments:
        with Store.open(moment, write=False):
            pass
        Store.open(moment).close()
        test_it_is_read(moment)
        assert check(moment).sealed
