from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.nets import losses
from trasunto.nets.initialise import Weights, initialise
from trasunto.nets.losses import RECONSTRUCTION
from trasunto.nets.network import Numbers
from trasunto.spec import Recipe, Structure, legal

D, CLASSES = 6, 3
RANDOM = np.random.default_rng(5)
X, Y = RANDOM.random((8, D)).astype(np.float32), RANDOM.integers(0, CLASSES, 8).astype(np.int32)

# As one program each: JAX compiles every operation that is called alone, and for every shape anew.
evaluate_loss = jax.jit(losses.evaluate_loss, static_argnames="structure", compiler_options=BRIEF_OPTIONS)

each = pytest.mark.parametrize("loss", legal.LOSSES)
each_reconstruction = pytest.mark.parametrize("loss", RECONSTRUCTION)


def built(loss: str, text: str = "5 tanh l1=0.1 > [3 tanh l2=0.1] > sigmoid") -> tuple[Structure, Weights, Numbers]:
    recipe = Recipe(text, loss=loss)
    numbers = {name: jnp.asarray(value) for name, value in recipe.numbers.items()}
    structure = recipe.structure.on(D, classes=CLASSES)
    return structure, jax.device_put(initialise(structure, 1)), numbers


def rows(at: slice | np.ndarray = slice(None)) -> tuple[jax.Array, jax.Array]:
    """Return some rows and their classes, in the precision of the process."""
    return jnp.asarray(X[at], float), jnp.asarray(Y[at])


def elementwise(loss: str, sums: np.ndarray, x: np.ndarray, output: str = "linear", delta: float = 1.0) -> np.ndarray:
    """Return the loss of each feature whose output layer has these sums."""
    structure = Recipe(f"[1 relu] > {'sigmoid' if loss == 'bce' else output}", loss=loss).structure
    numbers = {"huber_delta": jnp.asarray(delta)}
    return np.asarray(RECONSTRUCTION[loss](structure, numbers, jnp.asarray(sums), jnp.asarray(x)))


def test_every_legal_loss_is_there_and_no_other() -> None:
    assert {*RECONSTRUCTION, "cross_entropy"} == set(legal.LOSSES)


@each
def test_gradients_agree_with_finite_differences(loss: str, check_slopes: Callable[..., None]) -> None:
    with jax.enable_x64(True):
        structure, weights, numbers = built(loss)

        def value(weights: Weights) -> jax.Array:
            return losses.evaluate_loss(structure, weights, numbers, *rows())[0]

        check_slopes(value, weights, atol=1e-8, rtol=1e-7, eps=1e-5)


@each
def test_a_loss_is_the_error_and_the_penalties(loss: str) -> None:
    structure, weights, numbers = built(loss)
    value, metrics = evaluate_loss(structure, weights, numbers, *rows())
    assert metrics["loss"] == value > metrics["error"] > 0
    free = {name: jnp.zeros(()) if name.endswith(("l1", "l2")) else number for name, number in numbers.items()}
    value, metrics = evaluate_loss(structure, weights, free, *rows())
    assert value == metrics["error"]


@each
def test_a_loss_is_a_mean_over_rows_in_any_order(loss: str) -> None:
    structure, weights, numbers = built(loss)
    whole = evaluate_loss(structure, weights, numbers, *rows())[0]
    halves = [evaluate_loss(structure, weights, numbers, *rows(slice(at, at + 4)))[0] for at in (0, 4)]
    np.testing.assert_allclose(np.mean(halves), whole, rtol=1e-5)
    order = RANDOM.permutation(8)
    np.testing.assert_allclose(evaluate_loss(structure, weights, numbers, *rows(order))[0], whole, rtol=1e-5)


@each
def test_a_loss_is_as_precise_as_its_rows(loss: str) -> None:
    with jax.enable_x64(True):
        structure, weights, numbers = built(loss)
        value, metrics = evaluate_loss(structure, weights, numbers, *rows())
        assert {value.dtype, *(metric.dtype for metric in metrics.values())} == {jnp.dtype("float64")}


@each_reconstruction
def test_a_reconstruction_loss_is_least_at_the_row_itself(loss: str) -> None:
    x = np.array([0.2, 0.5, 0.8], np.float32)
    sums = np.log(x / (1 - x)) if loss == "bce" else x
    at_x = elementwise(loss, sums, x)
    for step in (-0.3, 0.3):
        assert (elementwise(loss, sums + step, x) > at_x).all()
    assert loss == "bce" or not at_x.any()


def test_each_loss_is_its_formula() -> None:
    sums, x = np.array([-2.0, 0.1, 0.4, 3.0], np.float32), np.array([0.0, 0.2, 0.9, 1.0], np.float32)
    gap, share = np.abs(sums - x), 1 / (1 + np.exp(-sums))
    np.testing.assert_allclose(elementwise("mse", sums, x), gap**2, rtol=1e-6)
    np.testing.assert_allclose(elementwise("mae", sums, x), gap, rtol=1e-6)
    huber = np.where(gap < 0.3, gap**2 / 2, 0.3 * (gap - 0.15))
    np.testing.assert_allclose(elementwise("huber", sums, x, delta=0.3), huber, rtol=1e-6)
    bce = -x * np.log(share) - (1 - x) * np.log(1 - share)
    np.testing.assert_allclose(elementwise("bce", sums, x), bce, rtol=1e-5)
    np.testing.assert_allclose(elementwise("mse", sums, x, output="sigmoid"), (share - x) ** 2, rtol=1e-5)


@each_reconstruction
def test_values_and_slopes_stay_finite_for_huge_sums(loss: str) -> None:
    output = "sigmoid" if loss == "bce" else "linear"
    structure = Recipe(f"[1 relu] > {output}", loss=loss).structure

    def value(sums: jax.Array, x: jax.Array) -> jax.Array:
        return RECONSTRUCTION[loss](structure, {"huber_delta": jnp.asarray(1.0)}, sums, x)

    for sums in (-1e6, -1e3, 1e3, 1e6):
        for x in (0.0, 0.5, 1.0):
            assert np.isfinite(value(jnp.asarray(sums), jnp.asarray(x)))
            assert np.isfinite(jax.grad(value)(jnp.asarray(sums), jnp.asarray(x)))


def test_binary_cross_entropy_of_a_huge_logit_is_the_logit() -> None:
    wrong = elementwise("bce", np.array([1e6, -1e6]), np.array([0.0, 1.0]))
    right = elementwise("bce", np.array([1e6, -1e6]), np.array([1.0, 0.0]))
    assert wrong.tolist() == [1e6, 1e6]
    assert right.tolist() == [0.0, 0.0]


def test_cross_entropy_is_the_mean_of_minus_log_probability() -> None:
    structure, weights, numbers = built("cross_entropy", "[3 tanh] > linear")
    latent = np.tanh(X @ np.asarray(weights["1.kernel"]) + np.asarray(weights["1.bias"]))
    logits = latent @ np.asarray(weights["head.kernel"]) + np.asarray(weights["head.bias"])
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    value, metrics = evaluate_loss(structure, weights, numbers, *rows())
    np.testing.assert_allclose(value, -np.log(probability[np.arange(8), Y]).mean(), rtol=1e-5)
    np.testing.assert_allclose(metrics["accuracy"], (probability.argmax(axis=1) == Y).mean(), rtol=1e-6)
