from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES, learning_rate_momentum
from trasunto.studies.long_run import Settings, requests

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


def test_the_papers_size_is_16_cells_to_150_epochs(table: Table) -> None:
    (request,) = requests(table, Settings())
    assert (len(request.recipes), request.epochs, request.seeds) == (16, 150, 1)


def test_the_reduced_size_trains_nothing_that_a2_has_not_trained(table: Table) -> None:
    (request,) = requests(table, Settings.reduced())
    _, longer = learning_rate_momentum.requests(table, learning_rate_momentum.Settings.reduced())
    ours = {request.recipes.recipe_at(i) for i in range(16)}
    assert ours == {longer.recipes.recipe_at(i) for i in range(16)}
    assert request.epochs == longer.epochs


def test_the_last_epoch_is_always_compared() -> None:
    assert Settings().compared == (10, 20, 50, 100, 150)
    assert Settings(epochs=60).compared == (10, 20, 50, 60)
    assert Settings.reduced().compared == (10,)


@pytest.mark.parametrize(("early", "epochs"), [(5, 5), (0, 10), (9, 3)])
def test_an_early_epoch_that_is_not_before_the_last_is_refused(early: int, epochs: int) -> None:
    with pytest.raises(TrasuntoError, match="early must be from 1"):
        Settings(early=early, epochs=epochs)


def test_data_without_test_rows_are_refused_before_anything_is_trained() -> None:
    with pytest.raises(TrasuntoError, match="no test rows"):
        requests(from_arrays(np.zeros((4, 3), dtype=np.float32)), Settings())


def test_a_run_trains_what_it_requests_and_concludes(table: Table, history_of: HistoryOf) -> None:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: Any) -> Trained:
        axes = recipes.axes

        def curve(rate: float, momentum: float, seed: int, epoch: int) -> float:
            return 0.01 + 0.22 / (1 + epoch * rate / (1 - momentum))

        return Trained(history_of(curve, axes["learning_rate"], axes["momentum"], epochs, seeds))

    findings = STUDIES["long-run"].run(table, Settings(epochs=12), train)
    assert (findings.study, findings.experiments) == ("long-run", ("A4",))
    assert findings.verdict.startswith("The ranking after 5 epochs holds after 12")
    assert [found.late for found in findings.facts.agreements] == [10, 12]
    assert findings.settings["learning_rates"] == (0.2, 0.45, 0.7, 0.95)
