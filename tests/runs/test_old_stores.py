"""A store that an earlier trasunto wrote is opened, read and gone on with."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from trasunto.data import Table, from_arrays
from trasunto.runs.checking import check
from trasunto.runs.completion import Step
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


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The first format, as it was before databases were sealed."""
    folder = tmp_path / "old"
    shutil.unpack_archive(Path(__file__).parent / "files" / "store-format-1.zip", folder)
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
