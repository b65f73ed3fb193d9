"""Processes of this machine train what this process does, and one that is killed costs a chunk begun anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from trasunto.cluster.processes import LocalWorkers, ProcessPlace
from trasunto.cohort.training import Step
from trasunto.data import from_arrays
from trasunto.errors import TrasuntoError
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe

Study = Callable[..., Cohort]
Same = Callable[[Cohort, Cohort], None]


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalWorkers]:
    two = LocalWorkers(2)
    yield two
    two.close()


def ids(workers: LocalWorkers) -> list[int]:
    return [place.pid for place in workers.places() if isinstance(place, ProcessPlace)]


def test_they_train_what_this_process_trains(
    workers: LocalWorkers, study: Study, here: Cohort, same: Same, tmp_path: Path
) -> None:
    same(study(tmp_path, workers), here)
    pinned = [psutil.Process(id).cpu_affinity() for id in ids(workers)]
    assert all(pinned)
    assert pinned[0] != pinned[1] or len(psutil.Process().cpu_affinity()) == 1


def test_one_that_is_killed_is_replaced_and_the_study_is_the_same(
    workers: LocalWorkers, study: Study, here: Cohort, same: Same, tmp_path: Path
) -> None:
    victim, epochs = ids(workers)[0], list[tuple[str, int]]()

    def kill_once(step: Step) -> None:
        epochs.extend((job.id, step.event.epoch) for job in step.event.jobs)
        if step.event.epoch == 3 and psutil.pid_exists(victim):
            os.kill(victim, signal.SIGKILL)

    same(study(tmp_path, workers, observe=kill_once), here)
    assert len(epochs) == len(set(epochs)), "an epoch is told of once"
    assert victim not in ids(workers)


def test_what_is_there_is_continued_by_others(workers: LocalWorkers, study: Study, tmp_path: Path, same: Same) -> None:
    study(tmp_path / "both", workers, epochs=3)
    same(study(tmp_path / "both", epochs=6), study(tmp_path / "alone", epochs=6))


def test_they_keep_a_few_tables_and_train_on_the_right_ones(workers: LocalWorkers, tmp_path: Path) -> None:
    recipe = Recipe("[2 tanh] > linear", epochs=1)
    tables = [from_arrays([[0.0, i], [0.5, 2.0], [1.0, 3.0]]) for i in range(5)]
    for table in (*tables, *tables):
        there = train(recipe, table, store=tmp_path / "there", on=workers)
        here = train(recipe, table, store=tmp_path / "here")
        assert there.frame()["train_loss"].tolist() == pytest.approx(here.frame()["train_loss"].tolist())


def test_what_goes_wrong_there_is_said_here(workers: LocalWorkers) -> None:
    place = workers.places()[0]
    assert isinstance(place, ProcessPlace)
    with pytest.raises(AssertionError, match="rows are sent before they are named"):
        place.ask("begin", None, -1, None)
    with pytest.raises(TrasuntoError):
        train(Recipe("[2 tanh] > linear", epochs=1), from_arrays([[0.0], [1.0]]), on="local:none")


def test_closing_ends_them(study: Study, tmp_path: Path) -> None:
    workers = LocalWorkers(1)
    (only,) = ids(workers)
    workers.close()
    assert not psutil.pid_exists(only)
