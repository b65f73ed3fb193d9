"""Stateless random streams: every number is a function of (seed, purpose, epoch, step).

There is no generator state to carry, so that a resumed network is bit-equal to an uninterrupted one. Numbers are drawn
in float32 and then cast, so that a float64 network begins with the same weights and drops the same units.
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
"""Numbers folded into a minibatch's key for corruption and for a normal latent, beyond every layer's index."""

MANY = 2**18
"""Rows from which an order is sorted in parts: SciPy, which this needs, takes a tenth of a second to import."""


def stream(seed: jax.Array | int, purpose: int) -> jax.Array:
    """Return the threefry key of one purpose of one seed."""
    return jax.random.fold_in(jax.random.key(seed, impl="threefry2x32"), purpose)


def step_key(seed: jax.Array | int, purpose: int, epoch: jax.Array | int, step: jax.Array | int) -> jax.Array:
    """Return the key of one minibatch: `epoch` counts from 1, `step` from 0 within the epoch."""
    return jax.random.fold_in(jax.random.fold_in(stream(seed, purpose), epoch), step)


def normal(key: jax.Array, like: jax.Array) -> jax.Array:
    """Draw standard normal numbers of the shape and dtype of `like`."""
    return jax.random.normal(key, like.shape, jnp.float32).astype(like.dtype)


def chosen(key: jax.Array, share: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Draw booleans of `shape`, each true with probability `share`."""
    return jax.random.bernoulli(key, share.astype(jnp.float32), shape)


def numbers_below(key: jax.Array, end: jax.Array | int, shape: tuple[int, ...]) -> jax.Array:
    """Draw integers of `shape` from 0 to `end` - 1."""
    return jax.random.randint(key, shape, 0, end, jnp.int32)


def row_order(order_seed: int, epoch: int, rows: int) -> np.ndarray:
    """Return the order (n,) in which an epoch visits the rows, shared by all members with this `order_seed`.

    Equal to ``jax.random.permutation``, but computed without compiling and while the device is busy.
    """
    order = np.arange(rows, dtype=np.int32)
    key = threefry.fold_in(threefry.fold_in(threefry.key(order_seed), ORDER), epoch)
    for _ in range(math.ceil(3 * math.log(max(1, rows)) / math.log(2**32 - 1))):
        key, drawn = threefry.split(key)
        order = _sorted_by(threefry.bits(drawn, rows), order)
    order.flags.writeable = False
    return order


def _sorted_by(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Sort numbers (n,) of int32 by keys (n,) of uint32, stably."""
    order = np.empty_like(numbers)
    keys, numbers, ends = _parted(keys, numbers) if len(keys) >= MANY else (keys, numbers, [0, len(keys)])
    for start, end in pairwise(ends):
        order[start:end] = numbers[start:end][_places(keys[start:end])]
    return order


def _parted(keys: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Bucket both by the keys' first byte; return them and the buckets' ends, preceded by 0.

    A bucket fits into a cache where the whole does not. SciPy's CSR-to-CSC conversion of a one-row matrix is a counting
    sort in one pass.
    """
    from scipy.sparse import csr_array

    pairs = np.stack([keys, numbers.view(np.uint32)], axis=1).view(np.uint64)[:, 0]
    row = csr_array((pairs, (keys >> 24).astype(np.int32), [0, len(keys)]), shape=(1, 2**8))
    columns = row.tocsc()
    parted = columns.data.view(np.uint32).reshape(-1, 2)
    return parted[:, 0], parted[:, 1], columns.indptr.tolist()


def _places(keys: np.ndarray) -> np.ndarray:
    """Argsort keys (n,): a radix sort by halves, since NumPy sorts 16-bit numbers by counting."""
    places = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> 16).astype(np.uint16)
    return places[np.argsort(upper[places], kind="stable")]
