from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from trasunto.data import from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies.cells import NETWORK, grid, is_bounded, plain, read, require_test_rows

HistoryOf = Callable[..., pd.DataFrame]
RATES, MOMENTA = (0.1, 0.5, 0.9), (0.2, 0.8)


def numbered(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """An error from which every index can be read off."""
    return rate + 10 * momentum + 100 * seed + 1000 * epoch


def failing(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """At the largest values the second seed diverges in epoch 2; at the smallest nothing is learnt."""
    if (rate, momentum, seed) == (0.9, 0.8, 1) and epoch >= 2:
        return math.nan
    return 0.2 if rate == 0.1 else 0.2 - 0.01 * epoch


def test_every_value_lands_in_its_cell_whatever_the_order_of_rows(history_of: HistoryOf) -> None:
    history = history_of(numbered, RATES, MOMENTA, 3, 2).sample(frac=1, random_state=0)
    cells = read(history, RATES, MOMENTA, 3)
    assert cells.curves.shape == (3, 2, 2, 4)
    assert cells.curves[2, 0, 1, 3] == pytest.approx(numbered(0.9, 0.2, 1, 3))
    assert cells.at(2)[0, 1, 0] == pytest.approx(numbered(0.1, 0.8, 0, 2))
    assert cells.mean(1)[1, 1] == pytest.approx(numbered(0.5, 0.8, 0, 1) + 50)


def test_axes_may_be_given_in_any_order(history_of: HistoryOf) -> None:
    history = history_of(numbered, RATES, MOMENTA, 1)
    cells = read(history, (0.9, 0.1, 0.5), (0.8, 0.2), 1)
    assert cells.at(1)[1, 0, 0] == pytest.approx(numbered(0.1, 0.8, 0, 1))
    assert cells.names[0] == (0.9, 0.8)


def test_seeds_need_not_start_at_zero(history_of: HistoryOf) -> None:
    history = history_of(numbered, RATES, MOMENTA, 1, 2)
    history["seed"] += 7
    assert read(history, RATES, MOMENTA, 1).at(0)[0, 0, 1] == pytest.approx(numbered(0.1, 0.2, 1, 0))


def test_numbers_that_a_store_rounded_to_float32_are_still_found(history_of: HistoryOf) -> None:
    history = history_of(numbered, RATES, MOMENTA, 1)
    history["learning_rate"] = history["learning_rate"].astype(np.float32)
    assert np.isfinite(read(history, RATES, MOMENTA, 1).curves).all()


def test_epochs_beyond_those_asked_for_are_left_out(history_of: HistoryOf) -> None:
    cells = read(history_of(numbered, RATES, MOMENTA, 9), RATES, MOMENTA, 4)
    assert cells.epochs == 4
    assert cells.curves.shape[-1] == 5


def test_an_axis_with_one_value_needs_no_column(history_of: HistoryOf) -> None:
    history = history_of(numbered, (0.5,), MOMENTA, 1).drop(columns="learning_rate")
    assert read(history, (0.5,), MOMENTA, 1).at(1).shape == (1, 2, 1)


def test_a_cell_is_as_bad_as_its_worst_seed(history_of: HistoryOf) -> None:
    cells = read(history_of(failing, RATES, MOMENTA, 4, 2), RATES, MOMENTA, 4)
    assert cells.outcome(4) == (("stalled", "stalled"), ("finished", "finished"), ("finished", "diverged"))
    assert cells.diverged_by(4) == ((None, None), (None, None), (None, 2))
    assert math.isnan(cells.mean(4)[2, 1])


def test_a_member_that_diverged_later_had_finished_before(history_of: HistoryOf) -> None:
    cells = read(history_of(failing, RATES, MOMENTA, 4, 2), RATES, MOMENTA, 4)
    assert cells.outcome(1)[2][1] == "finished"
    assert cells.diverged_by(1)[2][1] is None


def test_nothing_counts_after_a_value_that_is_not_finite(history_of: HistoryOf) -> None:
    history = history_of(numbered, RATES, MOMENTA, 4)
    history.loc[(history["epoch"] == 2) & (history["learning_rate"] == 0.5), "test_error"] = np.inf
    cells = read(history, RATES, MOMENTA, 4)
    assert np.isnan(cells.curves[1, :, :, 2:]).all()
    assert cells.diverged_by(4)[1] == (2, 2)


def test_plain_values_are_nested_tuples_without_nan() -> None:
    assert plain(np.array([[1.0, np.nan], [0.5, np.inf]])) == ((1.0, None), (0.5, None))


def test_the_grid_is_the_papers_recipe_at_every_cell() -> None:
    recipes = grid(NETWORK, "mse", 1000, RATES, MOMENTA)
    assert len(recipes) == 6
    second = recipes.recipe_at(1)
    assert (second.learning_rate, second.momentum, second.optimizer) == (0.1, 0.8, "sgd")
    assert (second.batch_size, second.initialisation, str(second.network)) == (1000, "torch", NETWORK)


@pytest.mark.parametrize(
    ("network", "loss", "bounded"),
    [
        (NETWORK, "mse", True),
        ("[8 relu] > tanh", "mae", True),
        ("[8 relu] > linear", "mse", False),
        (NETWORK, "bce", False),
    ],
)
def test_only_bounded_outputs_bound_the_error(network: str, loss: str, bounded: bool) -> None:
    assert is_bounded(network, loss) is bounded


def test_data_without_test_rows_are_refused_by_name() -> None:
    table = from_arrays(np.zeros((4, 3), dtype=np.float32), test=np.zeros((2, 3), dtype=np.float32))
    require_test_rows(table, "long-run")
    with pytest.raises(TrasuntoError, match="'long-run' judges networks by their test error"):
        require_test_rows(dataclasses.replace(table, test=None), "long-run")
