from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trasunto.data import Table
from trasunto.errors import StoreError, TrasuntoError
from trasunto.search import Sweep
from trasunto.search.forecasting import designs_left
from trasunto.search.journal import Journal, keeping
from trasunto.search.loop import search
from trasunto.search.proposing import Grid, proposer_of
from trasunto.search.trials import (
    DIVERGED,
    FINISHED,
    PRUNED,
    REFUSED,
    REPEATED,
    RUNNING,
    Trial,
    network_epochs,
    networks,
)

Make = Callable[..., Sweep]
CarryOut = Callable[..., tuple[str, Journal]]


def proposed(journal: Journal) -> list[dict[str, Any]]:
    return [trial.assignment for trial in journal.trials]


def test_a_budget_of_networks_is_spent_in_whole_cohorts(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    train = pretend()
    over, journal = carried_out(make(seeds=2), table, tmp_path, train)
    assert over == "budget"
    assert [len(recipes) for recipes, _, _ in train.calls] == [4, 2]
    assert networks(journal.trials, 2) == 12
    assert {trial.state for trial in journal.trials} <= {FINISHED, DIVERGED}
    assert all(len(trial.results[0].values["test_loss"]) == 2 for trial in journal.trials)


def test_a_search_that_is_stopped_goes_on_as_if_it_had_not_been(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    sweep = make(budget={"networks": 16})
    _, whole = carried_out(sweep, table, tmp_path / "whole")
    first, second = pretend(stop_after=2), pretend()
    with pytest.raises(KeyboardInterrupt):
        carried_out(sweep, table, tmp_path / "parts", first)
    _, parts = carried_out(sweep, table, tmp_path / "parts", second)
    assert parts.trials == whole.trials
    assert set(first.trained).isdisjoint(second.trained)


def test_a_larger_budget_goes_on_and_a_spent_one_trains_nothing(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    carried_out(make(budget={"networks": 8}), table, tmp_path)
    again, more = pretend(), pretend()
    carried_out(make(budget={"networks": 8}), table, tmp_path, again)
    _, extended = carried_out(make(budget={"networks": 16}), table, tmp_path, more)
    assert again.calls == []
    assert len(more.trained) == 8
    _, whole = carried_out(make(budget={"networks": 16}), table, tmp_path / "at once")
    assert proposed(extended) == proposed(whole)


def test_another_search_under_the_same_name_is_refused(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    carried_out(make(budget={"networks": 4}), table, tmp_path)
    train = pretend()
    with pytest.raises(StoreError, match=r"sweep 'tiny' in .* was begun with different space"):
        carried_out(make(space={"width": [4, 5], "latent": [1]}), table, tmp_path, train)
    with pytest.raises(StoreError, match="was begun with different seeds"):
        carried_out(make(seeds=2), table, tmp_path, train)
    assert train.calls == []
    carried_out(make(name="other", seeds=2), table, tmp_path, train)


def test_a_grid_is_trained_whole_and_ends_of_itself(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    train = pretend()
    sweep = make(sampler="grid", space={"width": [4, 8], "latent": [1, 2, 3]}, budget={"networks": 100})
    over, journal = carried_out(sweep, table, tmp_path, train)
    assert over == "space"
    assert proposed(journal) == list(sweep.space.grid())
    assert len(set(train.trained)) == 6


def test_the_same_network_proposed_twice_is_trained_once(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    train = pretend()
    # drop=0 is no dropout, and 1e-9 above it rounds to the same number.
    texts = ["[2 linear] > linear", "[2 linear drop=0] > linear", "[ 2 linear ] > linear", "[3 linear] > linear"]
    sweep = make(sampler="grid", recipe={"epochs": 2}, space={"network": texts}, budget={"networks": 9})
    _, journal = carried_out(sweep, table, tmp_path, train)
    assert [trial.state for trial in journal.trials] == [FINISHED, REPEATED, REPEATED, FINISHED]
    assert journal.trials[1].note == "the same network as trial 0"
    assert len(train.trained) == 2


def test_a_small_space_is_used_up_by_chance_and_then_left(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path
) -> None:
    sweep = make(space={"width": [4, 8], "latent": [1, 2]}, budget={"networks": 50})
    over, journal = carried_out(sweep, table, tmp_path)
    assert over == "space"
    assert networks(journal.trials, 1) == 4
    before = len(journal.trials)
    _, again = carried_out(sweep, table, tmp_path)
    assert len(again.trials) == before


def test_constraints_are_kept_to(make: Make, carried_out: CarryOut, table: Table, tmp_path: Path) -> None:
    sweep = make(constraints=["parameters <= 300", "latent < width"], budget={"networks": 10})
    _, journal = carried_out(sweep, table, tmp_path)
    sizes = [sweep.space.recipe(trial.assignment).parameters(table.d) for trial in journal.trials if trial.trained]
    assert len(sizes) == 10
    assert max(sizes) <= 300
    refused = [trial for trial in journal.trials if trial.state == REFUSED]
    assert refused
    assert {trial.note for trial in refused} == {"a constraint of the space forbids it"}


def test_halving_lets_the_best_go_on_and_fills_their_room(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    train = pretend()
    sweep = make(pruner={"name": "halving", "factor": 2}, rungs=[1, 3], budget={"networks": 20}, cohort=6)
    _, journal = carried_out(sweep, table, tmp_path, train)
    assert {trial.state for trial in journal.trials} <= {FINISHED, PRUNED, DIVERGED}
    # The first cohort of 6 leaves 3 after its first epoch; 3 others take their room beside them, in the same training.
    assert [epochs for _, _, epochs in train.calls[:2]] == [[1] * 6, [3, 3, 3, 1, 1, 1]]
    assert len(train.trained) == len(set(train.trained))
    finished = [trial for trial in journal.trials if trial.state == FINISHED]
    pruned = [trial for trial in journal.trials if trial.state == PRUNED]
    assert [result.epoch for result in finished[0].results] == [1, 3, 9]
    assert network_epochs(journal.trials, 1) < 9 * 20
    best = min(finished, key=lambda trial: trial.results[0].mean("test_loss") or 9)
    assert best.results[0].mean("test_loss") <= min(trial.results[0].mean("test_loss") for trial in pruned)  # type: ignore[operator,type-var]


def test_halving_that_is_stopped_goes_on_as_if_it_had_not_been(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    sweep = make(pruner="halving", rungs=[1, 3], budget={"networks": 20}, cohort=6)
    _, whole = carried_out(sweep, table, tmp_path / "whole")
    assert whole.rounds > 3
    for stop_after in (1, 1, 1):
        with pytest.raises(KeyboardInterrupt):
            carried_out(sweep, table, tmp_path / "parts", pretend(stop_after=stop_after))
    _, parts = carried_out(sweep, table, tmp_path / "parts")
    assert parts.trials == whole.trials


def test_a_budget_of_epochs_is_not_exceeded(make: Make, carried_out: CarryOut, table: Table, tmp_path: Path) -> None:
    for budget in (8, 9, 40, 100):
        sweep = make(name=f"b{budget}", pruner="halving", rungs=[1, 3], budget={"epochs": budget}, cohort=6, seeds=2)
        _, journal = carried_out(sweep, table, tmp_path)
        assert network_epochs(journal.trials, 2) <= budget
        assert network_epochs(journal.trials, 2) > budget - 2 * 9
    plain = make(name="plain", budget={"epochs": 30})
    _, journal = carried_out(plain, table, tmp_path)
    assert network_epochs(journal.trials, 1) == 27


def test_what_a_small_budget_left_waiting_goes_on_with_a_larger_one(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"pruner": "halving", "rungs": [1, 3], "cohort": 6}
    _, journal = carried_out(make(budget={"epochs": 7}, **changes), table, tmp_path)
    waiting = [trial.number for trial in journal.trials if trial.state == RUNNING]
    assert waiting
    _, journal = carried_out(make(budget={"epochs": 60}, **changes), table, tmp_path)
    assert all(journal.trials[number].state != RUNNING for number in waiting)


def test_minutes_are_counted_over_all_calls(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    ticks = iter(range(0, 10_000, 25))
    sweep = make(budget={"minutes": 1})
    with keeping(tmp_path, sweep.name, sweep.identity(table)) as journal:
        search(sweep, table, pretend(), journal, clock=lambda: float(next(ticks)))
        assert journal.seconds >= 60
    train = pretend()
    carried_out(sweep, table, tmp_path, train)
    assert train.calls == []


def test_networks_that_diverge_are_a_state_and_never_the_best(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path
) -> None:
    sweep = make(sampler="grid", space={"width": [13, 8], "latent": [1]}, seeds=2)
    _, journal = carried_out(sweep, table, tmp_path)
    assert [trial.state for trial in journal.trials] == [DIVERGED, FINISHED]
    assert journal.trials[0].results[0].values["test_loss"] == (None, None)


def test_rows_that_a_measure_needs_are_asked_for_before_training(
    make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    for changes, said in (
        ({"measure": "auroc", "name": "a"}, "needs at least 6 anomalies"),
        ({"measure": "validation_loss", "name": "b"}, "write validation = 0.2 under recipe"),
        ({"measure": "test_accuracy", "name": "c"}, "needs agreement = true"),
        ({"space": {"width": [4], "latent": [1], "loss": ["mse", "mae"]}}, "whose loss differs"),
    ):
        train = pretend()
        with pytest.raises(TrasuntoError, match=said):
            carried_out(make(**changes), table, tmp_path, train)
        assert train.calls == []


def test_a_line_that_a_kill_cut_short_is_as_if_not_written(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path
) -> None:
    sweep = make(budget={"networks": 8})
    _, whole = carried_out(sweep, table, tmp_path)
    path = tmp_path / "sweeps" / "tiny" / "trials.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for kept in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][:20])
        _, again = carried_out(sweep, table, tmp_path)
        assert [trial.results for trial in again.trials] == [trial.results for trial in whole.trials]
        assert [json.loads(line)["round"] for line in path.read_text().splitlines()[1:]] == [0, 0, 1, 1]


def test_a_damaged_journal_is_refused_with_its_line(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path
) -> None:
    carried_out(make(), table, tmp_path)
    path = tmp_path / "sweeps" / "tiny" / "trials.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"{nonsense\n", *lines[2:]]))
    with pytest.raises(StoreError, match=r"line 2 of .* is damaged"):
        carried_out(make(), table, tmp_path)


def test_one_process_searches_under_a_name_at_a_time(make: Make, table: Table, tmp_path: Path) -> None:
    sweep = make()
    with (
        keeping(tmp_path, sweep.name, sweep.identity(table)),
        pytest.raises(StoreError, match="sweep 'tiny' is being run by another process"),
        keeping(tmp_path, sweep.name, sweep.identity(table)),
    ):
        pass


def test_optuna_is_asked_for_where_it_is_not_installed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TrasuntoError, match=r"pip install 'trasunto\[search\]', or use sampler 'random' or 'grid'"):
        proposer_of(make(sampler="TPESampler"))


def test_a_grid_that_takes_over_proposes_what_nobody_has(make: Make) -> None:
    space = {"width": [4, 8], "latent": [1, 2, 3]}
    sweep = make(sampler="grid", space=space, budget={"networks": 100})
    designs = list(sweep.space.grid())
    trials = [Trial(number, 0, designs[place]) for number, place in enumerate((5, 0, 5))]
    assert Grid(sweep.space).propose(trials, 9) == designs[1:5]
    assert designs_left(sweep, trials) == 4
