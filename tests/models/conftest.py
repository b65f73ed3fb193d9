"""Rows with a rule, a few that break it, and a detector of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, read_records
from trasunto.models.fitting import fit_model
from trasunto.models.goals import false_alarms
from trasunto.models.model import Model
from trasunto.spec import Recipe

if TYPE_CHECKING:
    import jax

SMALL = Recipe("[2 tanh] > linear", epochs=30, batch_size=32, learning_rate=0.02, initialisation="keras")


def frame_of(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Return rows whose columns follow one number, save for one in 25, which is labelled 1."""
    chance = np.random.default_rng(seed)
    base = chance.normal(size=n)
    strange = np.arange(n) % 25 == 7
    return pd.DataFrame(
        {
            "id": [f"row-{number}" for number in range(n)],
            "Time": np.arange(n),
            "amount": 100 + 10 * base + chance.normal(size=n),
            "rate": -2 * base + np.where(strange, 9.0, 0.0),
            "card": np.where(base > 0, "red", "blue"),
            "Class": strange.astype(int),
        }
    )


@pytest.fixture(scope="session", autouse=True)
def _started(devices: list[jax.Device]) -> None:
    """Let JAX start with the devices that training asks for."""


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return frame_of()


@pytest.fixture(scope="session")
def table(frame: pd.DataFrame) -> Table:
    return read_records(frame, label="Class", drop=["id", "Time"]).table(normal=0)


@pytest.fixture(scope="session")
def model(table: Table) -> Model:
    """Return an ensemble of two, with categories, whose threshold is calibrated."""
    return fit_model(table, SMALL, seeds=2, threshold=false_alarms(0.05), ignored=("id", "Time", "Class"))
