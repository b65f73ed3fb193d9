from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import trasunto
from trasunto.api.members import (
    measured,
    order,
    price_of_members,
    ranked,
    request_members,
    save_members,
    standings,
    varied,
)
from trasunto.errors import TrasuntoError


@pytest.fixture
def table() -> trasunto.Table:
    rows = np.random.default_rng(0).random((20, 3))
    return trasunto.from_arrays(rows[:16], test=rows[16:])


def grid(*rates: float) -> trasunto.Grid:
    recipe = trasunto.Recipe("[2 linear] > linear", optimizer="sgd", batch_size=8, epochs=2)
    return recipe.grid(learning_rate=list(rates))


def test_members_stand_best_first_and_failures_last(table: trasunto.Table, tmp_path: Path) -> None:
    cohort = trasunto.train(grid(1e30, 0.001, 0.1), table, store=tmp_path)
    frame = standings(cohort)
    assert frame["learning_rate"].tolist() == [0.1, 0.001, 1e30]
    assert frame["id"].iloc[0] == cohort.best().id
    assert varied(frame) == ["learning_rate"]
    assert measured(frame) == ["epochs", "test_loss", "train_loss"], "one ended early"


def test_without_test_rows_the_training_loss_decides(tmp_path: Path) -> None:
    rows = trasunto.from_arrays(np.random.default_rng(0).random((16, 3)))
    assert standings(trasunto.train(grid(0.001, 0.1), rows, store=tmp_path))["train_loss"].is_monotonic_increasing


def test_errors_are_shown_where_penalties_set_them_apart() -> None:
    frame = pd.DataFrame(
        {"loss": ["mse"], "seed": [0], "epochs": [5], "test_error": [1.0], "test_loss": [2.0], "test_accuracy": [0.5]}
    )
    assert measured(frame) == ["test_error", "test_loss", "test_accuracy"]
    assert measured(frame.assign(test_error=2.0)) == ["test_loss", "test_accuracy"]


def test_what_varies_are_numbers_and_seeds() -> None:
    network = ["[2 relu drop=0.1] > linear", "[2 relu drop=0.2] > linear"]
    told = {"id": ["a", "b"], "network": network, "loss": "mse", "momentum": 0.0, "1.drop": [0.1, 0.2], "seed": [0, 1]}
    assert varied(pd.DataFrame(told)) == ["1.drop", "seed"]


def test_words_and_networks_that_vary_are_told_too() -> None:
    network = ["[2 relu] > linear", "[3 relu] > linear"]
    told = {"id": ["a", "b"], "network": network, "loss": "mse", "optimizer": ["sgd", "adam"], "seed": 0}
    assert varied(pd.DataFrame(told)) == ["network", "optimizer"]


def test_members_whose_losses_do_not_compare_stand_in_the_order_asked() -> None:
    told = {"id": ["a", "b"], "loss": "mse", "1.l1": [0.1, 0.0], "seed": 0, "test_loss": [2.0, 1.0]}
    frame = pd.DataFrame(told)
    assert ranked(frame)["id"].tolist() == ["a", "b"]
    assert order(frame) == "in the order asked, for their losses include penalties of different weights (1.l1)"
    same = frame.assign(**{"1.l1": 0.1})
    assert ranked(same)["id"].tolist() == ["b", "a"]
    assert order(same) == "best first"


def test_a_price_counts_members_and_trains_none(table: trasunto.Table, tmp_path: Path) -> None:
    cost = price_of_members(request_members(grid(0.1, 0.2), table, 3, None), tmp_path / "runs")
    assert (cost.members, cost.programs, cost.epochs) == (6, 1, 12)
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_cannot_be_written_as_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrasuntoError, match=r"\.csv or \.parquet"):
        save_members(pd.DataFrame(), tmp_path / "members.xls")
