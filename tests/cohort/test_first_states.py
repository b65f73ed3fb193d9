"""What a chunk begins with."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

from trasunto.cohort.states import stack
from trasunto.cohort.step import State, first_states, init_opt_state
from trasunto.spec import Recipe, legal

M, D = 3, 37  # rows that no other test has: what is compiled for them is compiled here
SEEDS = np.arange(M, dtype=np.uint32)

RECIPES = [Recipe("9 relu > [3 linear] > mirror > linear", optimizer=word) for word in legal.OPTIMIZERS]
RECIPES += [
    RECIPES[1].replace(clip_norm=1.0),
    RECIPES[1].replace(frozen="encoder", network="9 relu > [3 linear] > linear"),
]


def numbers_of(recipe: Recipe) -> dict[str, Any]:
    return {name: np.full(M, value, np.float32) for name, value in recipe.numbers.items()}


def begun(recipe: Recipe) -> State:
    return first_states(recipe.structure.on(D), numbers_of(recipe), SEEDS)


@pytest.mark.parametrize("wide", [False, True])
def test_an_optimizer_begins_with_what_it_asks_for_itself(wide: bool) -> None:
    with jax.enable_x64(wide):
        ours = [begun(recipe) for recipe in RECIPES]

        @jax.jit
        def asked() -> list[Any]:
            given = zip(RECIPES, ours, strict=True)
            return [
                jax.vmap(partial(init_opt_state, recipe.structure))(numbers_of(recipe), state.weights)
                for recipe, state in given
            ]

        theirs = asked()
    for mine, its in zip(ours, theirs, strict=True):
        assert str(jax.tree.structure(mine.opt_state)) == str(jax.tree.structure(its))
        for one, other in zip(jax.tree.leaves(mine.opt_state), jax.tree.leaves(its), strict=True):
            assert (one.shape, one.dtype) == (other.shape, other.dtype)
            assert np.array_equal(one, other)


def test_nothing_is_compiled_for_it(caplog: pytest.LogCaptureFixture) -> None:
    recipe = RECIPES[1]
    with caplog.at_level(logging.WARNING, "jax"), jax.log_compiles():
        fresh = begun(recipe)
        jax.device_put(stack([{"weights/1.bias": np.ones(9)}, {}, {}], fresh), jax.devices()[-1])
        assert not [record for record in caplog.records if "Compiling" in record.getMessage()]
        jax.jit(lambda states: jax.tree.map(lambda leaf: leaf + 1, states))(fresh)
        assert [record for record in caplog.records if "Compiling" in record.getMessage()], "it would be said"
