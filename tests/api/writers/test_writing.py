from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from trasunto.api.writers import log_to, writing
from trasunto.api.writers.curves import Epoch, Point, parameters
from trasunto.api.writers.writing import Writing
from trasunto.cohort.outcome import Outcome
from trasunto.cohort.plan import Job
from trasunto.cohort.running import Event
from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.runs.train import train
from trasunto.spec import Recipe, Stopping

LINEAR = Recipe("[2 linear drop=0.1] > linear", optimizer="sgd", learning_rate=0.1, batch_size=20, epochs=3)


@pytest.fixture(scope="module")
def table() -> Table:
    x = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    return from_arrays(x[:40], test=x[40:])


class Kept:
    """A writer that keeps what it is given."""

    name = "memory"

    def __init__(self, fails_at: int = -1) -> None:
        self.points: dict[str, list[Point]] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.threads: set[str] = set()
        self.calls, self.fails_at, self.closed = 0, fails_at, 0

    def write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
        assert job.id not in self.outcomes, "nothing comes after the outcome"
        if self.calls == self.fails_at:
            raise OSError("no  space\nleft")
        self.calls += 1
        self.threads.add(threading.current_thread().name)
        self.points.setdefault(job.id, []).extend(points)
        if outcome is not None:
            self.outcomes[job.id] = outcome

    def close(self) -> None:
        self.closed += 1


def epoch(job: Job) -> Epoch:
    """Return the untrained epoch of a network that has no other."""
    yes, no = np.ones(1, bool), np.zeros(1, bool)
    return Epoch(Event((job,), 0, {"test_loss": np.ones(1)}, yes, no, no, states=None, seconds=0.0, over=True), 0.0)


def written(kept: Kept, said: list[str] | None = None) -> Writing:
    return Writing([kept], (said if said is not None else []).append)


def test_a_curve_is_written_whole_with_its_outcome(table: Table, tmp_path: Path) -> None:
    kept = Kept()
    observe = written(kept)
    recipes = [LINEAR.replace(learning_rate=rate) for rate in (1e-30, 0.1, 1e30)]
    cohort = train(recipes, table, store=tmp_path, observe=observe)
    observe.close()
    assert kept.closed == 1
    frame = cohort.frame().set_index("id")
    history = {(row["id"], row["epoch"]): row for row in cohort.history().to_dict("records")}
    assert {id: outcome.status for id, outcome in kept.outcomes.items()} == frame["status"].to_dict()
    assert {id: outcome.reason for id, outcome in kept.outcomes.items()} == frame["reason"].to_dict()
    for id, points in kept.points.items():
        assert [point.epoch for point in points] == list(range(len(points)))
        for point in points:
            row = history[id, point.epoch]
            for metric, value in point.metrics.items():
                np.testing.assert_equal(value, row[metric])
            assert abs(time.time() - point.time) < 600
    assert kept.threads == {"trasunto-writing"}


def test_members_at_work_are_written_now_and_then(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PIECE_SECONDS", 0.0)
    kept = Kept()
    observe = written(kept)
    train(LINEAR.replace(epochs=30), table, store=tmp_path, observe=observe)
    observe.close()
    (points,) = kept.points.values()
    assert [point.epoch for point in points] == list(range(31))
    assert kept.calls > 2


def test_a_rule_is_told_of(table: Table, tmp_path: Path) -> None:
    kept = Kept()
    observe = written(kept)
    train(LINEAR.replace(learning_rate=1e-30, epochs=9), table, store=tmp_path, observe=observe, stopping=Stopping(2))
    observe.close()
    (outcome,) = kept.outcomes.values()
    assert outcome.status == "stopped"


def test_what_is_broken_off_is_told_as_training_and_goes_on_where_it_was(table: Table, tmp_path: Path) -> None:
    kept = Kept()
    observe = written(kept)

    def broken(step: Step) -> None:
        observe(step)
        if step.event.epoch == 2:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        train(LINEAR, table, store=tmp_path, observe=broken)
    observe.close()
    (outcome,) = kept.outcomes.values()
    assert outcome.status == "training"
    again = Kept()
    with_again = written(again)
    train(LINEAR, table, store=tmp_path, observe=with_again)
    with_again.close()
    assert [outcome.status for outcome in again.outcomes.values()] == ["finished"]


def test_a_writer_that_fails_is_told_once_and_training_goes_on(table: Table, tmp_path: Path) -> None:
    said: list[str] = []
    bad, good = Kept(fails_at=1), Kept()
    observe = Writing([bad, good], said.append)
    cohort = train(LINEAR, table, seeds=4, store=tmp_path, observe=observe)
    observe.close()
    assert cohort.frame()["status"].tolist() == ["finished"] * 4
    assert said == ["memory cannot be written any more, and the training goes on without it: no space left"]
    assert len(good.outcomes) == 4
    assert (bad.calls, bad.closed, good.closed) == (1, 1, 1)


def test_memory_stays_bounded_when_writers_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAITING", 2)
    gate = threading.Event()

    class Slow(Kept):
        def write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
            gate.wait(60)
            super().write(job, points, outcome)

    slow = Slow()
    observe = written(slow)
    seen = [epoch(Job(str(n), LINEAR, n, from_arrays([[0.0]]), 0, 0)) for n in range(6)]
    for one in seen[:2]:
        observe._queue.put(one, timeout=60)
    threading.Timer(0.2, gate.set).start()
    for one in seen[2:]:
        observe._queue.put(one, timeout=60)
        assert observe._queue.qsize() <= 2
    observe.close()
    assert len(slow.outcomes) == 6


def test_without_targets_nothing_is_written() -> None:
    before = threading.active_count()
    with log_to() as observe:
        assert observe is None
        assert threading.active_count() == before


@pytest.mark.parametrize("target", ["mlfow", "wandb:project", ":folder"])
def test_an_unknown_tool_is_refused(target: str) -> None:
    with pytest.raises(TrasuntoError, match=r"is not known.*\(legal: mlflow, tensorboard\)"), log_to(target):
        pytest.fail("nothing is opened")


@pytest.mark.parametrize(
    ("target", "package", "module"),
    [("mlflow", "mlflow", "mlflow"), ("tensorboard", "tensorboardX", "tensorboardX.event_file_writer")],
)
def test_a_missing_extra_says_how_to_get_it(
    target: str, package: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    environment = dict(os.environ)
    needed = rf"logging to {target} needs {package}, which is not installed: pip install 'trasunto\[{target}\]'"
    with pytest.raises(TrasuntoError, match=needed), log_to(target):
        pytest.fail("nothing is opened")
    assert dict(os.environ) == environment
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_a_warning_unless_somebody_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from trasunto.api.writers import targets

    monkeypatch.setitem(targets._WRITERS, "tensorboard", lambda place: Kept(fails_at=0))
    job = Job("a", LINEAR, 0, from_arrays([[0.0]]), 0, 0)

    def log() -> None:
        with log_to("tensorboard") as observe:
            assert isinstance(observe, Writing)
            observe._queue.put(epoch(job))

    with pytest.warns(RuntimeWarning, match="memory cannot be written any more"):
        log()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with log_to("tensorboard"):
            pass


def test_parameters_are_all_that_a_member_is() -> None:
    told = parameters(Job("a", LINEAR, 7, from_arrays([[0.0]]), 0, 3))
    assert told["seed"] == 7
    assert told["network"] == "[2 linear drop=0.1] > linear"
    assert (told["learning_rate"], told["1.drop"], told["optimizer"]) == (0.1, 0.1, "sgd")
