"""Random streams: every random number is a function of (seed, purpose, epoch, step), never of what ran before.

That is what makes a resumed network bit-equal to an undisturbed one: there is no generator state to carry. Numbers are
drawn in single precision and only then made as precise as what they are drawn for, so that a network of float64 begins
with the weights, and loses the units, that it does in float32.
"""

from __future__ import annotations

import math
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.nets import threefry

INITIALISATION, DROPOUT, ORDER = range(3)

CORRUPTED, DRAWN = 2**31, 2**31 + 1
"""What a minibatch's key is folded with beside the layers' numbers: for corrupted rows, and for a normal latent."""

MANY = 2**18
"""Rows from which on an order is sorted in parts; SciPy, which parts them, takes a tenth of a second to import."""


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


def row_order(order_seed: int, epoch: int, rows: int) -> np.ndarray:
    """Return the order (n,) in which an epoch visits the rows, the same for all members that share `order_seed`.

    It is what ``jax.random.permutation`` gives, made without a program and while a device is at work.
    """
    order = np.arange(rows, dtype=np.int32)
    key = threefry.fold_in(threefry.fold_in(threefry.key(order_seed), ORDER), epoch)
    for _ in range(math.ceil(3 * math.log(max(1, rows)) / math.log(2**32 - 1))):
        key, drawn = threefry.split(key)
        order = _sorted_by(threefry.bits(drawn, rows), order)
    order.flags.writeable = False
    return order


def _sorted_by(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Sort numbers (n,) of int32 by keys (n,) of uint32; those of equal keys stay as they were."""
    order = np.empty_like(numbers)
    keys, numbers, ends = _parted(keys, numbers) if len(keys) >= MANY else (keys, numbers, [0, len(keys)])
    for start, end in pairwise(ends):
        order[start:end] = numbers[start:end][_places(keys[start:end])]
    return order


def _parted(keys: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Sort both by the keys' first byte alone; return them and where each byte's part ends, the first at 0.

    A part fits into a cache where the whole does not. SciPy goes through memory once when it stores by columns what is
    a matrix of one row.
    """
    from scipy.sparse import csr_array

    pairs = np.stack([keys, numbers.view(np.uint32)], axis=1).view(np.uint64)[:, 0]
    row = csr_array((pairs, (keys >> 24).astype(np.int32), [0, len(keys)]), shape=(1, 2**8))
    columns = row.tocsc()
    parted = columns.data.view(np.uint32).reshape(-1, 2)
    return parted[:, 0], parted[:, 1], columns.indptr.tolist()


def _places(keys: np.ndarray) -> np.ndarray:
    """Return the places (n,) of keys in their order: by their lower halves, then by the upper ones.

    NumPy sorts numbers of 16 bits by counting.
    """
    places = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> 16).astype(np.uint16)
    return places[np.argsort(upper[places], kind="stable")]
