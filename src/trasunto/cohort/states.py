"""A chunk's states as named arrays, the form in which they are stored and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from trasunto.cohort.step import State

Arrays = dict[str, np.ndarray]

WEIGHTS, OPT_STATE = "weights/", "memory/"


def to_arrays(states: State) -> Arrays:
    """Copy a chunk's states (m, ...) to this process's memory: ``weights/<name>`` and ``memory/<number>``."""
    arrays = {WEIGHTS + name: np.array(array) for name, array in states.weights.items()}
    for number, leaf in enumerate(jax.tree.leaves(states.opt_state)):
        arrays[f"{OPT_STATE}{number}"] = np.array(leaf)
    return arrays


def finite(states: State) -> np.ndarray:
    """Say whose weights are finite, (m,)."""
    weights = [np.asarray(array) for array in states.weights.values()]
    each = [np.isfinite(array).all(axis=tuple(range(1, array.ndim))) for array in weights]
    everywhere: np.ndarray = np.logical_and.reduce(each)
    return everywhere


def chosen(these: np.ndarray, new: State, old: State) -> State:
    """Return the states (m, ...) of `these` members (m,) from `new` and those of the others from `old`.

    It is done in this process's memory, where there is nothing to compile: few epochs need it.
    """

    def whole(new: jax.Array, old: jax.Array) -> np.ndarray:
        filled = np.array(new)
        filled[~these] = np.asarray(old)[~these]
        return filled

    states: State = jax.tree.map(whole, new, old)
    return states


def only_weights(arrays: Mapping[str, np.ndarray]) -> Arrays:
    """Return the weights among one member's arrays, by their plain names."""
    return {name.removeprefix(WEIGHTS): array for name, array in arrays.items() if name.startswith(WEIGHTS)}


def stack(begins: Sequence[Mapping[str, np.ndarray]], fresh: State) -> State:
    """Return a chunk's states from its members' own arrays, laid over `fresh` (m, ...).

    A member may bring all of a state (to go on from it) or some weights only (to start from them); what it does not
    bring stays as it is in `fresh`.
    """
    leaves, shape = jax.tree.flatten(fresh.opt_state)
    named = {WEIGHTS + name: array for name, array in fresh.weights.items()}
    named |= {f"{OPT_STATE}{number}": leaf for number, leaf in enumerate(leaves)}
    filled = {name: np.array(array) for name, array in named.items()}
    for slot, begin in enumerate(begins):
        for name, array in begin.items():
            filled[name][slot] = array
    weights: dict[str, Any] = {name: filled[WEIGHTS + name] for name in fresh.weights}
    opt_state = jax.tree.unflatten(shape, [filled[f"{OPT_STATE}{number}"] for number in range(len(leaves))])
    return State(weights, opt_state)
