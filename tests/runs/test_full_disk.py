"""A run on a disk that fills up or fails says so, and goes on once there is room."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import StoreError
from trasunto.runs import completion
from trasunto.runs.checking import check
from trasunto.runs.cohort import Cohort
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe

RECIPE = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, momentum=0.9, batch_size=50)


@pytest.fixture(scope="module")
def table() -> Table:
    x = (np.random.default_rng(0).random((230, 12)) * 255).astype(np.uint8)
    return from_arrays(x[:200], test=x[200:], image_shape=(3, 4))


def assert_same(one: Cohort, other: Cohort) -> None:
    columns = ["epoch", "train_loss", "test_loss"]
    assert one.history()[columns].equals(other.history()[columns])
    for a, b in zip(one.members, other.members, strict=True):
        for name, array in a.weights.items():
            assert np.array_equal(array, b.weights[name])


def failing(code: int, after: int) -> Callable[[int], None]:
    """Return an `os.fsync` that does its work so many times, and then never again."""
    works, calls = os.fsync, [0]

    def fsync(file: int) -> None:
        calls[0] += 1
        if calls[0] > after:
            raise OSError(code, os.strerror(code))
        works(file)

    return fsync


@pytest.mark.parametrize("after", [0, 3, 9])
@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "Input/output"), (errno.EROFS, "may not write")]
)
def test_a_run_whose_files_fail_goes_on_once_they_do_not(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str, after: int
) -> None:
    monkeypatch.setattr(completion, "CHECKPOINT_SECONDS", 0)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing(code, after))
        with pytest.raises(StoreError, match=f"store '{tmp_path / 'failed'}' cannot be .*: .*{said}"):
            train(RECIPE, table, seeds=2, epochs=6, store=tmp_path / "failed")
    Store.open(tmp_path / "failed").close()
    assert check(tmp_path / "failed").faults == ()
    continued = train(RECIPE, table, seeds=2, epochs=6, store=tmp_path / "failed")
    assert_same(continued, train(RECIPE, table, seeds=2, epochs=6, store=tmp_path / "whole"))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a few hundred kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.heavy
@pytest.mark.parametrize(("units", "epochs", "every"), [(8, 300, 0), (100, 40, 1)], ids=["curves", "weights"])
def test_a_run_on_a_small_disk_goes_on_once_it_is_larger(
    table: Table, tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch, units: int, epochs: int, every: int
) -> None:
    monkeypatch.setattr(completion, "CHECKPOINT_SECONDS", 0)
    recipe = RECIPE.replace(network=f"[{units} sigmoid drop=0.1] > sigmoid")
    snapshots = range(every, epochs, every) if every else []

    def asked(store: Path) -> Cohort:
        return train(recipe, table, seeds=4, epochs=epochs, snapshots=snapshots, store=store)

    with pytest.raises(StoreError, match=f"store '{small / 'runs'}' cannot be written: the disk is full"):
        asked(small / "runs")
    assert check(small / "runs").faults == ()
    with Store.open(small / "runs", write=False) as store:
        reached = [progress.epoch for progress in store.progress(store.ids()).values()]
    assert 0 < max(reached) < epochs
    subprocess.run(["mount", "-o", "remount,size=40m", str(small)], check=True)
    assert_same(asked(small / "runs"), asked(tmp_path / "whole"))
