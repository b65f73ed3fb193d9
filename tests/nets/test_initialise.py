from __future__ import annotations

import math

import jax
import numpy as np
import pytest
from scipy.stats import kstest

from trasunto.nets.initialise import initialise, trainable, widths
from trasunto.spec import Recipe, legal

NETWORK = "30 relu > [20 tanh] > 40 relu > linear"
D = 50

each = pytest.mark.parametrize("word", legal.INITIALISATIONS)


def weights(word: str, seed: int = 0, loss: str = "mse", classes: int = 0) -> dict[str, np.ndarray]:
    recipe = Recipe(NETWORK, initialisation=word, loss=loss)
    return {name: np.asarray(array) for name, array in initialise(recipe.structure, seed, D, classes).items()}


def bound(word: str, inputs: int, outputs: int) -> float:
    return {"torch": 1 / math.sqrt(inputs), "keras": math.sqrt(6 / (inputs + outputs))}[word]


@each
def test_kernels_are_uniform_within_the_bound(word: str) -> None:
    for name, (inputs, outputs) in widths(Recipe(NETWORK).structure, D).items():
        kernel = weights(word)[f"{name}.kernel"]
        edge = bound(word, inputs, outputs)
        assert kernel.shape == (inputs, outputs)
        assert np.abs(kernel).max() <= edge
        assert kstest(kernel.ravel(), "uniform", (-edge, 2 * edge)).pvalue > 0.001


def test_biases_are_drawn_as_pytorch_draws_them_and_zero_as_in_keras() -> None:
    drawn = np.concatenate([weights("torch", seed)["1.bias"] for seed in range(30)])
    assert kstest(drawn, "uniform", (-1 / math.sqrt(D), 2 / math.sqrt(D))).pvalue > 0.001
    assert not any(array.any() for name, array in weights("keras").items() if name.endswith(".bias"))


@each
def test_weights_are_a_function_of_the_seed(word: str) -> None:
    one, same, other = weights(word, 3), weights(word, 3), weights(word, 4)
    for name in one:
        assert np.array_equal(one[name], same[name])
        assert name.endswith(".bias") or not np.array_equal(one[name], other[name])


@each
def test_layers_of_one_shape_are_drawn_apart(word: str) -> None:
    structure = Recipe("[50 relu] > 50 relu > linear", initialisation=word).structure
    drawn = initialise(structure, 0, D)
    assert len({np.asarray(drawn[f"{name}.kernel"]).tobytes() for name in ("1", "2", "output")}) == 3


@each
def test_there_are_as_many_weights_as_the_recipe_says(word: str) -> None:
    recipe = Recipe(NETWORK, initialisation=word)
    assert sum(array.size for array in weights(word).values()) == recipe.parameters(D)
    recipe = recipe.replace(loss="cross_entropy")
    assert sum(a.size for a in weights(word, loss="cross_entropy", classes=7).values()) == recipe.parameters(D, 7)


def test_a_classifier_has_a_head_on_its_latent_and_no_decoder() -> None:
    drawn = weights("torch", loss="cross_entropy", classes=7)
    assert [name for name in drawn if name.endswith("kernel")] == ["1.kernel", "2.kernel", "head.kernel"]
    assert drawn["head.kernel"].shape == (20, 7)


def test_a_classifier_begins_with_the_encoder_of_the_autoencoder() -> None:
    autoencoder, classifier = weights("torch"), weights("torch", loss="cross_entropy", classes=7)
    for name in ("1.kernel", "1.bias", "2.kernel", "2.bias"):
        assert np.array_equal(autoencoder[name], classifier[name])


@each
def test_weights_drawn_within_a_program_are_those_drawn_alone(word: str) -> None:
    structure = Recipe(NETWORK, initialisation=word).structure
    many = jax.jit(jax.vmap(lambda seed: initialise(structure, seed, D)))(np.arange(3, dtype=np.uint32))
    for name, array in weights(word, 2).items():
        assert np.array_equal(array, many[name][2]), name


@each
def test_weights_are_as_precise_as_the_process_computes(word: str) -> None:
    assert {array.dtype for array in weights(word).values()} == {np.dtype("float32")}
    with jax.enable_x64(True):
        assert {array.dtype for array in weights(word).values()} == {np.dtype("float64")}


@each
def test_in_double_precision_a_network_begins_with_the_same_weights(word: str) -> None:
    single = weights(word)
    with jax.enable_x64(True):
        double = weights(word)
    assert all(np.array_equal(single[name], double[name]) for name in single)


@pytest.mark.parametrize("word", legal.FROZEN)
def test_a_frozen_encoder_ends_with_the_latent_layer(word: str) -> None:
    structure = Recipe(NETWORK, frozen=word).structure
    still = {"": [], "encoder": ["1", "2"]}[word]
    assert [name for name in widths(structure, D) if not trainable(structure, f"{name}.kernel")] == still
