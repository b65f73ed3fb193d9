"""A few small networks, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trasunto.cohort.places import Executor
from trasunto.cohort.training import Observer
from trasunto.data import Table, from_arrays
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe

EPOCHS = 6

Same = Callable[[Cohort, Cohort], None]
Study = Callable[..., Cohort]


@pytest.fixture(scope="session")
def table() -> Table:
    x = (np.random.default_rng(0).random((400, 20)) * 255).astype(np.uint8)
    return from_arrays(x[:300], test=x[300:], image_shape=(4, 5))


@pytest.fixture(scope="session")
def study(table: Table) -> Study:
    """Train twelve networks in chunks that two places share."""

    def ask(
        store: Path, on: str | Executor | None = None, epochs: int = EPOCHS, observe: Observer | None = None
    ) -> Cohort:
        recipe = Recipe("[8 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, batch_size=20)
        return train(
            recipe.grid(learning_rate=[0.1, 0.5], momentum=[0.0, 0.5, 0.9]),
            table,
            seeds=2,
            epochs=epochs,
            store=store,
            on=on,
            observe=observe,
        )

    return ask


@pytest.fixture(scope="session")
def here(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The same study in this process."""
    return study(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="session")
def same() -> Same:
    """Assert that two studies gave the same curves and weights, within what a cohort is held to."""

    def compare(one: Cohort, other: Cohort) -> None:
        columns = ["id", "epoch", "train_loss", "test_loss"]
        ours, theirs = one.history()[columns], other.history()[columns]
        assert len(ours) == 12 * (ours["epoch"].max() + 1)
        assert ours[["id", "epoch"]].equals(theirs[["id", "epoch"]])
        for loss in ("train_loss", "test_loss"):
            np.testing.assert_allclose(ours[loss], theirs[loss], rtol=1e-5)
        for a, b in zip(one.members, other.members, strict=True):
            for name, array in a.weights.items():
                np.testing.assert_allclose(array, b.weights[name], atol=1e-5)

    return compare
