from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.states import chosen, finite, only_weights, stack, to_arrays
from trasunto.cohort.step import State, init_opt_state
from trasunto.spec import Recipe, legal


def fresh(word: str, m: int = 3) -> State:
    structure = Recipe("4 tanh > [2 relu] > linear", optimizer=word).structure
    weights = {
        name: jnp.asarray(np.full((m, *array.shape), 0 if array.bias else 1), float)
        for name, array in structure.on(5).arrays.items()
    }
    numbers = dict.fromkeys(Recipe("[1 relu] > linear", optimizer=word).numbers, jnp.asarray(np.full(m, 0.5), float))
    return State(weights, jax.jit(jax.vmap(partial(init_opt_state, structure)))(numbers, weights))


@pytest.mark.parametrize("word", legal.OPTIMIZERS)
def test_states_taken_apart_and_put_together_are_the_same(word: str) -> None:
    states = fresh(word)
    arrays = to_arrays(states)
    noise = {
        name: (array + np.arange(3).reshape(3, *[1] * (array.ndim - 1))).astype(array.dtype)
        for name, array in arrays.items()
    }
    again = to_arrays(stack([{name: array[slot] for name, array in noise.items()} for slot in range(3)], states))
    assert again.keys() == arrays.keys()
    for name, array in noise.items():
        assert np.array_equal(again[name], array)
        assert again[name].dtype == array.dtype


def test_a_member_brings_what_it_has_and_keeps_the_rest_fresh() -> None:
    states = fresh("adam")
    kernel = np.full((5, 4), 7, np.float32)
    stacked = stack([{}, {"weights/1.kernel": kernel}, {}], states)
    after, before = (np.asarray(each.weights["1.kernel"]) for each in (stacked, states))
    assert np.array_equal(after[1], kernel)
    for slot in (0, 2):
        assert np.array_equal(after[slot], before[slot])
    for one, other in zip(jax.tree.leaves(stacked.opt_state), jax.tree.leaves(states.opt_state), strict=True):
        assert np.array_equal(one, other)


def test_arrays_are_copies_that_outlive_the_states() -> None:
    states = fresh("sgd")
    arrays = to_arrays(states)
    kept = {name: array.copy() for name, array in arrays.items()}
    for leaf in jax.tree.leaves(states):
        leaf.delete()
    assert all(np.array_equal(array, kept[name]) for name, array in arrays.items())


def test_weights_are_told_from_memory_by_their_names() -> None:
    names = ["1.bias", "1.kernel", "2.bias", "2.kernel", "output.bias", "output.kernel"]
    assert sorted(only_weights(to_arrays(fresh("adam")))) == names


def test_weights_of_a_member_are_finite_when_all_of_them_are() -> None:
    states = fresh("adam")
    assert finite(states).tolist() == [True, True, True]
    states.weights["1.bias"] = np.array(states.weights["1.bias"])  # type: ignore[assignment]
    states.weights["1.bias"][1, 0] = np.nan
    assert finite(states).tolist() == [True, False, True]


def test_members_that_are_not_chosen_are_as_they_were_to_the_bit() -> None:
    old, new = fresh("adam"), jax.tree.map(lambda array: np.asarray(array) + 1, fresh("adam"))
    mixed = chosen(np.array([True, False, True]), new, old)
    for one, moved, before in zip(*map(jax.tree.leaves, (mixed, new, old)), strict=True):
        assert np.array_equal(one[[0, 2]], moved[[0, 2]])
        assert np.array_equal(one[1], np.asarray(before)[1])
