"""Which columns of a row, and which rows of a minibatch, count: a one-hot code is one feature over several columns."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.spec import Structure


def features(structure: Structure, d: int) -> int:
    """Count the features that d columns hold: a one-hot block is one."""
    return d - sum(stop - start - 1 for start, stop in structure.blocks)


def owners(structure: Structure, d: int) -> np.ndarray:
    """Return the number of the feature that each column (d,) belongs to, counted from 0 in the columns' order."""
    begins = np.ones(d, dtype=np.int64)
    for start, stop in structure.blocks:
        begins[start + 1 : stop] = 0
    return np.cumsum(begins) - 1


def lone(structure: Structure, d: int) -> np.ndarray:
    """Return the columns that are numbers of their own, in order."""
    alone = np.ones(d, dtype=bool)
    for start, stop in structure.blocks:
        alone[start:stop] = False
    return np.flatnonzero(alone)


def mean_of_rows(values: jax.Array, real: jax.Array | None) -> jax.Array:
    """Return the mean of what rows give (b,), of the first `real` rows where it is not None: the others fill up."""
    if real is None:
        return values.mean()
    return jnp.where(jnp.arange(len(values)) < real, values, 0).sum() / real


def softened(structure: Structure, sums: jax.Array, values: jax.Array) -> jax.Array:
    """Return an output layer's `values` (b, d) with the columns of each one-hot block as probabilities of its sums."""
    for start, stop in structure.blocks:
        values = values.at[:, start:stop].set(jax.nn.softmax(sums[:, start:stop]))
    return values


def block_errors(structure: Structure, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return the cross entropy (b,) of every one-hot block, added up.

    A row without a category, all zeros as an unseen one is coded, costs nothing there.
    """
    total = jnp.zeros(len(x), x.dtype)
    for start, stop in structure.blocks:
        total -= (x[:, start:stop] * jax.nn.log_softmax(sums[:, start:stop])).sum(axis=1)
    return total
