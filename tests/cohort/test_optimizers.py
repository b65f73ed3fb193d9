from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from trasunto.cohort.devices import BRIEF_OPTIONS
from trasunto.cohort.optimizers import DIRECTIONS, optimizer, take_step
from trasunto.nets import native
from trasunto.spec import Recipe, legal

each = pytest.mark.parametrize("word", legal.OPTIMIZERS)


def recipe_of(word: str, **numbers: Any) -> Recipe:
    return Recipe("[1 linear] > linear", optimizer=word, **numbers)


def path(recipe: Recipe, start: list[float], gradients: list[list[float]]) -> np.ndarray:
    """Return where each step leads, in float64."""
    with jax.enable_x64(True):
        rule = optimizer(recipe.structure, {name: jnp.asarray(value) for name, value in recipe.numbers.items()})

        def step(carry: Any, gradient: jax.Array) -> Any:
            place, memory = carry
            move, memory = rule.update(gradient, memory, place)
            place = optax.apply_updates(place, move)
            return (place, memory), place

        @partial(jax.jit, compiler_options=BRIEF_OPTIONS)
        def walk(place: jax.Array, gradients: jax.Array) -> jax.Array:
            places: jax.Array = jax.lax.scan(step, (place, rule.init(place)), gradients)[1]
            return places

        return np.asarray(walk(jnp.asarray(start), jnp.asarray(gradients)))


GRADIENTS = [[1.0, -0.5], [0.2, 3.0], [-1.0, 1e-9], [0.0, 0.7]]
START = [0.3, -2.0]


def test_every_legal_optimizer_is_there_and_no_other() -> None:
    assert list(DIRECTIONS) == list(legal.OPTIMIZERS)


class Noting(Mapping[str, jax.Array]):
    """Numbers that note which of them were asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> jax.Array:
        self.asked.add(name)
        return jnp.asarray(0.5)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("no optimizer looks at all numbers")

    def __len__(self) -> int:
        return 1


@each
def test_an_optimizer_uses_just_the_numbers_that_it_takes(word: str) -> None:
    numbers, place = Noting(), jnp.ones(2)
    rule = optimizer(recipe_of(word).structure, numbers)
    rule.update(place, rule.init(place), place)
    assert numbers.asked == {"learning_rate", *legal.OPTIMIZERS[word]}


@each
def test_an_optimizer_walks_to_the_bottom_of_a_bowl(word: str) -> None:
    recipe = recipe_of(word, learning_rate=0.05)
    rule = optimizer(recipe.structure, {name: jnp.asarray(value) for name, value in recipe.numbers.items()})

    def step(carry: Any, _: None) -> Any:
        place, memory = carry
        move, memory = rule.update(2 * place, memory, place)
        return (optax.apply_updates(place, move), memory), None

    @partial(jax.jit, compiler_options=BRIEF_OPTIONS)
    def bottom(place: jax.Array) -> jax.Array:
        (place, _), _ = jax.lax.scan(step, (place, rule.init(place)), length=300)
        return place

    assert np.abs(np.asarray(bottom(jnp.asarray([1.0, -2.0])))).max() < 0.06


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_a_velocity_that_gradients_are_added_to(nesterov: bool) -> None:
    place, velocity, places = np.array(START), np.zeros(2), []
    for gradient in np.array(GRADIENTS):
        velocity = 0.9 * velocity + gradient
        place = place - 0.1 * (gradient + 0.9 * velocity if nesterov else velocity)
        places.append(place)
    recipe = recipe_of("sgd", learning_rate=0.1, momentum=0.9, nesterov=nesterov)
    np.testing.assert_allclose(path(recipe, START, GRADIENTS), places, rtol=1e-12)


@pytest.mark.parametrize("word", ["adam", "adam_keras", "adamw"])
def test_the_forms_of_adam_differ_in_where_epsilon_stands_and_in_decay(word: str) -> None:
    place, mean, square, places = np.array(START), np.zeros(2), np.zeros(2), []
    for t, gradient in enumerate(np.array(GRADIENTS), start=1):
        mean, square = 0.8 * mean + 0.2 * gradient, 0.9 * square + 0.1 * gradient**2
        if word == "adam_keras":
            step = np.sqrt(1 - 0.9**t) / (1 - 0.8**t) * mean / (np.sqrt(square) + 0.01)
        else:
            step = mean / (1 - 0.8**t) / (np.sqrt(square / (1 - 0.9**t)) + 0.01)
        place = place - 0.1 * (step + (0.3 * place if word == "adamw" else 0))
        places.append(place)
    decay = {"weight_decay": 0.3} if word == "adamw" else {}
    recipe = recipe_of(word, learning_rate=0.1, beta1=0.8, beta2=0.9, epsilon=0.01, **decay)
    np.testing.assert_allclose(path(recipe, START, GRADIENTS), places, rtol=1e-12)


def test_rmsprop_divides_by_the_root_and_then_gathers_momentum() -> None:
    place, square, velocity, places = np.array(START), np.zeros(2), np.zeros(2), []
    for gradient in np.array(GRADIENTS):
        square = 0.95 * square + 0.05 * gradient**2
        velocity = 0.5 * velocity + gradient / (np.sqrt(square) + 0.01)
        place = place - 0.1 * velocity
        places.append(place)
    recipe = recipe_of("rmsprop", learning_rate=0.1, decay=0.95, epsilon=0.01, momentum=0.5)
    np.testing.assert_allclose(path(recipe, START, GRADIENTS), places, rtol=1e-12)


@pytest.mark.parametrize("word", ["adam", "adam_keras"])
def test_adam_in_one_pass_is_adam(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe("[3 tanh] > linear", optimizer=word)
    random, members = np.random.default_rng(0), 3
    numbers = {name: jnp.full(members, value, jnp.float32) for name, value in recipe.numbers.items()}
    numbers |= {"learning_rate": jnp.asarray([1e-3, 1e-2, 0.1]), "beta1": jnp.asarray([0.9, 0.5, 0.0])}
    shapes = {"1.kernel": (members, 70, 41), "1.bias": (members, 41), "output.bias": (members, 1)}
    begin = {name: jnp.asarray(random.normal(size=shape), jnp.float32) for name, shape in shapes.items()}
    slopes = [{name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()} for _ in range(4)]

    def walk() -> tuple[Any, str]:
        members_step = jax.jit(jax.vmap(partial(take_step, recipe.structure)))
        weights, memory = begin, jax.jit(jax.vmap(lambda n, w: optimizer(recipe.structure, n).init(w)))(numbers, begin)
        for gradients in slopes:
            weights, memory = members_step(numbers, gradients, memory, weights)
        return (weights, memory), members_step.lower(numbers, slopes[0], memory, weights).as_text()

    by_handler, program = walk()
    assert (native.ADAM in program) == native.available()
    monkeypatch.setattr(native, "available", lambda: False)
    by_xla, program = walk()
    assert native.ADAM not in program
    assert str(jax.tree.structure(by_handler)) == str(jax.tree.structure(by_xla))
    for one, other in zip(jax.tree.leaves(by_handler), jax.tree.leaves(by_xla), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-7)
