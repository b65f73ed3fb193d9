"""B6 as it runs: what it asks for, what it makes of two networks, and once for real."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies.bad_latent import Settings, investigate, requests
from trasunto.studies.bad_latent_verdict import comparisons, conclude
from trasunto.studies.tabular_networks import bad_latent_recipe


class Member:
    """Stands in for a network of 32 units; with the penalty, one of them responds and little is reconstructed."""

    def __init__(self, l1: float, seed: int, status: str = "finished") -> None:
        self._l1, self._seed, self.status = l1, seed, status

    def at(self, epoch: int) -> Member:
        assert (self.status, epoch) == ("finished", 2)
        return self

    def encode(self, x: np.ndarray) -> np.ndarray:
        turn = np.random.default_rng(self._seed).standard_normal((x.shape[1], 32))
        latent = np.maximum(x @ turn, 0).astype(np.float32)
        if self._l1:
            latent[:, 1:] = 0
        return latent

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x * (0.05 if self._l1 else 0.95))


class Trained:
    """Stands in for a cohort over the penalty; the seeds in `lost` diverged without it."""

    def __init__(self, grid: Any, seeds: int, lost: tuple[int, ...]) -> None:
        self._l1 = [grid.recipe_at(place).network.encoder[-1].l1 for place in range(len(grid)) for _ in range(seeds)]
        self.members = [
            Member(l1, number % seeds, "diverged" if not l1 and number % seeds in lost else "finished")
            for number, l1 in enumerate(self._l1)
        ]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"{number:016x}" for number in range(len(self._l1))]})

    def history(self) -> pd.DataFrame:
        rows: list[dict[str, Any]] = []
        for number, l1 in enumerate(self._l1):
            for epoch in range(4 if self.members[number].status == "finished" else 1):
                error = 1.2 if epoch == 0 else 0.9 if l1 else 0.0025
                errors = {"train_error": error, "test_error": error, "train_loss": error + l1, "test_loss": error + l1}
                rows.append({"id": f"{number:016x}", "epoch": epoch} | errors)
        return pd.DataFrame(rows)


def trains(*lost: int) -> Any:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: tuple[int, ...]) -> Trained:
        assert epochs in snapshots
        return Trained(recipes, seeds, lost)

    return train


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(0)
    rows = random.standard_normal((140, 8)).astype(np.float32)
    strange = from_arrays((random.standard_normal((12, 8)) + 4).astype(np.float32))
    return replace(from_arrays(rows[:100], test=rows[100:]), anomalies=strange)


def test_the_papers_network_and_its_control_are_asked_for(table: Table) -> None:
    (request,) = requests(table, Settings())
    assert (request.seeds, request.epochs, request.snapshots) == (10, 30, (30,))
    bad, control = (request.recipes.recipe_at(place) for place in range(2))
    assert bad == bad_latent_recipe()
    assert bad.network.encoder[-1].l1 == 0.1
    assert str(control.network) == str(bad.network).replace(" l1=0.1", "")
    assert control.parameters(29) == bad.parameters(29)


def test_data_without_anomalies_are_refused_before_anything_is_trained(table: Table) -> None:
    with pytest.raises(TrasuntoError, match=r"'bad-latent' .* no anomalies"):
        requests(replace(table, anomalies=None), Settings())


@pytest.mark.parametrize("l1", [0.0, -1.0, float("nan")])
def test_no_penalty_is_no_question(table: Table, l1: float) -> None:
    with pytest.raises(TrasuntoError, match="setting l1 of study 'bad-latent' must be above 0"):
        requests(table, Settings(l1=l1))


def test_a_run_tells_the_bad_space_from_the_sound_one(table: Table) -> None:
    facts = investigate(table, Settings(epochs=2, seeds=3, shown=5), trains())
    bad, control = facts.arm("bad"), facts.arm("control")
    assert (facts.seeds, facts.normals, facts.anomalies, facts.features) == (3, 40, 12, 8)
    assert [fault.rule for fault in bad.faults] == ["unused", "collapsed", "worthless"]
    assert control.faults == ()
    assert bad.train_loss.mean == pytest.approx(1.0)
    assert (bad.l1, control.l1, bad.latent) == (0.1, 0.0, 32)
    assert len(facts.linear) == 9
    assert facts.linear[0] == pytest.approx(1.0, abs=0.3)
    assert facts.linear_detection is not None
    assert facts.linear_detection.auroc > 0.9
    assert bad.auroc.mean > 0.9
    assert "is bad" in conclude(facts)[0]
    assert len(comparisons(facts)) == 4


def test_rows_of_which_pca_leaves_nothing_to_score_by_are_told_anyway(table: Table) -> None:
    """Anomalies at the same place as normal rows: no score parts them, and the verdict says so."""
    assert table.test is not None
    alike = replace(table, anomalies=table.test.take(slice(0, 12)))
    facts = investigate(alike, Settings(epochs=2, seeds=3, shown=5), trains())
    assert "Anomalies do not show by their squared error" in conclude(facts)[0]


def test_a_seed_that_diverged_in_one_arm_is_left_out_of_both(table: Table) -> None:
    facts = investigate(table, Settings(epochs=2, seeds=3, shown=5), trains(1))
    assert (facts.asked, facts.seeds) == (3, 2)
    assert len(facts.arm("bad").used.by_seed) == 2


def test_no_seed_that_finished_is_a_result(table: Table) -> None:
    facts = investigate(table, Settings(epochs=2, seeds=3), trains(0, 1, 2))
    assert facts.spaces == ()
    assert "no latent space to judge" in conclude(facts)[0]


def test_it_runs_on_what_training_really_gives_back(table: Table, devices: list[Any], tmp_path: Path) -> None:
    from trasunto.runs.train import train

    facts = investigate(table, Settings(epochs=2, seeds=2), partial(train, store=tmp_path))
    assert facts.seeds == 2
    bad, control = facts.arm("bad"), facts.arm("control")
    assert bad.train_loss.mean > bad.train_error.mean
    assert control.train_loss.mean == control.train_error.mean
    assert conclude(facts)[0].endswith(".")
