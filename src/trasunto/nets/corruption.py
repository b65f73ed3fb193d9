"""What training does to rows before the encoder sees them: noise that a denoising autoencoder learns to take off.

References
----------
Vincent et al. (2010), "Stacked denoising autoencoders", section 3.3 (gaussian, masking). Swap noise takes a value of
the same feature from another row, so that what is put in is always a value that the feature has.
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
    # One other row for each feature of each row, the same for all columns of a one-hot code.
    row = numbers_below(others, b if real is None else real, (b, features(structure, d)))[:, owners(structure, d)]
    return jnp.where(_chosen(structure, x, noise, own), jnp.take_along_axis(x, row, axis=0), x)


def _chosen(structure: Structure, x: jax.Array, share: jax.Array, key: jax.Array) -> jax.Array:
    """Choose features of rows, each with probability `share`; return a truth for each column (b, d)."""
    b, d = x.shape
    return chosen(key, share, (b, features(structure, d)))[:, owners(structure, d)]


CORRUPTIONS: dict[str, Corruption] = {"gaussian": _gaussian, "masking": _masking, "swap": _swap}


def corrupt(
    structure: Structure, x: jax.Array, noise: jax.Array, key: jax.Array, real: jax.Array | None = None
) -> jax.Array:
    """Return rows x (b, d) as training shows them to the encoder.

    Parameters
    ----------
    noise
        Deviation of the gaussian noise; or the probability with which each value is masked or swapped.
    key
        Of this minibatch and this network.
    real
        How many rows there are to take values from, the first ones; None for all.
    """
    return CORRUPTIONS[structure.corruption](structure, x, noise, key, real)
