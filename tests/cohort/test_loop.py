"""A cohort is networks trained alone: who else is trained, where and when changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import Begins, DevicePlace, PlaceLostError
from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.cohort.running import Event
from trasunto.cohort.shapes import Layout
from trasunto.data import Table, from_arrays
from trasunto.errors import ResourceError
from trasunto.spec import Recipe

Train = Callable[..., dict[str, Any]]
BitEqual = Callable[[Any, Any], bool]

PAPER = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, momentum=0.95, batch_size=100)
AXIS = np.round(np.arange(0.05, 0.96, 0.05), 2)
EPOCHS = 5


def grid(table: Table, momenta: Any = (0.95,), last: int = EPOCHS) -> list[Job]:
    """Return the jobs of 19 learning rates and some momenta."""
    members = PAPER.grid(learning_rate=AXIS, momentum=momenta)
    return [Job(f"member {i}", members.recipe_at(i), 0, table, 0, last) for i in range(len(members))]


def on(devices: list[jax.Device]) -> list[DevicePlace]:
    return [DevicePlace(device) for device in devices]


def chunk(*jobs: Job, width: int = 4) -> tuple[Chunk, ...]:
    return (Chunk(jobs, Layout(width)),)


@pytest.fixture(scope="module")
def cohort(few_digits: Table, train: Train, devices: list[jax.Device]) -> dict[str, Any]:
    """Nineteen learning rates, trained together on all devices in chunks of 4, the last with an idle slot."""
    return train(plan(grid(few_digits), 2, lambda program, alike: Layout(4)), devices)


@pytest.fixture(scope="module")
def alone(few_digits: Table, train: Train) -> dict[str, Any]:
    """Three of them, each trained with no one beside it."""
    jobs = grid(few_digits)
    return train([Chunk((jobs[i],), Layout(1)) for i in (0, 9, 18)])


def assert_same_curves(one: Any, other: Any) -> None:
    for name in ("train_loss", "train_error", "test_loss", "test_error"):
        assert len(one.curve(name)) == EPOCHS + name.startswith("test")
        np.testing.assert_allclose(one.curve(name), other.curve(name), rtol=1e-5)


def test_a_network_in_a_cohort_of_19_has_the_curve_it_has_alone(cohort: dict[str, Any], alone: dict[str, Any]) -> None:
    assert len(cohort) == 19
    for id, member in alone.items():
        assert_same_curves(cohort[id], member)


@pytest.mark.heavy
def test_a_network_in_a_cohort_of_361_has_the_curve_it_has_alone(
    few_digits: Table, train: Train, devices: list[jax.Device]
) -> None:
    jobs = grid(few_digits, AXIS)
    cohort = train(plan(jobs, len(devices)), devices, seconds=1e9)
    assert len(cohort) == 361
    for id, member in train([Chunk((jobs[i],), Layout(1)) for i in range(0, 361, 60)], seconds=1e9).items():
        assert_same_curves(cohort[id], member)


def test_members_differ_and_learn(cohort: dict[str, Any]) -> None:
    last = [member.curve("test_loss")[-1] for member in cohort.values()]
    assert len(set(last)) == 19
    assert all(member.curve("test_loss")[-1] < member.curve("test_loss")[0] for member in cohort.values())


def test_a_padded_chunk_is_bit_equal_to_a_full_one(few_digits: Table, train: Train, bit_equal: BitEqual) -> None:
    a, b, c, d, *_ = grid(few_digits, last=2)
    full, padded = train(chunk(a, b, c, d)), train(chunk(a, b))
    assert bit_equal(padded[a.id], full[a.id])
    assert bit_equal(padded[b.id], full[b.id])
    assert not bit_equal(full[a.id], full[b.id])


def test_a_slot_and_its_neighbours_change_no_bit(few_digits: Table, train: Train, bit_equal: BitEqual) -> None:
    a, b, c, d, e, *_ = grid(few_digits, last=2)
    assert bit_equal(train(chunk(a, b, c, d))[a.id], train(chunk(e, d, b, a))[a.id])


def test_a_device_changes_no_bit(
    few_digits: Table, train: Train, bit_equal: BitEqual, devices: list[jax.Device]
) -> None:
    jobs = grid(few_digits, last=2)[:4]
    first = train(chunk(*jobs), devices[:1])
    last = train(chunk(*jobs), devices[-1:])
    assert all(bit_equal(first[job.id], last[job.id]) for job in jobs)


def test_going_on_from_epoch_3_is_bit_equal_to_going_straight(
    few_digits: Table, train: Train, bit_equal: BitEqual
) -> None:
    jobs = grid(few_digits)[:4]
    straight = train(chunk(*jobs))
    begun = train(chunk(*(replace(job, last=3) for job in jobs)))
    later = [replace(job, first=3, begin=partial(begun[job.id].states.get, 3, {})) for job in jobs]
    resumed = train(chunk(*later))
    for job in jobs:
        whole, half = straight[job.id], resumed[job.id]
        assert list(half.states) == [4, 5]
        assert repr(half.curve("train_loss")) == repr(whole.curve("train_loss")[3:])
        half.metrics = begun[job.id].metrics | half.metrics
        assert bit_equal(half, whole)


def test_every_chunk_gives_one_event_an_epoch_and_members_leave_at_their_end(
    few_digits: Table, devices: list[jax.Device]
) -> None:
    long, short = grid(few_digits, last=3)[:2]
    jobs = [long, replace(short, last=1), replace(long, id="none", last=0)]
    events = list(train_chunks(chunk(*jobs), on(devices[:1])))
    assert [event.epoch for event in events] == [0, 1, 2, 3]
    assert [event.trained.tolist() for event in events] == [
        [True, True, True],
        [True, True, False],
        [True, False, False],
        [True, False, False],
    ]
    assert [event.states is not None for event in events] == [True, True, False, True], "a member ended"
    ended = [event.states["weights/1.kernel"] for event in events if event.states]
    assert np.array_equal(ended[1][1], ended[2][1]), "who has left stays as it was"
    assert all(event.seconds > 0 for event in events)


def test_states_are_handed_out_where_they_are_asked_for(few_digits: Table, devices: list[jax.Device]) -> None:
    job = replace(grid(few_digits, last=4)[0], keep=frozenset({0, 2}))
    often = list(train_chunks(chunk(job), on(devices[:1]), checkpoint_seconds=0.0))
    seldom = list(train_chunks(chunk(job), on(devices[:1]), checkpoint_seconds=1e9))
    assert [event.epoch for event in often if event.states] == [0, 1, 2, 3, 4]
    assert [event.epoch for event in seldom if event.states] == [0, 2, 4]


def test_when_asked_to_stop_the_epochs_in_flight_are_handed_out_and_no_more(
    few_digits: Table, devices: list[jax.Device]
) -> None:
    chunks, events = [Chunk((job,), Layout(4)) for job in grid(few_digits)], list[Any]()
    for event in train_chunks(chunks, on(devices), checkpoint_seconds=1e9, stopping=lambda: len(events) >= 2):
        events.append(event)
    assert 3 <= len(events) <= 3 + len(devices)
    last = {event.jobs: event for event in events}
    assert len(last) == len(devices), "chunks that had not begun are left alone"
    assert all(event.states is not None for event in last.values())


def test_nothing_begins_when_asked_to_stop_beforehand(few_digits: Table, devices: list[jax.Device]) -> None:
    assert list(train_chunks(chunk(grid(few_digits)[0]), on(devices), stopping=lambda: True)) == []


def test_a_beginning_that_cannot_be_fetched_is_the_callers_to_handle(
    few_digits: Table, devices: list[jax.Device]
) -> None:
    def lost() -> dict[str, np.ndarray]:
        raise FileNotFoundError("weights")

    with pytest.raises(FileNotFoundError, match="weights"):
        list(train_chunks(chunk(replace(grid(few_digits)[0], begin=lost)), on(devices)))


def test_validation_rows_are_measured_beside_the_test_rows(few_digits: Table, train: Train) -> None:
    held = few_digits.hold_out(0.25)
    assert (held.n, len(held.validation or ())) == (1500, 500)
    job = grid(held, last=1)[0]
    names = {f"{which}_{what}" for which in ("test", "validation") for what in ("loss", "error")}
    member = train(chunk(job))[job.id]
    assert {name for epoch, name in member.metrics if epoch == 0} == names
    assert {name for epoch, name in member.metrics if epoch == 1} == names | {"train_loss", "train_error"}
    swapped = replace(held, test=held.validation, validation=held.test)
    other = train(chunk(replace(job, table=swapped)))[job.id]
    assert other.curve("test_loss") == member.curve("validation_loss") != member.curve("test_loss")


def test_without_other_rows_the_untrained_network_is_measured_on_its_own(few_digits: Table, train: Train) -> None:
    job = grid(replace(few_digits, test=None), last=1)[0]
    member = train(chunk(job))[job.id]
    assert [epoch for epoch, name in member.metrics if name == "train_loss"] == [0, 1]
    assert 0.2 < member.curve("train_loss")[0] < 0.25


def test_training_is_in_float64_where_the_caller_is_and_nowhere_else(train: Train, cohort: dict[str, Any]) -> None:
    rows = np.random.default_rng(0).random((40, 6))
    job = Job("one", Recipe("[3 tanh] > linear", batch_size=16), 0, from_arrays(rows[:32], test=rows[32:]), 0, 1)
    with jax.enable_x64(True):
        double = train(chunk(job, width=1))["one"]
    for member, dtype in ((double, np.float64), (cohort["member 0"], np.float32)):
        assert {array.dtype for array in member.states[1].values() if array.dtype.kind == "f"} == {np.dtype(dtype)}
    assert all(value != float(np.float32(value)) for value in double.metrics.values())
    assert jnp.zeros(()).dtype == np.float32


class Fragile(DevicePlace):
    """A place that is lost whenever it has trained so many epochs, and may come back."""

    def __init__(self, device: jax.Device, lasts: int, comes_back: bool) -> None:
        super().__init__(device)
        self._device, self._lasts, self._comes_back = device, lasts, comes_back
        self._done = 0

    def begin(self, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Event:
        self._done = 0
        return super().begin(chunk, begins, checkpoint_seconds)

    def advance(self) -> Event:
        self._done += 1
        if self._done > self._lasts:
            raise PlaceLostError("fell over")
        return super().advance()

    def revive(self) -> bool:
        return self._comes_back


def test_a_chunk_whose_place_is_lost_is_trained_elsewhere_and_nobody_can_tell(
    few_digits: Table, devices: list[jax.Device]
) -> None:
    chunks = [Chunk((job,), Layout(1)) for job in grid(few_digits)[:2]]
    places = [Fragile(devices[0], lasts=3, comes_back=False), DevicePlace(devices[1])]
    told = list(train_chunks(chunks, places, checkpoint_seconds=1e9))
    sound = list(train_chunks(chunks, on(devices[:1]), checkpoint_seconds=1e9))
    for which in chunks:
        seen, expected = ([e for e in events if e.jobs == which.jobs] for events in (told, sound))
        assert [event.epoch for event in seen] == [0, 1, 2, 3, 4, 5], "no epoch twice, none left out"
        for one, other in zip(seen, expected, strict=True):
            assert {k: v.tolist() for k, v in one.metrics.items()} == {k: v.tolist() for k, v in other.metrics.items()}


def test_a_chunk_that_takes_its_place_down_every_time_is_given_up(few_digits: Table, devices: list[jax.Device]) -> None:
    with pytest.raises(ResourceError, match=r"^4 workers were lost while they trained the same 1 networks .*fell over"):
        list(train_chunks(chunk(grid(few_digits)[0]), [Fragile(devices[0], lasts=2, comes_back=True)]))


def test_without_any_place_left_it_says_so(few_digits: Table, devices: list[jax.Device]) -> None:
    with pytest.raises(ResourceError, match=r"^every worker was lost"):
        list(train_chunks(chunk(grid(few_digits)[0]), [Fragile(devices[0], lasts=2, comes_back=False)]))
