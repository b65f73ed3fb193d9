from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.nets import network
from trasunto.nets.initialise import initialise
from trasunto.nets.network import Numbers
from trasunto.spec import Recipe, Structure

D = 12
X = np.random.default_rng(0).random((9, D)).astype(np.float32)

# As one program each: JAX compiles every operation that is called alone, and for every shape anew.
encode, decode, draw, reconstruct, classify = (
    jax.jit(function, static_argnames="structure", compiler_options=BRIEF_OPTIONS)
    for function in (network.encode, network.decode, network.draw, network.reconstruct, network.classify)
)
through = jax.jit(network.through, static_argnames=("structure", "layers"), compiler_options=BRIEF_OPTIONS)
drop_out = jax.jit(network.drop_out, compiler_options=BRIEF_OPTIONS)


def built(text: str, loss: str = "mse", classes: int = 0) -> tuple[Structure, dict[str, jax.Array], Numbers]:
    recipe = Recipe(text, loss=loss)
    numbers = {name: jnp.asarray(value) for name, value in recipe.numbers.items()}
    structure = recipe.structure.on(D, classes=classes)
    return structure, jax.device_put(initialise(structure, 1)), numbers


def rows() -> jax.Array:
    return jnp.asarray(X)  # not before a test asks: JAX starts here


def by_hand(weights: dict[str, jax.Array], name: str, values: np.ndarray) -> np.ndarray:
    return np.asarray(values @ np.asarray(weights[f"{name}.kernel"]) + np.asarray(weights[f"{name}.bias"]))


def test_rows_go_through_encoder_latent_decoder_and_output() -> None:
    structure, weights, numbers = built("8 relu > [3 tanh] > 5 relu > sigmoid")
    latent = np.tanh(by_hand(weights, "2", np.maximum(by_hand(weights, "1", X), 0)))
    sums = by_hand(weights, "output", np.maximum(by_hand(weights, "3", latent), 0))
    np.testing.assert_allclose(encode(structure, weights, numbers, rows()).values, latent, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(decode(structure, weights, numbers, latent).values, sums, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(draw(structure, weights, numbers, latent), 1 / (1 + np.exp(-sums)), rtol=1e-5)
    np.testing.assert_allclose(reconstruct(structure, weights, numbers, rows()), 1 / (1 + np.exp(-sums)), rtol=1e-5)


def test_a_classifier_is_linear_in_its_latent() -> None:
    structure, weights, numbers = built("[3 tanh] > sigmoid", "cross_entropy", classes=4)
    logits = by_hand(weights, "head", np.tanh(by_hand(weights, "1", X)))
    np.testing.assert_allclose(classify(structure, weights, numbers, rows()), logits, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_zeroes_its_share(rate: float) -> None:
    values = jnp.full((400, 500), 3.0)
    dropped = np.asarray(drop_out(values, jnp.asarray(rate), jax.random.key(0)))
    spread = np.sqrt(rate * (1 - rate) / dropped.size)
    assert abs((dropped == 0).mean() - rate) < 5 * spread
    assert abs(dropped.mean() / 3 - 1) < 5 * spread / (1 - rate)
    np.testing.assert_allclose(dropped[dropped != 0], 3 / (1 - rate), rtol=1e-6)


def test_a_dropout_rate_of_zero_drops_nothing() -> None:
    assert np.array_equal(drop_out(rows(), jnp.asarray(0.0), jax.random.key(0)), X)


def test_dropout_is_off_without_a_key_and_follows_it_otherwise() -> None:
    structure, weights, numbers = built("[30 linear drop=0.5] > linear")
    off = encode(structure, weights, numbers, rows()).values
    np.testing.assert_allclose(off, by_hand(weights, "1", X), rtol=1e-5, atol=1e-6)
    on = [np.asarray(encode(structure, weights, numbers, rows(), jax.random.key(seed)).values) for seed in (0, 0, 1)]
    assert np.array_equal(on[0], on[1])
    assert not np.array_equal(on[0] == 0, on[2] == 0)


def test_layers_drop_apart() -> None:
    structure, weights, numbers = built("12 relu drop=0.5 > [12 relu drop=0.5] > linear")
    ones = {name: jnp.ones_like(array) for name, array in weights.items()}
    masks = [
        np.asarray(through(structure, ones, numbers, rows(), range(i, i + 1), jax.random.key(0)).values) == 0
        for i in (0, 1)
    ]
    assert not np.array_equal(masks[0], masks[1])


@pytest.mark.parametrize("option", ["l1", "l2"])
def test_a_penalty_is_the_layers_sum_per_row_before_dropout(option: str) -> None:
    structure, weights, numbers = built(
        f"8 tanh drop=0.5 {option}=0.25 > [3 tanh {option}=2] > 5 relu {option}=1 > linear"
    )
    size = {"l1": np.abs, "l2": np.square}[option]
    first = np.tanh(by_hand(weights, "1", X))
    latent = encode(structure, weights, numbers, rows())
    expected = (0.25 * size(first).sum() + 2 * size(np.asarray(latent.values)).sum()) / len(X)
    np.testing.assert_allclose(latent.penalty, expected, rtol=1e-5)
    decoder = decode(structure, weights, numbers, latent.values)
    third = np.maximum(by_hand(weights, "3", np.asarray(latent.values)), 0)
    np.testing.assert_allclose(decoder.penalty, size(third).sum() / len(X), rtol=1e-5)
    dropped = through(structure, weights, numbers, rows(), range(1), jax.random.key(0))
    np.testing.assert_allclose(dropped.penalty, 0.25 * size(first).sum() / len(X), rtol=1e-5)
    assert (np.asarray(dropped.values) == 0).any()


def test_a_penalty_does_not_depend_on_how_many_rows_there_are() -> None:
    structure, weights, numbers = built("[3 tanh l1=0.5] > linear")
    once = encode(structure, weights, numbers, rows()).penalty
    np.testing.assert_allclose(encode(structure, weights, numbers, jnp.tile(rows(), (7, 1))).penalty, once, rtol=1e-5)
