from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES
from trasunto.studies.learning_rate_momentum import STEPS, Settings, requests

HistoryOf = Callable[..., pd.DataFrame]


class Trained:
    """Stands in for a cohort."""

    def __init__(self, history: pd.DataFrame) -> None:
        self._history = history

    def history(self) -> pd.DataFrame:
        return self._history


@pytest.fixture
def table() -> Table:
    images = np.zeros((4, 2, 2), dtype=np.uint8)
    return from_arrays(images, test=images)


def curve(rate: float, momentum: float, seed: int, epoch: int) -> float:
    return 0.01 + 0.22 * math.exp(-epoch * rate / (1 - momentum) / 4)


def test_the_papers_size_is_361_networks_of_5_epochs_and_16_of_10(table: Table) -> None:
    grid, long = requests(table, Settings())
    assert (len(grid.recipes), grid.epochs, grid.seeds) == (361, 5, 1)
    assert (len(long.recipes), long.epochs) == (16, 10)
    assert STEPS[0] == 0.05
    assert STEPS[-1] == 0.95
    assert len(STEPS) == 19


def test_the_cells_trained_for_longer_are_cells_of_the_grid(table: Table) -> None:
    grid, long = requests(table, Settings())
    assert set(long.recipes.axes["momentum"]) <= set(grid.recipes.axes["momentum"])
    whole = {grid.recipes.recipe_at(i) for i in range(len(grid.recipes))}
    assert {long.recipes.recipe_at(i) for i in range(len(long.recipes))} <= whole


def test_the_reduced_size_is_the_16_cells_twice(table: Table) -> None:
    grid, long = requests(table, Settings.reduced())
    assert (len(grid.recipes), len(long.recipes), grid.epochs, long.epochs) == (16, 16, 5, 10)


def test_without_longer_cells_only_the_grid_is_trained(table: Table) -> None:
    assert len(requests(table, Settings(long_cells=()))) == 1


def test_data_without_test_rows_are_refused_before_anything_is_trained() -> None:
    table = from_arrays(np.zeros((4, 3), dtype=np.float32))
    with pytest.raises(TrasuntoError, match="no test rows"):
        requests(table, Settings())


@pytest.mark.parametrize("long_cells", [(0.2, 0.9), ()])
def test_a_run_trains_what_it_requests_and_concludes(
    table: Table, history_of: HistoryOf, long_cells: tuple[float, ...]
) -> None:
    settings = Settings(learning_rates=(0.2, 0.5, 0.9), momenta=(0.2, 0.5, 0.9), seeds=2, long_cells=long_cells)
    asked: list[tuple[int, int]] = []

    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        asked.append((len(recipes), epochs))
        axes = recipes.axes
        # A store may know more epochs than are asked for.
        return Trained(history_of(curve, axes["learning_rate"], axes["momentum"], epochs + 3, seeds))

    findings = STUDIES["learning-rate-momentum"].run(table, settings, train)
    assert asked == [(len(request.recipes), request.epochs) for request in requests(table, settings)]
    assert (findings.study, findings.experiments) == ("learning-rate-momentum", ("A2", "A3"))
    assert findings.facts.error[0][0] == pytest.approx(curve(0.2, 0.2, 0, 5))
    assert len(findings.facts.reach) == len(long_cells) ** 2
    assert findings.facts.bounded
    assert findings.verdict.startswith("Higher values of both give a lower error")
    assert findings.settings["epochs"] == 5
    assert findings.seconds > 0
