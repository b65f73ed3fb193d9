"""Whatever a process has set JAX to, the same seed is the same network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

from trasunto.cohort.memory import fit
from trasunto.data import from_arrays
from trasunto.nets.settings import USUAL, usual_settings
from trasunto.spec import Recipe

UNUSUAL = {
    "jax_threefry_partitionable": False,
    "jax_numpy_dtype_promotion": "strict",
    "jax_numpy_rank_promotion": "raise",
    "jax_transfer_guard": "disallow",
    "jax_debug_nans": True,
    "jax_debug_infs": True,
}

TABLE = from_arrays(np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32))
RECIPES = [
    Recipe("4 relu drop=0.2 > [2 tanh] > linear", corruption="swap", noise=0.3, epochs=3, batch_size=16),
    Recipe("[2 normal kl=0.1] > linear", corruption="gaussian", noise=0.3, epochs=3, batch_size=16),
]


@pytest.fixture
def unusual() -> Iterator[None]:
    before: dict[str, Any] = {name: jax.config.values[name] for name in UNUSUAL}
    for name, value in UNUSUAL.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


def losses(recipe: Recipe) -> list[float]:
    (fitted,) = fit(recipe, TABLE)
    return [float(value) for value in fitted.history["train_loss"]]


@pytest.fixture(scope="module")
def usual_losses() -> list[list[float]]:
    return [losses(recipe) for recipe in RECIPES]


def test_what_a_process_has_set_changes_no_training(usual_losses: list[list[float]], unusual: None) -> None:
    assert [losses(recipe) for recipe in RECIPES] == usual_losses
    assert {name: jax.config.values[name] for name in UNUSUAL} == UNUSUAL


def test_in_double_precision_it_is_the_same_network_to_rounding(usual_losses: list[list[float]]) -> None:
    with jax.enable_x64(True):
        double = [losses(recipe) for recipe in RECIPES]
    for mine, usual in zip(double, usual_losses, strict=True):
        np.testing.assert_allclose(mine, usual, rtol=1e-4)
        assert mine != usual, "it is trained in float64"


def test_every_setting_is_put_back(unusual: None) -> None:
    with usual_settings():
        assert {name: jax.config.values[name] for name in USUAL} == {name: value for name, (_, value) in USUAL.items()}
    assert {name: jax.config.values[name] for name in UNUSUAL} == UNUSUAL
