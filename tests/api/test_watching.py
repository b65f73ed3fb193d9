from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from trasunto.api.trainer import Trainer
from trasunto.api.watching import Forecast, Foresight, Networks, Tally, Told
from trasunto.cohort.compiling import Compiling
from trasunto.cohort.cost import Cost
from trasunto.cohort.devices import training_devices
from trasunto.cohort.places import DevicePlace, Place, ThisProcess
from trasunto.cohort.plan import Chunk, Job
from trasunto.cohort.running import Event
from trasunto.cohort.timing import REFERENCE, Effort
from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.spec import Recipe

RECIPE = Recipe("[4 linear drop=0.1] > linear", optimizer="sgd", learning_rate=0.1, batch_size=50, epochs=3)


@pytest.fixture(scope="module")
def table() -> Table:
    x = np.random.default_rng(0).normal(size=(80, 6)).astype(np.float32)
    return from_arrays(x[:60], test=x[60:])


def job(number: int, recipe: Recipe = RECIPE, last: int = 3) -> Job:
    return Job(str(number), recipe, number, from_arrays([[0.0, 1.0]]), 0, last)


def event(jobs: tuple[Job, ...], epoch: int, losses: list[float], diverged: tuple[int, ...] = ()) -> Event:
    trained = ~np.isin(np.arange(len(jobs)), [])
    lost = np.isin(np.arange(len(jobs)), diverged)
    metrics = {"test_loss": np.array(losses, np.float32), "train_loss": np.array(losses, np.float32)}
    return Event(jobs, epoch, metrics, trained, lost, np.zeros(len(jobs), bool), None, 0.1, over=False)


def seen(*events: Event, total: int = 0) -> Networks:
    tally = Tally(total)
    for one in events:
        tally.take(one)
    return tally.networks


def test_the_lowest_loss_is_the_best_and_says_in_what_it_differs() -> None:
    jobs = tuple(job(number, RECIPE.replace(learning_rate=rate)) for number, rate in enumerate((0.1, 0.5)))
    told = seen(event(jobs, 0, [0.1, 0.1]), event(jobs, 1, [0.9, 0.5]), event(jobs, 2, [0.8, 0.6]))
    assert told.best is not None
    assert (told.best.measure, told.best.value) == ("test_loss", 0.5), "untrained networks are not the best"
    assert told.best.marks == {"learning_rate": 0.5, "seed": 1}
    assert (told.trained, told.at_work, told.epochs) == (0, 2, 4)


def test_networks_under_different_penalties_are_told_by_their_errors() -> None:
    jobs = tuple(job(i, Recipe(f"[4 linear l1={weight}] > linear")) for i, weight in enumerate((0.0, 1.0)))
    one = event(jobs, 1, [0.5, 0.9])
    one.metrics["test_error"] = np.array([0.5, 0.4], np.float32)
    told = seen(one)
    assert told.best is not None
    assert told.best.measure == "test_error"
    assert told.best.value == pytest.approx(0.4)
    assert told.best.marks["1.l1"] == 1.0


def test_more_networks_than_were_foretold_are_not_more_than_all() -> None:
    jobs = job(0, last=1), job(1, last=1), job(2)
    told = seen(event(jobs, 1, [0.5, 0.5, 0.5]), total=2)
    assert (told.trained, told.at_work, told.total) == (2, 1, 3)
    assert seen(event(jobs, 1, [0.5, 0.5, 0.5])).total == 0, "unknown stays unknown"


def test_one_network_has_nothing_to_tell_it_from() -> None:
    told = seen(event((job(0),), 1, [0.5]))
    assert told.best is not None
    assert told.best.marks == {}


def test_an_option_that_only_some_networks_have_tells_them_apart() -> None:
    bare = Recipe("[4 linear] > linear", optimizer="sgd")
    told = seen(event((job(0),), 1, [0.5]), event((job(1, bare),), 1, [0.4]))
    assert told.best is not None
    assert told.best.marks == {"learning_rate": 0.001, "batch_size": 64, "1.drop": 0.0, "seed": 1}


def test_a_network_that_diverged_or_is_not_finite_is_never_the_best() -> None:
    jobs = job(0), job(1), job(2)
    told = seen(event(jobs, 1, [0.1, np.inf, 0.7], diverged=(0,)))
    assert told.best is not None
    assert told.best.value == pytest.approx(0.7)
    assert (told.diverged, told.trained, told.at_work) == (1, 1, 2)
    assert seen(event(jobs, 1, [np.nan] * 3)).best is None


def test_losses_of_different_kinds_are_not_compared() -> None:
    other = Recipe("[4 linear] > sigmoid", loss="bce", optimizer="sgd")
    told = seen(event((job(0),), 1, [0.1]), event((job(1, other),), 1, [0.6]))
    assert told.best is not None
    assert told.best.value == pytest.approx(0.6), "of the loss that is at work"
    assert told.best.marks["loss"] == "bce"


def test_what_is_done_and_at_work_is_counted_over_chunks() -> None:
    one, two = (job(0), job(1)), (job(2),)
    told = seen(event(one, 0, [1.0, 1.0]), event(two, 0, [1.0]), event(one, 3, [0.5, 0.6]), total=9)
    assert (told.trained, told.at_work, told.total) == (2, 1, 9)


def test_a_network_that_goes_on_is_counted_once() -> None:
    tally = Tally(0)
    tally.take(event((job(0, last=1), job(1, last=1)), 1, [0.5, 0.5]))
    tally.begin()
    tally.take(event((job(0, last=3),), 3, [0.4]))
    assert (tally.networks.trained, tally.networks.epochs) == (2, 3)


def test_another_training_has_another_best() -> None:
    tally = Tally()
    tally.take(event((job(0),), 3, [0.1]))
    tally.begin()
    assert tally.networks.best is None
    assert tally.networks.trained == 1


def test_a_trainer_tells_of_its_networks_and_calls_the_observer(table: Table, tmp_path: Path) -> None:
    told: list[Told] = []
    steps: list[Step] = []
    trainer = Trainer(tmp_path, watch=told.append, observe=steps.append)
    trainer.begin("training")
    cohort = trainer(RECIPE.grid(learning_rate=[0.1, 1e30]), table, seeds=2)
    assert told[0].networks is not None
    assert told[0].networks.trained == 0
    last = told[-1]
    assert (last.stage, last.share) == ("training", 1.0), "without a known amount of work, it is that of the training"
    assert last.networks is not None
    assert (last.networks.trained, last.networks.diverged, last.networks.at_work) == (4, 2, 0)
    begun = [one.networks for one in told if one.networks and one.share]
    assert {networks.total for networks in begun} == {4}, "known from the training's first epoch"
    assert (
        last.networks.epochs
        == trainer.network_epochs
        == sum(int(step.event.trained.sum()) for step in steps if step.event.epoch)
    )
    frame = cohort.frame()
    best = last.networks.best
    assert best is not None
    history = cohort.history()
    assert best.value == pytest.approx(history[history["epoch"] > 0]["test_loss"].min())
    assert best.job.id in set(frame["id"])


class Strangers(ThisProcess):
    """The devices of this process, of which it is not known what lies compiled for them."""

    def places(self) -> Sequence[Place]:
        class Stranger(DevicePlace):
            def has(self, chunk: Chunk) -> bool:
                return False

        return [Stranger(device) for device in training_devices()[:1]]


def test_a_trainer_tells_what_is_compiled_before_the_first_epoch(table: Table, tmp_path: Path) -> None:
    told: list[Told] = []
    trainer = Trainer(tmp_path, watch=told.append, on=Strangers())
    trainer.stage = "training"
    trainer([RECIPE, RECIPE.replace(batch_size=30)], table)
    assert [(one.compiling.now, one.compiling.later) for one in told if one.share == 0][:2] == [(1, 1), (1, 1)]
    assert told[0].networks is not None
    assert (told[0].stage, told[0].networks.epochs, told[0].networks.at_work) == ("training", 0, 0)
    last = told[-1].compiling
    assert (last.now, last.later, last.awaited) == (0, 0, 0.0)


def test_what_is_foreseen_is_behind_when_programs_are_there_and_all_is_trained() -> None:
    cost = Cost(4, 2, 2, 12, 0, 0, effort=Effort(rest=0.5), compiling=1.5, work=0.5, machine=REFERENCE)
    foresight = Foresight(cost)
    assert foresight.at(0.0, Compiling(1, 1, 0.75, 0.0)) == Forecast(2.0, 0.0, 0.75)
    assert foresight.at(0.5, Compiling(1, 0, 0.75, 0.75)) == Forecast(2.0, 1.0, 0.75)
    assert foresight.at(0.5, Compiling(0, 0, 0.25, 0.0)) == Forecast(2.0, 1.0, 0.25), "another training counts anew"
    assert foresight.at(1.0, Compiling(0, 0, 0.0, 0.75)) == Forecast(2.0, 2.0, 0.0)
    assert foresight.at(1.0, Compiling(1, 0, 2.0, 0.75)) == Forecast(4.0, 2.0, 2.0), "more than was foreseen"
