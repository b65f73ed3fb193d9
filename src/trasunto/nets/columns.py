"""One-hot blocks and padded minibatches: features behind columns, means over real rows, softmax per block."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.spec import Structure


def features(structure: Structure, d: int) -> int:
    """Count the features in d columns: a one-hot block is one."""
    return d - sum(stop - start - 1 for start, stop in structure.blocks)


def owners(structure: Structure, d: int) -> np.ndarray:
    """Return the index of each column's feature, (d,)."""
    begins = np.ones(d, dtype=np.int64)
    for start, stop in structure.blocks:
        begins[start + 1 : stop] = 0
    return np.cumsum(begins) - 1


def lone(structure: Structure, d: int) -> np.ndarray:
    """Return the indices of the columns outside one-hot blocks, in order."""
    alone = np.ones(d, dtype=bool)
    for start, stop in structure.blocks:
        alone[start:stop] = False
    return np.flatnonzero(alone)


def mean_of_rows(values: jax.Array, real: jax.Array | None) -> jax.Array:
    """Return the mean of per-row values (b,), over the first `real` rows if given: the others are padding."""
    if real is None:
        return values.mean()
    return jnp.where(jnp.arange(len(values)) < real, values, 0).sum() / real


def softened(structure: Structure, sums: jax.Array, values: jax.Array) -> jax.Array:
    """Return an output layer's `values` (b, d) with each one-hot block replaced by the softmax of its sums."""
    for start, stop in structure.blocks:
        values = values.at[:, start:stop].set(jax.nn.softmax(sums[:, start:stop]))
    return values


def block_errors(structure: Structure, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return the cross entropy (b,), summed over one-hot blocks.

    An unseen category is coded as all zeros and contributes nothing.
    """
    total = jnp.zeros(len(x), x.dtype)
    for start, stop in structure.blocks:
        total -= (x[:, start:stop] * jax.nn.log_softmax(sums[:, start:stop])).sum(axis=1)
    return total
