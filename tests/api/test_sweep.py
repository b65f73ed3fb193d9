"""Sweeps with real networks: nothing is trained twice, whatever interrupts or extends them; a report says it all."""

from __future__ import annotations

import doctest
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trasunto
from trasunto.api import sweep as module
from trasunto.api.sweep import describe, price
from trasunto.cohort.timing import REFERENCE
from trasunto.cohort.training import Step
from trasunto.data import Table
from trasunto.errors import Interrupted, TrasuntoError
from trasunto.report import load_facts
from trasunto.runs.store import Store

# One structure, and two chunks of two networks in every round: one program for all tests here.
ASKED: dict[str, Any] = {
    "name": "small",
    "recipe": {"network": "[2 tanh] > linear", "optimizer": "sgd", "epochs": 3, "batch_size": 16},
    "space": {"momentum": [0.0, 0.5], "learning_rate": {"range": [1e-3, 1e-1], "log": True}},
    "budget": {"networks": 8},
    "seeds": 2,
    "sampler": "random",
    "cohort": 2,
}


@pytest.fixture(scope="module")
def table() -> Table:
    rows = np.random.default_rng(0).normal(size=(80, 4)).astype(np.float32)
    rows[:, 3] = rows[:, 0] + rows[:, 1]
    made = trasunto.from_arrays(rows[:60], test=rows[60:70])
    return replace(made, anomalies=trasunto.from_arrays(rows[70:] * 4 + 3))


class Watch:
    """Counts how often each network was trained in each epoch, and can stop after some."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.trained: Counter[tuple[str, int]] = Counter()
        self._left = stop_after

    def __call__(self, step: Step) -> None:
        event = step.event
        if event.epoch:
            self.trained.update((job.id, event.epoch) for job, at in zip(event.jobs, event.trained, strict=True) if at)
            self._left -= 1
            if self._left == 0:
                raise Interrupted("stopped by the test")


def test_a_sweep_that_is_stopped_in_the_middle_trains_nothing_twice(table: Table, tmp_path: Path) -> None:
    first, second, third = Watch(stop_after=8), Watch(), Watch()
    with pytest.raises(Interrupted):
        trasunto.sweep(ASKED, table, store=tmp_path, observe=first)
    answer = trasunto.sweep(ASKED, table, store=tmp_path, observe=second)
    again = trasunto.sweep(ASKED, table, store=tmp_path, observe=third)
    ended = {id for id, epoch in first.trained if epoch == 3}
    assert ended
    assert ended.isdisjoint(id for id, _ in second.trained)
    assert max(second.trained.values()) == 1
    assert not third.trained
    assert answer.facts.networks == 8
    assert again.facts.designs == answer.facts.designs
    with Store.open(tmp_path, write=False) as store:
        run = store.run("sweep-small")
    assert run is not None
    assert len(run.ids) == 8


def test_a_larger_budget_and_another_sweep_find_what_was_trained(table: Table, tmp_path: Path) -> None:
    trasunto.sweep(ASKED, table, store=tmp_path)
    more, other = Watch(), Watch()
    answer = trasunto.sweep(ASKED, table, store=tmp_path, observe=more, budget={"networks": 12})
    assert len({id for id, _ in more.trained}) == 4
    assert answer.facts.networks == 12
    trasunto.sweep(ASKED, table, store=tmp_path, observe=other, name="other", budget={"networks": 12})
    assert not other.trained


def test_networks_that_were_deleted_are_priced_and_trained_again(table: Table, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"pruner": {"name": "halving", "factor": 2}, "rungs": [1]}
    first = trasunto.sweep(ASKED, table, store=tmp_path, **changes)
    sweep = describe(ASKED, changes).sweep
    assert price(sweep, table, tmp_path, REFERENCE).members == 0
    assert trasunto.delete_run("sweep-small", tmp_path).alone == 8
    cost, watch = price(sweep, table, tmp_path, REFERENCE), Watch()
    again = trasunto.sweep(ASKED, table, store=tmp_path, observe=watch, **changes)
    assert (cost.members, cost.epochs) == (8, first.facts.network_epochs)
    assert sum(watch.trained.values()) == cost.epochs
    assert again.facts.designs == first.facts.designs


def test_a_smaller_budget_than_was_spent_trains_nothing(table: Table, tmp_path: Path) -> None:
    grid: dict[str, Any] = {"sampler": "grid", "space": {"momentum": [0.0, 0.2, 0.5, 0.9]}}
    first = trasunto.sweep(ASKED, table, store=tmp_path, **grid)
    for budget in ({"networks": 2}, {"epochs": 2}):
        again = trasunto.sweep(ASKED, table, store=tmp_path, budget=budget, **grid)
        assert again.facts.designs == first.facts.designs


def test_survivors_go_on_from_where_they_were(table: Table, tmp_path: Path) -> None:
    watch = Watch()
    changes: dict[str, Any] = {"pruner": {"name": "halving", "factor": 2}, "rungs": [1]}
    answer = trasunto.sweep(ASKED, table, store=tmp_path, observe=watch, **changes)
    assert max(watch.trained.values()) == 1
    assert sum(watch.trained.values()) == answer.facts.network_epochs < 8 * 3
    assert answer.facts.pruned
    assert answer.facts.finished
    members = trasunto.describe_run("sweep-small", tmp_path).members
    assert len(members) == 8, "the run names those that left early, too"
    assert set(members["status"]) == {"finished"}
    assert members["epochs"].value_counts().to_dict() == {1: 2 * answer.facts.pruned, 3: 2 * answer.facts.finished}


def test_detection_and_separation_are_measured_on_rows_with_anomalies(table: Table, tmp_path: Path) -> None:
    measures = ["auroc", "average_precision", "linear_auroc", "parameters"]
    answer = trasunto.sweep(ASKED, table, store=tmp_path, measure=measures, budget={"networks": 4})
    best = answer.facts.designs[0]
    assert [score.measure for score in best.scores] == measures
    assert all(0.5 < score.mean <= 1 for score in best.scores[:3])
    assert "AUROC of anomalies" in answer.verdict
    with pytest.raises(TrasuntoError, match="needs at least 6 anomalies"):
        trasunto.sweep(ASKED, trasunto.from_arrays(table.x, test=table.x[:9]), store=tmp_path / "b", measure="auroc")
    assert not (tmp_path / "b").exists()


def test_the_report_holds_the_ranking_the_pictures_and_the_settings(table: Table, tmp_path: Path) -> None:
    asked = {**ASKED, "measure": ["test_loss", "train_loss"], "budget": {"networks": 24}}
    answer = trasunto.sweep(asked, table, store=tmp_path / "runs")
    assert list(answer.figures) == ["sweep-ranking", "sweep-front", "sweep-slices", "sweep-importances", "sweep-course"]
    page = answer.report(tmp_path / "out").read_text()
    assert answer.verdict.split(";")[0][:40] in page
    report = load_facts(tmp_path / "out")
    (section,) = report.studies
    assert (report.run.work.members_trained, report.run.outcomes) == (24, {"finished": 24})
    assert section.study == "small"
    assert len(section.facts["ranking"]) == 12
    assert section.settings["budget"] == "24 networks"


def test_a_price_is_said_without_making_anything(table: Table, tmp_path: Path) -> None:
    sweep = describe(ASKED).sweep
    cost = price(sweep, table, tmp_path / "runs", REFERENCE)
    assert (cost.members, cost.epochs) == (8, 24)
    assert not (tmp_path / "runs").exists()
    trasunto.sweep(ASKED, table, store=tmp_path / "runs")
    assert price(sweep, table, tmp_path / "runs", REFERENCE).members == 0
    larger = describe(ASKED, {"budget": {"networks": 12}}).sweep
    assert price(larger, table, tmp_path / "runs", REFERENCE).members == 4
    halved = describe(ASKED, {"pruner": "halving", "rungs": [1], "name": "halved", "budget": {"networks": 60}}).sweep
    assert price(halved, table, tmp_path / "none", REFERENCE).epochs == 2 * (20 + 10 * 3)


def test_a_grid_is_priced_by_its_own_designs(table: Table, tmp_path: Path) -> None:
    grid = {"sampler": "grid", "space": {"learning_rate": [0.001, 0.01, 0.1], "batch_size": [10, 20]}, "cohort": 6}
    sweep = describe(ASKED, {**grid, "budget": {"networks": 100}}).sweep
    cost = price(sweep, table, tmp_path, REFERENCE)
    assert (cost.members, cost.programs) == (12, 2)


def test_rows_are_needed(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match="does not name its rows"):
        trasunto.sweep(ASKED, store=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_sweep_takes_the_changes_that_a_file_takes() -> None:
    asked = describe(ASKED, {"name": "first"}).sweep
    other = describe(asked, {"sampler": "grid", "budget": {"networks": 96}, "seeds": 3, "measure": "test_error"}).sweep
    assert (other.name, other.space) == ("first", asked.space)
    assert (other.sampler.name, other.budget.networks, other.seeds) == ("grid", 96, (0, 1, 2))
    assert other.measures == ("test_error",)
    with pytest.raises(trasunto.TrasuntoError, match="'space' is not known"):
        describe(asked, {"space": {}})


def test_designs_are_a_table_with_a_column_for_each_parameter(table: Table, tmp_path: Path) -> None:
    answer = trasunto.sweep(ASKED, table, store=tmp_path)
    frame = answer.frame()
    assert list(frame.columns[:3]) == ["trial", "momentum", "learning_rate"]
    assert frame["trial"].tolist() == [design.trial for design in answer.facts.designs]
    assert frame["momentum"].tolist() == [design.assignment["momentum"] for design in answer.facts.designs]
    assert frame["test_loss"].tolist() == [design.scores[0].mean for design in answer.facts.designs]
    assert frame["test_loss_high"].tolist() == [design.scores[0].high for design in answer.facts.designs]
    assert frame["test_loss"].is_monotonic_increasing


def test_the_best_design_is_a_network(table: Table, tmp_path: Path) -> None:
    answer = trasunto.sweep(ASKED, table, store=tmp_path)
    best, design = answer.best(), answer.facts.designs[0]
    assert best.recipe.learning_rate == design.assignment["learning_rate"]
    assert best.seed == int(np.argmin(design.scores[0].by_seed))
    assert table.test is not None
    left = float(np.square(best.reconstruct(table.test.x) - table.test.x).mean())
    assert left == pytest.approx(min(design.scores[0].by_seed), rel=1e-5)


def test_without_a_design_that_finished_there_is_no_best(table: Table, tmp_path: Path) -> None:
    lost = {**ASKED, "name": "lost", "space": {"learning_rate": [1e30]}, "sampler": "grid"}
    answer = trasunto.sweep(lost, table, store=tmp_path)
    assert answer.frame()["status"].tolist() == ["diverged"]
    with pytest.raises(TrasuntoError, match="sweep 'lost' has no best design: None of 1 design finished"):
        answer.best()


def test_a_sweep_takes_an_array_and_holds_a_fifth_out(table: Table, tmp_path: Path) -> None:
    answer = trasunto.sweep({**ASKED, "budget": {"networks": np.int64(4)}}, table.x, store=tmp_path)
    assert answer.details[-1] == "Of the 60 rows, 12 were held out to test on."


@pytest.mark.parametrize(
    ("network", "space", "named"),
    [
        ("[2 tanh] > linear", {"contraction": [0.0, 0.1]}, "contraction"),
        ("[2 tanh l1={l1}] > linear", {"l1": [0.001, 0.1]}, "1.l1"),
    ],
)
def test_losses_with_penalties_of_different_weights_are_not_ranked(
    table: Table, tmp_path: Path, network: str, space: dict[str, Any], named: str
) -> None:
    asked = {**ASKED, "recipe": {**ASKED["recipe"], "network": network}, "space": space}
    with pytest.raises(TrasuntoError, match=rf"penalties.*\({named}\): measure test_error"):
        trasunto.sweep(asked, table, store=tmp_path)
