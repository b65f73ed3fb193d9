from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.analysis.reconstruction import binary_cross_entropy
from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.figures import pictures
from trasunto.studies import STUDIES
from trasunto.studies.loss import Settings, requests
from trasunto.studies.papers import PAPERS


class Member:
    """Stands in for a network: off by half the pixel before training, and after it by what its loss leaves."""

    def __init__(self, loss: str, seed: int, epoch: int) -> None:
        self.loss, self.seed, self.epoch = loss, seed, epoch

    def at(self, epoch: int) -> Member:
        return Member(self.loss, self.seed, epoch)

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        left = 0.5 if self.epoch == 0 else {"mse": 0.2, "bce": 0.1}[self.loss] + 0.001 * self.seed
        return np.asarray(x) * (1 - left) + left * 0.5


class Trained:
    """Stands in for a cohort that another study trained for longer; the seeds in `lost` diverged on cross entropy."""

    def __init__(self, recipes: list[Any], seeds: int, epochs: int, lost: tuple[int, ...] = ()) -> None:
        self.members = [Member(recipe.loss, seed, epochs + 7) for recipe in recipes for seed in range(seeds)]
        self._epochs, self._lost = epochs, lost

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [str(number) for number in range(len(self.members))]})

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"id": str(number), "epoch": epoch, "test_error": 1.0}
                for number, member in enumerate(self.members)
                for epoch in range(1 if member.seed in self._lost and member.loss == "bce" else self._epochs + 1)
            ]
        )


@pytest.fixture
def table() -> Table:
    images = np.random.default_rng(0).integers(0, 256, (30, 2, 2)).astype(np.uint8)
    return from_arrays(images, test=images[:10])


def test_the_full_size_is_both_losses_with_six_seeds_to_20_epochs(table: Table) -> None:
    (request,) = requests(table, Settings())
    assert [recipe.loss for recipe in request.recipes] == ["mse", "bce"]
    assert (request.seeds, request.epochs) == (6, 20)
    first, second = request.recipes
    assert first.replace(loss="bce") == second


def test_rows_that_cross_entropy_has_no_meaning_for_are_refused() -> None:
    rows = np.linspace(-1, 2, 12, dtype=np.float32).reshape(4, 3)
    with pytest.raises(TrasuntoError, match=r"between 0 and 1.*from -1 to 2"):
        requests(from_arrays(rows, test=rows), Settings())


def test_data_without_test_rows_are_refused() -> None:
    with pytest.raises(TrasuntoError, match="study 'loss'"):
        requests(from_arrays(np.zeros((4, 3), dtype=np.float32)), Settings())


def test_a_run_judges_every_member_by_both_measures_at_the_epoch_asked_for(table: Table) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        return Trained(recipes, seeds, epochs)

    findings = STUDIES["loss"].run(table, Settings(), train)
    assert table.test is not None
    x = table.test.values()
    away = float(np.square(x - 0.5).mean())
    facts = findings.facts
    assert facts.arm("mse", "mse").error.by_seed == pytest.approx(
        [(0.2 + 0.001 * s) ** 2 * away for s in range(6)], rel=1e-4
    )
    assert facts.arm("bce", "mse").untrained == pytest.approx(0.25 * away, rel=1e-4)
    assert facts.arm("bce", "bce").error.by_seed[0] == pytest.approx(binary_cross_entropy(x, x * 0.9 + 0.05), rel=1e-6)
    assert facts.floor == pytest.approx(binary_cross_entropy(x, x))
    assert facts.works == 6
    assert "better than squared error by both measures" in findings.verdict
    assert (findings.study, findings.settings["epochs"]) == ("loss", 20)


def test_the_papers_numbers_stand_beside_those_of_its_own_rows_only(table: Table) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        return Trained(recipes, seeds, epochs)

    called_so = replace(table, provenance=replace(table.provenance, name="mnist"))
    for rows in (table, called_so):
        found = STUDIES["loss"].run(rows, Settings(), train)
        assert (found.comparisons, found.paper_answer) == ((), "")
    found = STUDIES["loss"].run(table, Settings(), train, paper=True)
    assert found.comparisons
    assert found.paper_answer == PAPERS["mnist"].answers["loss"].answer


def test_a_seed_that_diverged_on_one_loss_is_left_out_of_both(table: Table) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        return Trained(recipes, seeds, epochs, lost)

    lost: tuple[int, ...] = (2,)
    found = STUDIES["loss"].run(table, Settings(), train)
    assert (found.facts.seeds, found.facts.diverged) == (5, 1)
    assert len(found.facts.arm("mse", "mse").error.by_seed) == 5
    assert any("1 seed left out" in detail for detail in found.details)
    lost = tuple(range(6))
    found = STUDIES["loss"].run(table, Settings(), train)
    assert found.verdict.startswith("No seed was trained to the end on both losses.")
    assert pictures(found) == []
