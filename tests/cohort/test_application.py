"""A network on many rows gives each what it gives it alone, whichever device and block it lands in."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from trasunto.cohort.application import PART_BYTES, ROWS_AT_ONCE, Applied
from trasunto.cohort.memory import fit
from trasunto.data import from_arrays
from trasunto.spec import Recipe

PART = PART_BYTES // (ROWS_AT_ONCE * 9 * 4) * ROWS_AT_ONCE  # rows that one call takes
MANY = 2 * PART + ROWS_AT_ONCE + 7


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(MANY, 9)).astype(np.float32)


@pytest.fixture(scope="module")
def network(rows: np.ndarray) -> Applied:
    (fitted,) = fit(Recipe("16 tanh > [8 linear] > mirror > linear", epochs=1), from_arrays(rows[:500]), seeds=[0])
    return Applied(fitted.recipe, fitted.weights, 9)


def by_hand(network: Applied, rows: np.ndarray) -> np.ndarray:
    values = rows.astype(float)
    for name, activate in (("1", np.tanh), ("2", np.array), ("3", np.tanh), ("output", np.array)):
        values = activate(values @ network.weights[f"{name}.kernel"] + network.weights[f"{name}.bias"])
    return values


def test_many_rows_are_rebuilt_as_by_hand_and_as_one_by_one(network: Applied, rows: np.ndarray) -> None:
    rebuilt = network.reconstruct(rows)
    np.testing.assert_allclose(rebuilt, by_hand(network, rows), atol=1e-5)
    for place in (0, ROWS_AT_ONCE, PART + 5, MANY - 1):
        assert np.array_equal(network.reconstruct(rows[place : place + 1])[0], rebuilt[place])


def test_what_is_measured_of_parts_is_measured_of_all(network: Applied, rows: np.ndarray) -> None:
    largest = network.measure(rows, lambda given, made: np.abs(given - made).max(axis=1))
    assert np.array_equal(largest, np.abs(rows - network.reconstruct(rows)).max(axis=1))


def test_weighed_errors_are_squares_times_scales(network: Applied, rows: np.ndarray) -> None:
    scales = np.linspace(0.1, 2.0, 9)
    exact = np.square(rows - by_hand(network, rows)) @ scales
    np.testing.assert_allclose(network.weighed_errors(rows, scales), exact, rtol=1e-4)


def test_one_pass_gives_the_reconstruction_and_its_errors_to_the_last_bit(network: Applied, rows: np.ndarray) -> None:
    scales = np.linspace(0.1, 2.0, 9)
    made, errors = network.reconstruct_weighed(rows, scales)
    assert np.array_equal(errors, network.weighed_errors(rows, scales))
    np.testing.assert_allclose(made, network.reconstruct(rows), rtol=1e-5, atol=1e-6)


def test_no_rows_are_no_rows(network: Applied, rows: np.ndarray) -> None:
    assert network.reconstruct(rows[:0]).shape == (0, 9)
    assert network.weighed_errors(rows[:0], np.ones(9)).shape == (0,)


def test_doubles_stay_doubles_on_every_device(network: Applied, rows: np.ndarray) -> None:
    with jax.enable_x64(True):
        wide = Applied(network.recipe, {name: array.astype(float) for name, array in network.weights.items()}, 9)
        rebuilt = wide.reconstruct(rows)
    assert rebuilt.dtype == float
    np.testing.assert_allclose(rebuilt, by_hand(network, rows), atol=1e-12)
