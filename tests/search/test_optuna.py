"""Optuna's samplers and pruners by name: proposals that an interruption does not change, cohorts that they thin."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasunto.data import Table
from trasunto.errors import RecipeError, TrasuntoError
from trasunto.search import Sweep, optuna_access
from trasunto.search.journal import Journal
from trasunto.search.proposing import proposer_of
from trasunto.search.pruning import pruner_of
from trasunto.search.trials import FINISHED, PRUNED, REFUSED

pytestmark = pytest.mark.heavy

Make = Callable[..., Sweep]
CarryOut = Callable[..., tuple[str, Journal]]

CONDITIONAL = {
    "width": {"integers": [4, 64], "log": True},
    "latent": [1, 2, 3],
    "learning_rate": {"range": [1e-3, 0.1], "log": True},
    "optimizer": ["adam", "sgd"],
    "momentum": {"range": [0.0, 0.9], "when": {"optimizer": "sgd"}},
    "tied": [True, False],
}
SAMPLERS = ("TPESampler", "RandomSampler", "QMCSampler", "NSGAIISampler", "NSGAIIISampler")


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_that_is_stopped_is_proposed_what_it_would_have_been(
    sampler: str, make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    sweep = make(sampler=sampler, space=CONDITIONAL, budget={"networks": 40})
    _, whole = carried_out(sweep, table, tmp_path / "whole")
    for stop_after in (2, 1, 3):
        with pytest.raises(KeyboardInterrupt):
            carried_out(sweep, table, tmp_path / "parts", pretend(stop_after=stop_after))
    _, parts = carried_out(sweep, table, tmp_path / "parts")
    assert parts.trials == whole.trials
    assert all(sweep.space.holds(trial.assignment) for trial in whole.trials)


def test_a_gaussian_process_proposes_too(make: Make, carried_out: CarryOut, table: Table, tmp_path: Path) -> None:
    options = {"name": "GPSampler", "n_startup_trials": 4}
    _, journal = carried_out(make(name="gp", sampler=options, budget={"networks": 8}), table, tmp_path)
    assert len(journal.trials) == 8


def test_tpe_learns_what_is_good(make: Make, carried_out: CarryOut, table: Table, tmp_path: Path) -> None:
    means = {}
    for sampler in ("random", "TPESampler"):
        sweep = make(name=sampler, sampler=sampler, space=CONDITIONAL, budget={"networks": 64})
        _, journal = carried_out(sweep, table, tmp_path)
        late = [trial.results[-1].mean("test_loss") for trial in journal.trials[-24:] if trial.state == FINISHED]
        means[sampler] = np.mean([value for value in late if value is not None])
    assert means["TPESampler"] < 0.8 * means["random"]


def test_two_measures_are_searched_together(make: Make, carried_out: CarryOut, table: Table, tmp_path: Path) -> None:
    sweep = make(sampler="NSGAIISampler", measure=["test_loss", "parameters"], budget={"networks": 24})
    _, journal = carried_out(sweep, table, tmp_path)
    assert sum(trial.state == FINISHED for trial in journal.trials) >= 20
    with_rule = make(name="rule", measure=["test_loss", "parameters"], constraints=["parameters <= 200"])
    _, journal = carried_out(with_rule, table, tmp_path)
    with_rule = make(
        name="tpe", sampler="TPESampler", constraints=["parameters <= 200"], measure=["test_loss", "parameters"]
    )
    _, journal = carried_out(with_rule, table, tmp_path)
    assert any(trial.state == REFUSED for trial in journal.trials)
    assert sum(trial.trained for trial in journal.trials) == 12


@pytest.mark.parametrize(
    "pruner",
    [
        {"name": "MedianPruner", "n_startup_trials": 2},
        {"name": "SuccessiveHalvingPruner", "min_resource": 1, "reduction_factor": 3},
        {"name": "HyperbandPruner", "min_resource": 1, "max_resource": 9},
        {"name": "ThresholdPruner", "upper": 2.0},
    ],
)
def test_pruners_thin_cohorts_the_same_whether_interrupted_or_not(
    pruner: dict[str, Any], make: Make, carried_out: CarryOut, pretend: Any, table: Table, tmp_path: Path
) -> None:
    sweep = make(pruner=pruner, rungs=[1, 3], budget={"networks": 24}, cohort=6)
    _, whole = carried_out(sweep, table, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        carried_out(sweep, table, tmp_path / "parts", pretend(stop_after=3))
    _, parts = carried_out(sweep, table, tmp_path / "parts")
    assert parts.trials == whole.trials
    assert {FINISHED, PRUNED} <= {trial.state for trial in whole.trials}


def test_optuna_is_asked_without_a_word_and_its_settings_stay(
    make: Make, carried_out: CarryOut, table: Table, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        carried_out(make(sampler={"name": "TPESampler", "group": True}), table, tmp_path)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sampler": "TPESample"}, "sampler 'TPESample' is not known, did you mean 'TPESampler'"),
        ({"sampler": "GridSampler"}, r"legal: grid, random, CmaEsSampler"),
        ({"sampler": {"name": "TPESampler", "n_startup": 3}}, "option 'n_startup' is not known"),
        ({"sampler": {"name": "TPESampler", "seed": 3}}, "option 'seed' is not known"),
        ({"sampler": {"name": "QMCSampler", "qmc_type": "no"}}, "invalid options: "),
        ({"pruner": "Halving", "rungs": [1]}, "pruner 'Halving' is not known, did you mean 'halving'"),
        (
            {"pruner": "MedianPruner", "rungs": [1], "measure": ["test_loss", "parameters"]},
            "supports one measure, not 2",
        ),
        ({"pruner": {"name": "ThresholdPruner"}, "rungs": [1]}, "invalid options: "),
    ],
)
def test_what_optuna_does_not_have_is_refused(changes: dict[str, Any], said: str, make: Make) -> None:
    sweep = make(**changes)
    ask = pruner_of if "pruner" in changes else proposer_of
    with pytest.raises(RecipeError, match=said):
        ask(sweep)


def test_an_option_of_a_wrong_type_is_refused_when_it_shows(make: Make) -> None:
    with pytest.raises(RecipeError, match="sampler TPESampler cannot propose"):
        proposer_of(make(sampler={"name": "TPESampler", "n_startup_trials": "many"})).propose((), 1)


def test_a_sampler_that_needs_more_says_so(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optuna_access, "find_spec", lambda name: None)
    with pytest.raises(TrasuntoError, match="CmaEsSampler needs the package cmaes, which is not installed"):
        proposer_of(make(sampler="CmaEsSampler"))
