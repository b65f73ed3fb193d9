from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.nets import streams
from trasunto.nets.streams import DROPOUT, INITIALISATION, MANY, ORDER, row_order, step_key, stream


def bits(key: jax.Array) -> tuple[int, ...]:
    return tuple(np.asarray(jax.random.key_data(key)).tolist())


@pytest.mark.parametrize("rows", [1, 2, 50, 2000, 70_000])
def test_an_order_is_the_permutation_that_jax_draws(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = jax.random.permutation(jax.random.fold_in(stream(7, ORDER), 3), rows)
    assert np.array_equal(row_order(7, 3, rows), theirs)
    monkeypatch.setattr(streams, "MANY", 1)
    assert np.array_equal(row_order(7, 3, rows), theirs)


@pytest.mark.parametrize("many", [1, MANY], ids=["in parts", "as a whole"])
def test_numbers_of_equal_keys_stay_as_they_were(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MANY", many)
    random = np.random.default_rng(0)
    keys = random.choice(np.array([0, 1, 2**16, 2**31 + 1, 2**32 - 2**16, 2**32 - 1], np.uint32), 5000)
    numbers = random.permutation(5000).astype(np.int32)
    ours = streams._sorted_by(keys, numbers)
    assert ours.dtype == np.int32
    assert np.array_equal(ours, numbers[np.argsort(keys, kind="stable")])


@pytest.mark.parametrize("rows", [0, 1, 2, 50, 2000])
def test_an_order_visits_every_row_once(rows: int) -> None:
    assert sorted(np.asarray(row_order(0, 1, rows)).tolist()) == list(range(rows))


def test_equal_seeds_give_equal_orders_and_other_seeds_or_epochs_others() -> None:
    orders = {
        (seed, epoch): tuple(np.asarray(row_order(seed, epoch, 50)).tolist()) for seed in (0, 1) for epoch in (1, 2)
    }
    assert len(set(orders.values())) == 4
    assert tuple(np.asarray(row_order(0, 1, 50)).tolist()) == orders[0, 1]


def test_an_order_is_no_function_of_the_precision() -> None:
    before = row_order(3, 2, 200)
    with jax.enable_x64(True):
        assert np.array_equal(row_order(3, 2, 200), before)


def test_no_two_minibatches_share_a_key() -> None:
    keys = [
        bits(step_key(seed, purpose, epoch, step))
        for seed in (0, 1)
        for purpose in (INITIALISATION, DROPOUT, ORDER)
        for epoch in (1, 2, 3)
        for step in (0, 1, 2)
    ]
    assert len(set(keys)) == len(keys)


def test_a_key_is_the_same_however_its_numbers_are_held() -> None:
    held = step_key(jnp.asarray(2**32 - 1, jnp.uint32), DROPOUT, jnp.asarray(7), jnp.asarray(3))
    assert bits(step_key(2**32 - 1, DROPOUT, 7, 3)) == bits(held)
    assert bits(jax.jit(lambda *numbers: step_key(numbers[0], DROPOUT, *numbers[1:]))(np.uint32(5), 7, 3)) == bits(
        step_key(5, DROPOUT, 7, 3)
    )


def test_large_seeds_are_all_different() -> None:
    seeds = [0, 1, 2**31 - 1, 2**31, 2**32 - 1]
    assert len({bits(stream(seed, INITIALISATION)) for seed in seeds}) == len(seeds)
