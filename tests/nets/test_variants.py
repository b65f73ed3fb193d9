"""Corruption, tied kernels, contraction, the variational latent, one-hot blocks: each against a slow truth."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.nets import corruption, losses, network
from trasunto.nets.columns import features, owners
from trasunto.nets.corruption import CORRUPTIONS
from trasunto.nets.initialise import Weights, initialise
from trasunto.nets.losses import agreement
from trasunto.nets.network import Numbers, sums_of
from trasunto.spec import Recipe, Structure, legal

D = 6
BLOCKS = ((1, 3), (3, 6))
RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(40, D))
CODED = np.column_stack([X[:, 0], np.eye(2)[RANDOM.integers(0, 2, 40)], np.eye(3)[RANDOM.integers(0, 3, 40)]])

# As one program each: JAX compiles every operation that is called alone, and for every shape anew.
corrupt, evaluate_loss, contraction, encode, reconstruct = (
    jax.jit(function, static_argnames="structure", compiler_options=BRIEF_OPTIONS)
    for function in (
        corruption.corrupt,
        losses.evaluate_loss,
        network.contraction,
        network.encode,
        network.reconstruct,
    )
)

each_corruption = pytest.mark.parametrize("word", CORRUPTIONS)


def built(recipe: Recipe, seed: int = 1) -> tuple[Structure, Weights, Numbers]:
    structure = recipe.structure.on(D)
    return (
        structure,
        jax.device_put(initialise(structure, seed)),
        {n: jnp.asarray(v, float) for n, v in recipe.numbers.items()},
    )


def corrupted(word: str, noise: float, x: np.ndarray = X, blocks: tuple[tuple[int, int], ...] = ()) -> np.ndarray:
    structure = Recipe("[2 relu] > linear", corruption=word).structure.on(D, blocks)
    return np.asarray(corrupt(structure, jnp.asarray(x, float), jnp.asarray(noise, float), jax.random.key(3)))


def test_every_legal_corruption_is_there_and_no_other() -> None:
    assert {"", *CORRUPTIONS} == set(legal.CORRUPTIONS)


@each_corruption
def test_no_noise_leaves_rows_as_they_are_and_noise_does_not(word: str) -> None:
    np.testing.assert_allclose(corrupted(word, 0.0), X, rtol=1e-6)
    assert not np.allclose(corrupted(word, 0.5), X)


def test_gaussian_noise_has_its_deviation() -> None:
    moved = corrupted("gaussian", 0.5, np.zeros((4000, D)))
    assert moved.std() == pytest.approx(0.5, rel=0.02)
    assert abs(moved.mean()) < 0.01


@pytest.mark.parametrize("word", ["masking", "swap"])
def test_masking_and_swapping_change_the_share_asked_for(word: str) -> None:
    x = np.arange(1, 4000 * D + 1, dtype=float).reshape(4000, D)
    moved = corrupted(word, 0.3, x)
    assert (moved != x.astype(np.float32)).mean() == pytest.approx(0.3, abs=0.01)
    if word == "masking":
        assert set(moved[moved != x.astype(np.float32)]) == {0.0}
    else:
        assert all(np.isin(moved[:, column], x[:, column].astype(np.float32)).all() for column in range(D))


@pytest.mark.parametrize("word", ["masking", "swap"])
def test_a_one_hot_code_is_masked_or_swapped_as_a_whole(word: str) -> None:
    moved = corrupted(word, 0.5, CODED, BLOCKS)
    sums = {tuple(moved[:, start:stop].sum(axis=1).tolist()) for start, stop in BLOCKS}
    allowed = {0.0, 1.0} if word == "masking" else {1.0}
    assert {value for column in sums for value in column} == allowed


def test_corruption_is_new_in_every_step_and_off_in_evaluation() -> None:
    structure, weights, numbers = built(Recipe("[3 tanh] > linear", corruption="gaussian", noise=0.5))
    x = jnp.asarray(X, float)
    clean = encode(structure, weights, numbers, x).values
    first, second = (encode(structure, weights, numbers, x, jax.random.key(k)).values for k in (0, 1))
    assert not np.allclose(first, clean)
    assert not np.allclose(first, second)
    assert np.array_equal(clean, encode(structure, weights, numbers, x).values)


def test_a_tied_decoder_uses_the_encoders_kernels_transposed() -> None:
    structure, weights, numbers = built(Recipe("5 tanh > [3 tanh] > mirror > linear", tied=True))
    assert [name for name in weights if name.endswith("kernel")] == ["1.kernel", "2.kernel"]
    w = {name: np.asarray(array) for name, array in weights.items()}
    latent = np.tanh(np.tanh(X @ w["1.kernel"] + w["1.bias"]) @ w["2.kernel"] + w["2.bias"])
    hidden = np.tanh(latent @ w["2.kernel"].T + w["3.bias"])
    expected = hidden @ w["1.kernel"].T + w["output.bias"]
    np.testing.assert_allclose(
        reconstruct(structure, weights, numbers, jnp.asarray(X, float)), expected, rtol=2e-4, atol=1e-5
    )


def test_the_contractive_penalty_is_the_squared_derivative_by_hand() -> None:
    structure, weights, numbers = built(Recipe("[3 sigmoid] > linear", contraction=0.5))
    kernel, bias = np.asarray(weights["1.kernel"]), np.asarray(weights["1.bias"])
    h = special.expit(X @ kernel + bias)
    # Rifai et al. (2011), eq. 5: the closed form for one sigmoid layer.
    by_hand = ((h * (1 - h)) ** 2 @ (kernel**2).sum(axis=0)).mean() / D
    x = jnp.asarray(X, float)
    assert contraction(structure, weights, numbers, x) == pytest.approx(by_hand, rel=1e-4)
    loss, metrics = evaluate_loss(structure, weights, numbers, x)
    assert float(loss - metrics["error"]) == pytest.approx(0.5 * by_hand, rel=1e-3)


def test_a_normal_latent_is_its_mean_in_evaluation_and_a_draw_in_training() -> None:
    structure, weights, numbers = built(Recipe("[3 normal kl=0.7] > linear"))
    sums = X @ np.asarray(weights["1.kernel"]) + np.asarray(weights["1.bias"])
    mean, log_variance = sums[:, :3], sums[:, 3:]
    x = jnp.asarray(X, float)
    np.testing.assert_allclose(encode(structure, weights, numbers, x).values, mean, rtol=1e-4, atol=1e-5)
    keys = jax.random.split(jax.random.key(0), 3000)
    draws = np.asarray(jax.vmap(lambda key: encode(structure, weights, numbers, x[:2], key).values)(keys))
    np.testing.assert_allclose(draws.mean(axis=0), mean[:2], atol=0.1)
    np.testing.assert_allclose(draws.std(axis=0), np.exp(log_variance[:2] / 2), rtol=0.06)
    loss, metrics = evaluate_loss(structure, weights, numbers, x)
    divergence = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1).mean()
    assert float(loss - metrics["error"]) == pytest.approx(0.7 * divergence / D, rel=1e-3)


def test_a_kl_weight_of_zero_draws_and_pulls_towards_nothing() -> None:
    structure, weights, numbers = built(Recipe("[3 normal kl=0] > linear"))
    x = jnp.asarray(X, float)
    loss, metrics = evaluate_loss(structure, weights, numbers, x)
    assert loss == metrics["error"]
    assert not np.allclose(
        encode(structure, weights, numbers, x, jax.random.key(1)).values, encode(structure, weights, numbers, x).values
    )


def test_one_hot_codes_cost_a_cross_entropy_each_and_numbers_their_square() -> None:
    recipe = Recipe("[3 tanh] > linear")
    structure, weights, numbers = built(recipe)
    structure, x = structure.on(D, BLOCKS), jnp.asarray(CODED, float)
    latent = encode(structure, weights, numbers, x).values
    sums = np.asarray(sums_of(structure, weights, -1, latent), np.float64)
    total = (sums[:, 0] - CODED[:, 0]) ** 2
    for start, stop in BLOCKS:
        total -= (CODED[:, start:stop] * special.log_softmax(sums[:, start:stop], axis=1)).sum(axis=1)
    assert features(structure, D) == 3
    assert evaluate_loss(structure, weights, numbers, x)[0] == pytest.approx(total.mean() / 3, rel=1e-5)
    copies = np.asarray(reconstruct(structure, weights, numbers, x))
    np.testing.assert_allclose(copies[:, 1:3].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(copies[:, 3:].sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(copies[:, 0], sums[:, 0], rtol=1e-5)


def test_columns_of_one_code_have_one_owner() -> None:
    structure = Recipe("[2 relu] > linear").structure.on(D, BLOCKS)
    assert owners(structure, D).tolist() == [0, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("blocks", [(), BLOCKS])
def test_row_weights_are_copies_of_rows(blocks: tuple[tuple[int, int], ...]) -> None:
    recipe = Recipe("[3 tanh] > linear", agreement=True)
    structure, weights, numbers = built(recipe)
    structure = structure.on(D, blocks)
    x = jnp.asarray(CODED[:3], float)
    twice = evaluate_loss(structure, weights, numbers, jnp.asarray(CODED[[0, 0, 1, 2]], float))[1]
    weighted = evaluate_loss(structure, weights, numbers, x, w=jnp.asarray([1.5, 0.75, 0.75]))[1]
    for name, value in twice.items():
        assert weighted[name] == pytest.approx(float(value), rel=1e-5), name


def test_agreement_is_the_share_of_equal_places_of_the_largest() -> None:
    structure = Recipe("[2 relu] > linear", agreement=True).structure
    given = RANDOM.normal(size=(40, D))
    expected = given.argmax(axis=1) == X.argmax(axis=1)
    assert 0 < expected.sum() < 40
    assert np.asarray(agreement(structure, jnp.asarray(given), jnp.asarray(X))).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("5 tanh > [3 tanh] > mirror > linear", tied=True),
        Recipe("5 tanh > [3 tanh] > mirror > linear", contraction=0.3),
        Recipe("5 tanh > [3 normal] > mirror > linear"),
    ],
    ids=["tied", "contractive", "variational"],
)
def test_gradients_agree_with_finite_differences(recipe: Recipe, check_slopes: Callable[..., None]) -> None:
    with jax.enable_x64(True):
        structure, weights, numbers = built(recipe)

        def value(weights: Weights) -> jax.Array:
            return losses.evaluate_loss(structure, weights, numbers, jnp.asarray(X), key=jax.random.key(2))[0]

        check_slopes(value, weights, atol=1e-7, rtol=1e-6, eps=1e-5)
