"""Threefry-2x32 in NumPy: the numbers of ``jax.random`` without compiling a program for each shape.

Keys are arrays (..., 2) of uint32, as ``jax.random.key_data`` returns them. A number depends on its key and its index
alone, as under JAX's setting ``jax_threefry_partitionable``; each of several keys has its own numbers.

References
----------
Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 4.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

PART = 2**15  # numbers made at a time: the working set stays in a core's cache
ROTATIONS = (13, 15, 26, 6), (17, 29, 16, 24)
PARITY = np.uint32(0x1BD11BDA)


def key(seed: np.ndarray | int) -> np.ndarray:
    """Return the keys (..., 2) of seeds (...) below 2**32."""
    low = np.asarray(seed, np.uint32)
    return np.stack([np.zeros_like(low), low], axis=-1)


def fold_in(keys: np.ndarray, number: int) -> np.ndarray:
    """Return new keys (..., 2) derived from `keys` and a number below 2**32."""
    first, second = keys.reshape(-1, 2).T
    left, right = np.zeros_like(first), np.full_like(second, number)
    _scramble(first, second, left, right)
    return np.stack([left, right], axis=-1).reshape(keys.shape)


def split(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two new keys (..., 2) for each."""
    return fold_in(keys, 0), fold_in(keys, 1)


def bits(keys: np.ndarray, count: int) -> np.ndarray:
    """Draw random uint32 (..., count) from keys (..., 2)."""
    drawn = np.empty((keys.size // 2, count), np.uint32)
    for place, part in _parts(keys.reshape(-1, 2), count):
        drawn[place] = part
    return drawn.reshape(*keys.shape[:-1], count)


def uniform(keys: np.ndarray, shape: tuple[int, ...], bound: float) -> np.ndarray:
    """Draw float32 (..., *shape) from keys (..., 2), uniform from -`bound` to below `bound`.

    Computed in float64 and rounded once, as by the fused multiply-add of JAX's compiler.
    """
    drawn = np.empty((keys.size // 2, math.prod(shape)), np.float32)
    edge = float(np.float32(bound))
    for place, part in _parts(keys.reshape(-1, 2), math.prod(shape)):
        part >>= 9  # leaves 23 bits, float32's fraction
        np.subtract(part * (edge * 2**-22), edge, out=drawn[place], casting="same_kind")
    return drawn.reshape(*keys.shape[:-1], *shape)


def _parts(keys: np.ndarray, count: int) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
    """Yield the random bits of an array (m, count), keys (m, 2), in parts, each with its slices of the array."""
    columns = max(1, min(count, PART))
    rows = PART // columns
    for top, start in product(range(0, len(keys), rows), range(0, count, columns)):
        place = slice(top, top + rows), slice(start, min(start + columns, count))
        first, second = keys[place[0], :1], keys[place[0], 1:]
        numbers = np.arange(place[1].stop - start, dtype=np.uint32) + np.uint32(start % 2**32)
        left, right = np.full((len(first), len(numbers)), start // 2**32, np.uint32), np.tile(numbers, (len(first), 1))
        _scramble(first, second, left, right)
        left ^= right
        yield place, left


def _scramble(first: np.ndarray, second: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
    """Encrypt the pairs of `left` and `right` in place, with keys that broadcast to them."""
    schedule = first, second, first ^ second ^ PARITY
    spare = np.empty_like(right)
    left += schedule[0]
    right += schedule[1]
    for injection in range(1, 6):
        for turn in ROTATIONS[(injection - 1) % 2]:
            left += right
            np.left_shift(right, turn, out=spare)
            right >>= 32 - turn
            right |= spare
            right ^= left
        left += schedule[injection % 3]
        right += schedule[(injection + 1) % 3] + np.uint32(injection)
