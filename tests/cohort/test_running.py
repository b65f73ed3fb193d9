"""One chunk at work: what diverges, what is frozen, and the rows that lie on the device."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.cohort.programs import evaluating, training
from trasunto.cohort.running import RowCache, Running
from trasunto.cohort.shapes import Layout, capacity
from trasunto.data import Table, from_arrays
from trasunto.spec import Recipe

Train = Callable[..., dict[str, Any]]
BitEqual = Callable[[Any, Any], bool]

LINEAR = Recipe("[4 linear] > linear", optimizer="sgd", learning_rate=0.05, batch_size=10)
TAME, WILD, AT_ONCE = 0.05, 0.5, 1e9


@pytest.fixture(scope="module")
def table() -> Table:
    random = np.random.default_rng(1)
    rows = random.normal(size=(120, 3)) @ random.normal(size=(3, 8))
    labels = random.integers(0, 3, 120)
    return from_arrays(rows[:100].astype(np.float32), labels[:100], test=(rows[100:].astype(np.float32), labels[100:]))


def jobs(table: Table, *rates: float, last: int = 6) -> list[Job]:
    return [Job(f"rate {rate:g}", LINEAR.replace(learning_rate=rate), 0, table, 0, last) for rate in rates]


@pytest.fixture(scope="module")
def beside_wild_ones(table: Table, train: Train) -> dict[str, Any]:
    """Two tame members, one that diverges after a while and one that diverges at once."""
    return train([Chunk(tuple(jobs(table, TAME, WILD, AT_ONCE, 0.02)), Layout(4))])


def test_divergence_is_flagged_in_the_epoch_in_which_the_loss_is_no_longer_finite(
    beside_wild_ones: dict[str, Any],
) -> None:
    losses = beside_wild_ones["rate 0.5"].curve("train_loss")
    assert beside_wild_ones["rate 0.5"].diverged == len(losses) > 1
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])
    assert beside_wild_ones["rate 1e+09"].diverged == 1
    assert beside_wild_ones[f"rate {TAME}"].diverged is None


def test_the_weights_of_a_diverged_member_are_the_last_finite_ones(beside_wild_ones: dict[str, Any]) -> None:
    for id in ("rate 0.5", "rate 1e+09"):
        wild = beside_wild_ones[id]
        before = wild.states[wild.diverged - 1]
        for epoch in range(wild.diverged, 7):
            for name, array in wild.states[epoch].items():
                assert np.array_equal(array, before[name])
                assert np.isfinite(array).all()


def test_the_others_go_on_as_if_it_had_never_been_beside_them(
    table: Table, train: Train, beside_wild_ones: dict[str, Any], bit_equal: BitEqual
) -> None:
    tame = train([Chunk(tuple(jobs(table, TAME, 0.03, 0.01, 0.02)), Layout(4))])
    for id in (f"rate {TAME}", "rate 0.02"):
        assert bit_equal(beside_wild_ones[id], tame[id])
        assert len(tame[id].curve("train_loss")) == 6


def test_a_chunk_is_over_when_all_have_diverged(table: Table, train: Train) -> None:
    members = train([Chunk(tuple(jobs(table, 1e9, 1e10, last=50)), Layout(4))])
    assert [max(epoch for epoch, _ in member.metrics) for member in members.values()] == [1, 1]


def test_a_member_may_start_from_some_given_weights(table: Table, train: Train) -> None:
    kernel = np.full((8, 4), 0.25, np.float32)
    own, given = jobs(table, TAME, last=1) * 2
    given = replace(given, id="given", begin=lambda: {"weights/1.kernel": kernel})
    members = train([Chunk((own, given), Layout(4))])
    first, other = members[own.id].states[0], members["given"].states[0]
    assert np.array_equal(other["weights/1.kernel"], kernel)
    assert not np.array_equal(first["weights/1.kernel"], kernel)
    for name in first:
        assert name == "weights/1.kernel" or np.array_equal(first[name], other[name])


def test_an_autoencoder_and_a_classifier_can_share_a_table(table: Table, train: Train) -> None:
    classifier = LINEAR.replace(loss="cross_entropy")
    both = [Job("autoencoder", LINEAR, 0, table, 0, 2), Job("classifier", classifier, 0, table, 0, 2)]
    together = train(plan(both, 1))
    assert "test_accuracy" not in {name for _, name in together["autoencoder"].metrics}
    assert together["classifier"].metrics == train(plan(both[1:], 1))["classifier"].metrics


def test_tables_that_share_test_rows_each_number_their_own_classes(table: Table, train: Train) -> None:
    """Label 0 is class 0 in the first table, but class 1 where the training rows have a label below it too."""
    assert table.y is not None
    lower = replace(table, y=np.where(np.arange(100) < 10, -1, table.y))
    assert lower.test is table.test
    recipe = LINEAR.replace(loss="cross_entropy", learning_rate=0.2)
    both = [Job("without", recipe, 0, table, 0, 3), Job("with", recipe, 0, lower, 0, 3)]
    together = train(plan(both, 1))
    assert together["with"].metrics == train(plan(both[1:], 1))["with"].metrics


def test_a_shelf_keeps_rows_as_they_are_stored_filled_up_and_forgets_what_was_not_used(
    devices: list[jax.Device], few_digits: Table
) -> None:
    cache, none = RowCache(devices[0], room=2), np.array([])
    pieces = [few_digits.take(slice(at, at + 5)) for at in (0, 5, 10)]
    first = cache.fetch(pieces[0], none)
    assert first.x.dtype == np.uint8
    assert first.y is None
    assert np.array_equal(first.x[:5], pieces[0].x)
    assert (int(first.n), len(first.x)) == (5, capacity(5, 784))
    assert (np.asarray(first.x[5:]) == pieces[0].x[-1]).all()
    assert cache.fetch(pieces[0], none) is first
    cache.fetch(pieces[1], none)
    assert cache.fetch(pieces[0], none) is first
    cache.fetch(pieces[2], none)
    assert cache.fetch(pieces[0], none) is first, "used after the second"
    assert cache.fetch(pieces[1], none).x is not first.x


def test_a_cohort_at_work_keeps_its_programs_whatever_others_are_compiled(
    devices: list[jax.Device], table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    chunk = Chunk(tuple(jobs(table, TAME)), Layout(1))
    running = Running(chunk, [{}], devices[0], RowCache(devices[0]), checkpoint_seconds=1e9)
    running.begin()
    running.advance()
    for kind in (training, evaluating):
        kind.cache_clear()
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        running.advance()
    assert not [record for record in caplog.records if "compil" in record.getMessage().lower()]
