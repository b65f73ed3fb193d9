"""Random streams: every random number is a function of (seed, purpose, epoch, step), never of what ran before.

That is what makes a resumed network bit-equal to an undisturbed one: there is no generator state to carry.
"""

from __future__ import annotations

import jax

INITIALISATION, DROPOUT, ORDER = range(3)

CORRUPTED, DRAWN = 2**31, 2**31 + 1
"""What a minibatch's key is folded with beside the layers' numbers: for corrupted rows, and for a normal latent."""


def stream(seed: jax.Array | int, purpose: int) -> jax.Array:
    """Return the threefry key of one purpose of one seed."""
    return jax.random.fold_in(jax.random.key(seed, impl="threefry2x32"), purpose)


def step_key(seed: jax.Array | int, purpose: int, epoch: jax.Array | int, step: jax.Array | int) -> jax.Array:
    """Return the key of one minibatch: `epoch` counts from 1, `step` from 0 within the epoch."""
    return jax.random.fold_in(jax.random.fold_in(stream(seed, purpose), epoch), step)


def row_order(order_seed: jax.Array | int, epoch: jax.Array | int, rows: int) -> jax.Array:
    """Return the order (n,) in which an epoch visits the rows, the same for all members that share `order_seed`."""
    return jax.random.permutation(jax.random.fold_in(stream(order_seed, ORDER), epoch), rows)
