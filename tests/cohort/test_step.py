"""The compiled programs against the slow truth: one network, one row-by-row loop, backpropagation by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.cohort.states import finite
from trasunto.cohort.step import Batch, Rows, State, evaluate, first_states, train_epoch, update
from trasunto.nets.network import Numbers
from trasunto.nets.settings import precision
from trasunto.nets.streams import DROPOUT, row_order, step_key
from trasunto.spec import Recipe

SGD = Recipe("[3 sigmoid] > sigmoid", optimizer="sgd", learning_rate=0.7, momentum=0.8, batch_size=5)
DROPPING = SGD.replace(network="8 relu drop=0.5 > [3 tanh drop=0.2] > sigmoid", learning_rate=0.1)
D, ORDER_SEED, BLOCK = 6, 4, 64

train = jax.jit(train_epoch, static_argnums=(0, 1), compiler_options=BRIEF_OPTIONS)
look = jax.jit(evaluate, static_argnums=(0, 1), compiler_options=BRIEF_OPTIONS)
one_step = jax.jit(update, static_argnums=0, compiler_options=BRIEF_OPTIONS)


def numbers_of(*recipes: Recipe) -> Numbers:
    first = recipes[0].numbers
    numbers = {name: np.array([one.numbers[name] for one in recipes], precision()) for name in first}
    return {name: jnp.asarray(values) for name, values in numbers.items()}


def rows_of(n: int, seed: int = 0, classes: int = 0) -> Rows:
    """Return n rows, which other numbers fill up to whole blocks."""
    random, room = np.random.default_rng(seed), -(-n // BLOCK) * BLOCK
    x = random.integers(0, 256, (room, D)).astype(np.uint8)
    y = random.integers(0, classes, room).astype(np.int32) if classes else None
    return Rows(x, np.int32(n), np.asarray(1 / 255, precision()), y)  # type: ignore[arg-type]


def order_of(rows: Rows, epoch: int, batch_size: int) -> np.ndarray:
    """Return the order of an epoch, which rows that are not there fill up to whole minibatches."""
    order = row_order(ORDER_SEED, epoch, int(rows.n))
    return np.append(order, np.full(-len(rows.x) % batch_size + len(rows.x) - len(order), len(order), np.int32))


def start(recipe: Recipe, m: int = 1, classes: int = 0) -> State:
    """Return states with weights of normal numbers, biases too."""
    random, weights = np.random.default_rng(3), dict[str, np.ndarray]()
    structure = recipe.structure.on(D, classes=classes)
    for name, array in structure.arrays.items():
        weights[name] = random.normal(0, 0.1 if array.bias else 0.4, (m, *array.shape)).astype(precision())
    numbers = {name: np.asarray(values) for name, values in numbers_of(*[recipe] * m).items()}
    memory = first_states(structure, numbers, np.arange(m, dtype=np.uint32)).opt_state
    return State(*jax.device_put((weights, memory)))


def go(
    recipes: Sequence[Recipe], state: State, rows: Rows, *, epoch: int = 1, lr_factor: float = 1.0
) -> tuple[State, dict[str, jax.Array]]:
    """Train the members for an epoch."""
    m, size = len(recipes), recipes[0].batch_size
    given = np.arange(m, dtype=np.uint32), np.full(m, lr_factor, precision()), np.int32(epoch)
    trained: tuple[State, dict[str, jax.Array]] = train(
        recipes[0].structure.on(D), size, state, numbers_of(*recipes), *given, order_of(rows, epoch, size), rows
    )
    return trained


def batch_of(rows: Rows, chosen: np.ndarray) -> Batch:
    return rows.take(lambda part: np.asarray(part)[chosen], None)


def programs_in_cache() -> int:
    return int(train._cache_size())  # type: ignore[attr-defined]


@dataclass
class SlowTruth:
    """An autoencoder of one hidden layer in numpy: sigmoid, mean squared error, SGD with momentum."""

    weights: dict[str, np.ndarray]
    velocity: dict[str, np.ndarray] = field(default_factory=dict)

    def forth(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        hidden = 1 / (1 + np.exp(-(x @ self.weights["1.kernel"] + self.weights["1.bias"])))
        return hidden, 1 / (1 + np.exp(-(hidden @ self.weights["output.kernel"] + self.weights["output.bias"])))

    def loss(self, x: np.ndarray) -> float:
        return float(np.mean((self.forth(x)[1] - x) ** 2))

    def step(self, x: np.ndarray) -> None:
        hidden, output = self.forth(x)
        at_output = 2 / x.size * (output - x) * output * (1 - output)
        at_hidden = at_output @ self.weights["output.kernel"].T * hidden * (1 - hidden)
        gradients = {
            "1.kernel": x.T @ at_hidden,
            "1.bias": at_hidden.sum(axis=0),
            "output.kernel": hidden.T @ at_output,
            "output.bias": at_output.sum(axis=0),
        }
        for name, gradient in gradients.items():
            self.velocity[name] = 0.8 * self.velocity.get(name, 0) + gradient
            self.weights[name] = self.weights[name] - 0.7 * self.velocity[name]

    def epoch(self, x: np.ndarray, order: np.ndarray, batch_size: int) -> float:
        losses = []
        for at in range(0, len(x), batch_size):
            batch = x[order[at : at + batch_size]]
            losses += [self.loss(batch)] * len(batch)
            self.step(batch)
        return float(np.mean(losses))


@pytest.mark.parametrize("n", [20, 23, 4], ids=["whole minibatches", "a partial one", "fewer rows than a minibatch"])
def test_an_epoch_is_the_loop_written_by_hand(n: int) -> None:
    with jax.enable_x64(True):
        rows, state = rows_of(n), start(SGD)
        x = np.asarray(rows.x)[:n] / 255
        truth = SlowTruth({name: np.asarray(array)[0] for name, array in state.weights.items()})
        for epoch in (1, 2, 3):
            loss = truth.epoch(x, np.asarray(row_order(ORDER_SEED, epoch, n)), 5)
            state, metrics = go([SGD], state, rows, epoch=epoch)
            np.testing.assert_allclose(metrics["loss"], [loss], rtol=1e-12)
            for name, array in truth.weights.items():
                np.testing.assert_allclose(np.asarray(state.weights[name])[0], array, rtol=1e-11)
        measured = look(SGD.structure.on(D), BLOCK, state.weights, numbers_of(SGD), rows)
        np.testing.assert_allclose(measured["error"], [truth.loss(x)], rtol=1e-12)


def test_an_epoch_is_its_steps_one_after_the_other_each_with_its_own_dropout() -> None:
    rows, member, epoch = rows_of(8), 1, 6
    alone = jax.tree.map(lambda array: np.asarray(array)[member], start(DROPPING, 2))
    numbers = {name: np.asarray(array)[0] for name, array in numbers_of(DROPPING).items()}
    order, losses = row_order(ORDER_SEED, epoch, 8), []
    for step, chosen in enumerate((order[:5], order[5:])):
        batch = batch_of(rows, chosen)
        alone, metrics = one_step(
            DROPPING.structure.on(D), alone, numbers, batch, step_key(member, DROPOUT, epoch, step)
        )
        losses += [metrics["loss"]] * len(batch.x)
    state, metrics = go([DROPPING] * 2, start(DROPPING, 2), rows, epoch=epoch)
    np.testing.assert_allclose(metrics["loss"][member], np.mean(losses), rtol=1e-6)
    for name, array in alone.weights.items():
        np.testing.assert_allclose(np.asarray(state.weights[name])[member], array, rtol=1e-5, atol=1e-7)


def test_members_that_differ_in_numbers_share_one_program() -> None:
    go([DROPPING] * 2, start(DROPPING, 2), rows_of(10))
    programs = programs_in_cache()
    others = [
        DROPPING.replace(learning_rate=rate, momentum=rate / 2).with_numbers({"1.drop": rate}) for rate in (0.1, 0.9)
    ]
    for epoch in (1, 2):
        go(others, start(DROPPING, 2), rows_of(10, seed=epoch), epoch=epoch)
    assert programs_in_cache() == programs
    go([SGD] * 2, start(SGD, 2), rows_of(10))
    assert programs_in_cache() == programs + 1, "another structure is another program"


def test_evaluation_is_a_plain_mean_over_all_rows_in_blocks_or_not() -> None:
    recipe = SGD.replace(network="4 relu drop=0.9 l1=0.1 > [3 tanh l2=0.2] > sigmoid", loss="mae")
    rows, weights = rows_of(2345), start(recipe).weights
    x = np.asarray(rows.x)[:2345] / np.float32(255)
    w = {name: np.asarray(array)[0] for name, array in weights.items()}
    first = np.maximum(x @ w["1.kernel"] + w["1.bias"], 0)
    latent = np.tanh(first @ w["2.kernel"] + w["2.bias"])
    output = 1 / (1 + np.exp(-(latent @ w["output.kernel"] + w["output.bias"])))
    error = np.abs(output - x).mean()
    penalty = 0.1 * first.sum(axis=1).mean() + 0.2 * (latent**2).sum(axis=1).mean()
    metrics = look(recipe.structure.on(D), BLOCK, weights, numbers_of(recipe), rows)
    np.testing.assert_allclose(metrics["error"], [error], rtol=1e-5)
    np.testing.assert_allclose(metrics["loss"], [error + penalty], rtol=1e-5)


def test_a_classifier_is_measured_by_its_accuracy_too() -> None:
    recipe = SGD.replace(loss="cross_entropy")
    rows, weights = rows_of(1003, classes=3), start(recipe, classes=3).weights
    assert rows.y is not None
    w = {name: np.asarray(array)[0] for name, array in weights.items()}
    latent = 1 / (1 + np.exp(-(np.asarray(rows.x)[:1003] / 255 @ w["1.kernel"] + w["1.bias"])))
    right = (latent @ w["head.kernel"] + w["head.bias"]).argmax(axis=1) == np.asarray(rows.y)[:1003]
    metrics = look(recipe.structure.on(D), BLOCK, weights, numbers_of(recipe), rows)
    np.testing.assert_allclose(metrics["accuracy"], [right.mean()], rtol=1e-6)


def test_a_loss_that_overflows_is_no_number_though_the_weights_are_finite() -> None:
    recipe = SGD.replace(network="[3 sigmoid] > linear", learning_rate=1e-30)
    state = start(recipe, 2)
    bias = np.array(state.weights["output.bias"])
    bias[1] = 1e25
    state.weights["output.bias"] = jnp.asarray(bias)
    after, metrics = go([recipe] * 2, state, rows_of(10))
    assert np.isfinite(metrics["loss"]).tolist() == [True, False]
    assert finite(after).tolist() == [True, True]


def test_a_frozen_encoder_does_not_move_and_has_no_memory() -> None:
    recipe = SGD.replace(network="4 relu > [3 tanh] > 4 relu > sigmoid", frozen="encoder")
    before = start(recipe).weights
    state, _ = go([recipe], start(recipe), rows_of(10))
    for name, array in state.weights.items():
        assert np.array_equal(array, before[name]) == name.startswith(("1.", "2.")), name
    assert {leaf.shape for leaf in jax.tree.leaves(state.opt_state)} == {(1, 3, 4), (1, 4), (1, 4, D), (1, D)}


def test_the_pace_multiplies_the_learning_rate_of_the_epoch() -> None:
    rows, slow = rows_of(10), SGD.replace(learning_rate=0.35)
    scaled, _ = go([SGD], start(SGD), rows, lr_factor=0.5)
    halved, _ = go([slow], start(slow), rows)
    for name, array in scaled.weights.items():
        np.testing.assert_allclose(array, halved.weights[name], rtol=1e-6)


def test_rows_are_scaled_where_they_are_used() -> None:
    rows = rows_of(4)
    x, y, w, _ = batch_of(rows, np.array([2, 0]))
    np.testing.assert_allclose(x, np.asarray(rows.x)[[2, 0]] / 255, rtol=1e-6)
    assert x.dtype == rows.scale.dtype
    assert y is None
    assert w is None
    labels = rows_of(4, classes=3)
    assert labels.y is not None
    assert np.array_equal(batch_of(labels, np.array([2, 0]))[1], np.asarray(labels.y)[[2, 0]])  # type: ignore[arg-type]


FILLED = {
    "dropout and penalties": DROPPING.replace(
        network="8 relu drop=0.5 l1=0.1 > [3 tanh l2=0.2] > 8 relu l1=0.3 > sigmoid"
    ),
    "swapped values": SGD.replace(corruption="swap", noise=0.4),
    "gaussian noise": Recipe("[3 sigmoid] > sigmoid", batch_size=5, corruption="gaussian", noise=0.4),
    "a normal latent": SGD.replace(network="[3 normal kl=0.5] > sigmoid", learning_rate=0.1),
    "contraction": SGD.replace(contraction=0.1),
    "agreement": SGD.replace(agreement=True),
    "a classifier": SGD.replace(loss="cross_entropy"),
}
each_filled = pytest.mark.parametrize("recipe", FILLED.values(), ids=FILLED)


@each_filled
def test_the_last_minibatch_is_a_step_of_its_real_rows_alone(recipe: Recipe) -> None:
    rows, epoch = rows_of(8, classes=3), 2
    recipe_numbers = {name: np.asarray(array)[0] for name, array in numbers_of(recipe).items()}
    alone = jax.tree.map(lambda array: np.asarray(array)[0], start(recipe, classes=3))
    order, loss = row_order(ORDER_SEED, epoch, 8), 0.0
    for step, chosen in enumerate((order[:5], order[5:])):
        key = step_key(0, DROPOUT, epoch, step)
        alone, metrics = one_step(recipe.structure.on(D), alone, recipe_numbers, batch_of(rows, chosen), key)
        loss += float(metrics["loss"]) * len(chosen) / 8
    state, metrics = go([recipe], start(recipe, classes=3), rows, epoch=epoch)
    np.testing.assert_allclose(metrics["loss"], [loss], rtol=1e-5)
    for old, new in zip(jax.tree.leaves(alone), jax.tree.leaves(state), strict=True):
        np.testing.assert_allclose(np.asarray(new)[0], old, rtol=1e-4, atol=1e-6)


@each_filled
def test_what_fills_rows_up_changes_no_bit(recipe: Recipe) -> None:
    rows = rows_of(13, classes=3)
    weighted = rows._replace(w=np.linspace(0.5, 1.5, BLOCK).astype(np.float32))  # type: ignore[arg-type]
    for given in (rows, weighted):
        other = jax.tree.map(np.array, given)
        for part in (other.x, other.y, other.w):
            if part is not None:
                part[13:] = 2 - part[13:] % 3
        results = []
        for one in (given, other):
            state, metrics = go([recipe], start(recipe, classes=3), one)
            seen = look(recipe.structure.on(D), BLOCK, state.weights, numbers_of(recipe), one)
            results.append([np.asarray(leaf) for leaf in jax.tree.leaves((state, metrics, seen))])
        for once, again in zip(*results, strict=True):
            assert np.array_equal(once, again)


def test_tables_of_other_numbers_of_rows_share_a_program() -> None:
    go([SGD], start(SGD), rows_of(20))
    programs = programs_in_cache()
    for n in (1, 19, 33, 64):
        go([SGD], start(SGD), rows_of(n))
    assert programs_in_cache() == programs


def test_the_mean_over_a_million_minibatches_is_as_true_as_over_one() -> None:
    """A plain sum in float32 would have lost the third digit."""
    recipe, n = SGD.replace(network="[1 linear] > linear"), 2_000_000
    x = np.tile(np.array([[77], [78]], np.uint8), (n // 2, 1))
    shapes = {"1.kernel": (1, 1, 1), "1.bias": (1, 1), "output.kernel": (1, 1, 1), "output.bias": (1, 1)}
    weights = {name: jnp.zeros(shape) for name, shape in shapes.items()}
    rows = Rows(x, np.int32(n), np.float32(1 / 255))  # type: ignore[arg-type]
    metrics = look(recipe.structure.on(1), 2, weights, numbers_of(recipe), rows)
    np.testing.assert_allclose(metrics["error"], [(77**2 + 78**2) / 2 / 255**2], rtol=1e-6)
