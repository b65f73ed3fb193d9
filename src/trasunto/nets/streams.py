"""Random streams: every random number is a function of (seed, purpose, epoch, step), never of what ran before.

That is what makes a resumed network bit-equal to an undisturbed one: there is no generator state to carry. Numbers are
drawn in single precision and only then made as precise as what they are drawn for, so that a network of float64 begins
with the weights, and loses the units, that it does in float32.
"""

from __future__ import annotations

import math
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.nets.settings import usual_settings

INITIALISATION, DROPOUT, ORDER = range(3)

CORRUPTED, DRAWN = 2**31, 2**31 + 1
"""What a minibatch's key is folded with beside the layers' numbers: for corrupted rows, and for a normal latent."""


def stream(seed: jax.Array | int, purpose: int) -> jax.Array:
    """Return the threefry key of one purpose of one seed."""
    return jax.random.fold_in(jax.random.key(seed, impl="threefry2x32"), purpose)


def step_key(seed: jax.Array | int, purpose: int, epoch: jax.Array | int, step: jax.Array | int) -> jax.Array:
    """Return the key of one minibatch: `epoch` counts from 1, `step` from 0 within the epoch."""
    return jax.random.fold_in(jax.random.fold_in(stream(seed, purpose), epoch), step)


def normal(key: jax.Array, like: jax.Array) -> jax.Array:
    """Draw standard normal numbers of the shape and precision of `like`."""
    return jax.random.normal(key, like.shape, jnp.float32).astype(like.dtype)


def chosen(key: jax.Array, share: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Draw truths of `shape`, each true with probability `share`."""
    return jax.random.bernoulli(key, share.astype(jnp.float32), shape)


def numbers_below(key: jax.Array, end: jax.Array | int, shape: tuple[int, ...]) -> jax.Array:
    """Draw whole numbers of `shape` from 0 to `end` - 1."""
    return jax.random.randint(key, shape, 0, end, jnp.int32)


@lru_cache(maxsize=4)
def row_order(order_seed: int, epoch: int, rows: int) -> np.ndarray:
    """Return the order (n,) in which an epoch visits the rows, the same for all members that share `order_seed`.

    It is what ``jax.random.permutation`` gives, sorted by NumPy, which is faster on a CPU and can be done
    while a device is at work; the last orders are kept, since chunks and devices ask for the same ones.
    """
    order = np.arange(rows, dtype=np.int32)
    with usual_settings():
        key = jax.random.fold_in(stream(order_seed, ORDER), epoch)
        for _ in range(math.ceil(3 * math.log(max(1, rows)) / math.log(2**32 - 1))):
            key, drawn = jax.random.split(key)
            order = order[np.argsort(np.asarray(jax.random.bits(drawn, (rows,), np.uint32)), kind="stable")]
    order.flags.writeable = False
    return order
