"""NumPy's threefry against JAX's, bit for bit."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.nets import threefry
from trasunto.nets.streams import INITIALISATION, stream

SEEDS = np.array([0, 1, 7, 2**31, 2**32 - 1], np.uint32)
COUNT = 2 * threefry.PART + 3  # parts and a rest

PUBLISHED = [  # counter, key, result: "known answers" of the authors' own tests, for 20 rounds
    ((0x00000000, 0x00000000), (0x00000000, 0x00000000), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
]


def seed_key(seed: int) -> jax.Array:
    return jax.random.key(seed, impl="threefry2x32")


@pytest.mark.parametrize(("counter", "key", "result"), PUBLISHED)
def test_pairs_are_encrypted_as_published(
    counter: tuple[int, int], key: tuple[int, int], result: tuple[int, int]
) -> None:
    left, right, first, second = (np.array([half], np.uint32) for half in (*counter, *key))
    threefry._scramble(first, second, left, right)
    assert (left[0], right[0]) == result


def test_keys_are_those_of_jax() -> None:
    keys = threefry.fold_in(threefry.key(SEEDS), 2**31 + 5)
    assert keys.shape == (len(SEEDS), 2)
    for at, seed in enumerate(SEEDS.tolist()):
        theirs = jax.random.fold_in(seed_key(seed), 2**31 + 5)
        assert np.array_equal(keys[at], jax.random.key_data(theirs))
        assert np.array_equal(threefry.fold_in(threefry.key(seed), 2**31 + 5), keys[at])
        assert np.array_equal(
            [half[at] for half in threefry.split(keys)], jax.random.key_data(jax.random.split(theirs))
        )


def test_bits_are_those_of_jax_however_many_keys_and_numbers_there_are() -> None:
    theirs = np.asarray(jax.jit(jax.vmap(lambda seed: jax.random.bits(seed_key(seed), (COUNT,), np.uint32)))(SEEDS))
    keys = threefry.key(SEEDS)
    for count in (0, 1, 5, threefry.PART - 1, threefry.PART, COUNT):
        assert np.array_equal(threefry.bits(keys, count), theirs[:, :count])
        assert np.array_equal(threefry.bits(keys[1], count), theirs[1, :count])


@pytest.mark.parametrize("wide", [False, True])
def test_uniform_numbers_are_those_of_jax_as_it_compiles_for_a_processor(wide: bool) -> None:
    """JAX's sum is exact before it is rounded, and so is the one here; products rounded first would differ in half."""
    bounds = [1 / math.sqrt(inputs) for inputs in (1, 3, 784)] + [math.sqrt(6 / sizes) for sizes in (2, 41, 1296)]

    @jax.jit
    @jax.vmap
    def drawn(seed: jax.Array, bound: jax.Array) -> jax.Array:
        key = stream(seed, INITIALISATION)
        return jax.random.uniform(key, (COUNT,), jnp.float32, minval=-bound, maxval=bound)

    seeds = np.resize(SEEDS, len(bounds))
    keys = threefry.fold_in(threefry.key(seeds), INITIALISATION)
    with jax.enable_x64(wide):
        theirs = np.asarray(drawn(seeds, np.array(bounds, np.float32)))
    for key, bound, their in zip(keys, bounds, theirs, strict=True):
        ours = threefry.uniform(key, (COUNT,), bound)
        assert ours.dtype == np.float32
        assert np.array_equal(ours, their)
