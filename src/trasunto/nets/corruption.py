"""Corruption of the encoder's input, for denoising autoencoders.

References
----------
Vincent et al. (2010), "Stacked denoising autoencoders", section 3.3 (gaussian, masking). Swap noise takes the same
feature's value from another row, so that only values that occur are put in.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from trasunto.nets.columns import features, owners
from trasunto.nets.streams import chosen, normal, numbers_below
from trasunto.spec import Structure

Corruption = Callable[[Structure, jax.Array, jax.Array, jax.Array, jax.Array | None], jax.Array]


def _gaussian(
    structure: Structure, x: jax.Array, noise: jax.Array, key: jax.Array, real: jax.Array | None
) -> jax.Array:
    return x + noise * normal(key, x)


def _masking(structure: Structure, x: jax.Array, noise: jax.Array, key: jax.Array, real: jax.Array | None) -> jax.Array:
    return jnp.where(_chosen(structure, x, noise, key), 0, x)


def _swap(structure: Structure, x: jax.Array, noise: jax.Array, key: jax.Array, real: jax.Array | None) -> jax.Array:
    own, others = jax.random.split(key)
    b, d = x.shape
    # One source row for each feature of each row: all columns of a one-hot block come from the same row.
    row = numbers_below(others, b if real is None else real, (b, features(structure, d)))[:, owners(structure, d)]
    return jnp.where(_chosen(structure, x, noise, own), jnp.take_along_axis(x, row, axis=0), x)


def _chosen(structure: Structure, x: jax.Array, share: jax.Array, key: jax.Array) -> jax.Array:
    """Choose features of rows, each with probability `share`; return a mask over columns (b, d)."""
    b, d = x.shape
    return chosen(key, share, (b, features(structure, d)))[:, owners(structure, d)]


CORRUPTIONS: dict[str, Corruption] = {"gaussian": _gaussian, "masking": _masking, "swap": _swap}


def corrupt(
    structure: Structure, x: jax.Array, noise: jax.Array, key: jax.Array, real: jax.Array | None = None
) -> jax.Array:
    """Return corrupted rows (b, d) of rows x (b, d).

    Parameters
    ----------
    noise
        Standard deviation of the gaussian noise, or the probability that a value is masked or swapped.
    key
        Key of this minibatch and network.
    real
        Swap values only with the first `real` rows, the others being padding; None for all.
    """
    return CORRUPTIONS[structure.corruption](structure, x, noise, key, real)
