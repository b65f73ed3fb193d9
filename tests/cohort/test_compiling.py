"""A program counts as being compiled from when a place that does not have it is given a chunk to the first epoch."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import jax
import numpy as np
import pytest

from trasunto.cluster.processes import ProcessPlace
from trasunto.cluster.remote import RemotePlace
from trasunto.cohort import cost
from trasunto.cohort.compiled import note
from trasunto.cohort.compiling import Compiling, Programs
from trasunto.cohort.cost import program_seconds
from trasunto.cohort.devices import program_folder
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import DevicePlace, Place, PlaceLostError
from trasunto.cohort.plan import Chunk, Job
from trasunto.cohort.running import Event
from trasunto.cohort.shapes import Layout
from trasunto.data import from_arrays
from trasunto.spec import Recipe

ROWS = from_arrays(np.random.default_rng(0).random((40, 5), np.float32))
RECIPE = Recipe("[2 tanh] > linear", batch_size=20)


@pytest.fixture(autouse=True)
def _used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count no seconds that only the first training of a process takes, whichever test is the first."""
    monkeypatch.setattr(cost, "any_used", lambda: True)


class Newcomer(DevicePlace):
    """A place of which it is not known what lies compiled there."""

    def has(self, chunk: Chunk) -> bool:
        return False


class Stranger(Newcomer):
    """The same, that shares nothing with other places."""

    @property
    def keeper(self) -> object:
        return self


class Lost(Stranger):
    """The same, lost when it trains its first epoch."""

    def advance(self) -> Event:
        raise PlaceLostError("fell over")

    def revive(self) -> bool:
        return False


class Known(Stranger):
    """A place that has every program."""

    def has(self, chunk: Chunk) -> bool:
        return True


def chunk(number: int = 0, width: int = 1, first: int = 0, last: int = 2) -> Chunk:
    return Chunk((Job(str(number), RECIPE, number, ROWS, first, last),), Layout(width))


def told(chunks: list[Chunk], places: list[DevicePlace]) -> list[tuple[int, int] | str]:
    """Return what was told of programs that are compiled, and between that the epochs that were handed out."""
    seen: list[tuple[int, int] | str] = []
    last = 0, 0

    def note(compiling: Compiling) -> None:
        nonlocal last
        now = compiling.now, compiling.later
        seen.extend([now] if now != last else [])
        last = now

    for event in train_chunks(chunks, places, compiling=note):
        seen.append(f"{event.jobs[0].id}: {event.epoch}")
    return seen


def test_it_is_said_before_the_first_epoch_is_waited_for_and_no_more_after_it(devices: list[jax.Device]) -> None:
    chunks = [chunk(0), chunk(1), chunk(2, width=2)]
    assert told(chunks, [Stranger(devices[0])]) == [
        (1, 1),
        "0: 0",
        (0, 1),
        "0: 1",
        "0: 2",
        *["1: 0", "1: 1", "1: 2"],  # the same program again
        (1, 0),
        "2: 0",
        (0, 0),
        "2: 1",
        "2: 2",
    ]


def test_nothing_is_said_of_places_that_have_the_programs(devices: list[jax.Device]) -> None:
    assert told([chunk(0), chunk(1, width=2)], [Known(devices[0])]) == [f"{n}: {e}" for n in (0, 1) for e in range(3)]


def test_what_is_fetched_is_awaited_too_and_shorter(devices: list[jax.Device]) -> None:
    states: list[Compiling] = []
    list(train_chunks([chunk()], [Known(devices[0])], compiling=states.append))
    seconds = program_seconds(chunk().program, 1, brief=False, anew=False)
    assert states == [Compiling(0, 0, seconds, 0.0), Compiling(0, 0, 0.0, seconds)]
    assert seconds < program_seconds(chunk().program, 1, brief=False, anew=True)


def test_a_training_of_no_epochs_ends_it_too(devices: list[jax.Device]) -> None:
    assert told([chunk(last=0)], [Stranger(devices[0])]) == [(1, 0), (0, 0), "0: 0"]


def test_it_is_compiled_anew_where_its_place_was_lost(devices: list[jax.Device]) -> None:
    assert told([chunk()], [Lost(devices[0]), Stranger(devices[1])]) == [(1, 0), "0: 0", (0, 0), "0: 1", "0: 2"]


def test_a_program_is_one_however_many_places_compile_it(devices: list[jax.Device]) -> None:
    states: list[Compiling] = []
    chunks, places = [chunk(0), chunk(1), chunk(2, width=2)], [Stranger(devices[0]), Stranger(devices[1])]
    programs = Programs(chunks, places, states.append)
    programs.begin(chunks[0], places[0])
    programs.begin(chunks[1], places[1])
    programs.tell()
    programs.ready(chunks[0], places[0])
    programs.begin(chunks[2], places[0])
    programs.tell()
    programs.ready(chunks[1], places[1])
    programs.lose(places[0])
    programs.tell()
    assert [(one.now, one.later) for one in states] == [(1, 1), (1, 1), (2, 0), (1, 0), (0, 0)]
    seconds = program_seconds(chunks[0].program, 2, brief=False, anew=True)
    assert [one.awaited / seconds for one in states] == pytest.approx([2, 1, 2, 1, 0])
    assert [one.had / seconds for one in states] == pytest.approx([0, 1, 1, 2, 2])


def test_places_of_one_device_await_a_program_once(devices: list[jax.Device]) -> None:
    states: list[Compiling] = []
    chunks, places = [chunk(0), chunk(1)], [Newcomer(devices[0]), Newcomer(devices[0])]
    programs = Programs(chunks, places, states.append)
    for one, place in zip(chunks, places, strict=True):
        programs.begin(one, place)
    programs.tell()
    for one, place in zip(chunks, places, strict=True):
        programs.ready(one, place)
    seconds = program_seconds(chunks[0].program, 1, brief=False, anew=True)
    assert states == [Compiling(1, 0, seconds, 0.0), Compiling(0, 0, 0.0, seconds)]


def test_later_programs_are_those_that_not_as_many_places_have_as_need_them(devices: list[jax.Device]) -> None:
    known, stranger = Known(devices[0]), Stranger(devices[1])
    states: list[Compiling] = []
    other = chunk(9, width=4)
    for chunks in ([other, chunk(0)], [other, chunk(0), chunk(1)]):
        programs = Programs(chunks, [known, stranger], states.append)
        programs.begin(other, stranger)
        programs.tell()
    assert [(one.now, one.later) for one in states] == [(1, 0), (1, 1)]


def test_a_device_has_what_lies_on_disk_for_it_and_a_worker_of_this_machine_what_the_first_has(
    devices: list[jax.Device], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = program_folder()
    assert folder is not None
    folder.mkdir(parents=True)
    worker = ProcessPlace.__new__(ProcessPlace)
    other = cast("jax.Device", SimpleNamespace(id=1))
    places: list[Place] = [DevicePlace(devices[0]), DevicePlace(other), worker]
    assert [place.has(chunk()) for place in places] == [False] * 3
    before = jax.config.values["jax_compilation_cache_dir"]
    jax.config.update("jax_compilation_cache_dir", str(folder))
    note(chunk(), devices[0])
    jax.config.update("jax_compilation_cache_dir", before)
    assert [place.has(chunk()) for place in places] == [True, False, True]
    assert not RemotePlace.has(worker, chunk()), "of another machine nothing is known"
