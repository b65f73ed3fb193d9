from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import kstest

from trasunto.nets.initialise import initialise, trainable
from trasunto.nets.streams import INITIALISATION, stream
from trasunto.spec import Recipe, legal

NETWORK = "30 relu > [20 tanh] > 40 relu > linear"
D = 50

each = pytest.mark.parametrize("word", legal.INITIALISATIONS)


def weights(word: str, seed: int = 0, loss: str = "mse", classes: int = 0) -> dict[str, np.ndarray]:
    recipe = Recipe(NETWORK, initialisation=word, loss=loss)
    return initialise(recipe.structure.on(D, classes=classes), seed)


def bound(word: str, inputs: int, outputs: int) -> float:
    return {"torch": 1 / math.sqrt(inputs), "keras": math.sqrt(6 / (inputs + outputs))}[word]


@each
def test_kernels_are_uniform_within_the_bound(word: str) -> None:
    for part in Recipe(NETWORK).structure.on(D).parts:
        kernel = weights(word)[f"{part.name}.kernel"]
        edge = bound(word, part.inputs, part.size.sums)
        assert kernel.shape == (part.inputs, part.size.sums)
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
    structure = Recipe("[50 relu] > 50 relu > linear", initialisation=word).structure.on(D)
    drawn = initialise(structure, 0)
    assert len({drawn[f"{name}.kernel"].tobytes() for name in ("1", "2", "output")}) == 3


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


@jax.jit
def drawn_by_jax(seed: jax.Array, number: jax.Array, part: jax.Array, bound: jax.Array) -> jax.Array:
    """Draw the kernel (part 0) or the bias of a layer by JAX's generator: of more numbers, which begin with these."""
    key = jax.random.split(jax.random.fold_in(stream(seed, INITIALISATION), number))[part]
    return jax.random.uniform(key, (130 * D,), jnp.float32, minval=-bound, maxval=bound)


@each
@pytest.mark.parametrize(
    ("text", "options", "classes"),
    [
        ("130 relu > [7 normal kl=1] > mirror > linear", {}, 0),
        ("33 tanh > [9 tanh] > mirror > linear", {"tied": True}, 0),
        ("20 relu > [3 relu] > linear", {"loss": "cross_entropy"}, 4),
    ],
)
def test_weights_are_those_that_jax_draws(word: str, text: str, options: dict[str, Any], classes: int) -> None:
    structure = Recipe(text, initialisation=word, **options).structure.on(D, classes=classes)
    seeds = np.array([0, 5, 2**31, 2**32 - 1], np.uint32)
    ours = initialise(structure, seeds)
    for number, part in enumerate(structure.parts):
        sizes = part.inputs, part.size.sums
        for place, (name, shape) in enumerate({"kernel": sizes, "bias": sizes[1:]}.items()):
            if name == "kernel" and part.lender is not None:
                continue
            array = ours.pop(f"{part.name}.{name}")
            edge = 0 if name == "bias" and word == "keras" else bound(word, *sizes)
            theirs = [drawn_by_jax(seed, number, place, np.float32(edge))[: math.prod(shape)] for seed in seeds]
            assert np.array_equal(array, np.reshape(theirs, (len(seeds), *shape)))
    assert not ours


@each
def test_weights_of_several_seeds_are_those_drawn_alone(word: str) -> None:
    many = initialise(Recipe(NETWORK, initialisation=word).structure.on(D), np.arange(3, dtype=np.uint32))
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
    structure = Recipe(NETWORK, frozen=word).structure.on(D)
    still = {"": [], "encoder": ["1", "2"]}[word]
    assert [part.name for part in structure.parts if not trainable(structure, f"{part.name}.kernel")] == still
