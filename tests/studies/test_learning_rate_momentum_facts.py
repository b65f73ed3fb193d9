from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from trasunto.studies.cells import Cells, read
from trasunto.studies.learning_rate_momentum_facts import Facts, descent_of, measure

HistoryOf = Callable[..., pd.DataFrame]
Curve = Callable[[float, float, int, int], float]
RATES, MOMENTA = (0.2, 0.45, 0.7, 0.95), (0.2, 0.5, 0.8)
SHIFT = (0.0, 0.004, -0.003, 0.002, 0.001, -0.002, 0.003)


def effect(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """Each setting lowers the error by its own amount: nothing but a sum."""
    return 0.24 if epoch == 0 else 0.23 - 0.01 * epoch - 0.05 * rate - 0.06 * momentum + SHIFT[seed]


def one_number(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """The error follows learning rate / (1 - momentum) and nothing else."""
    return 0.06 + 0.18 * math.exp(-epoch * rate / (1 - momentum) / 4) + (SHIFT[seed] if epoch else 0.0)


def diverging(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """The corner of large values diverges, and beside it nothing is learnt."""
    if rate > 0.9 and momentum > 0.7:
        return 0.24 if epoch == 0 else math.nan if epoch > 1 else 1e30
    if rate > 0.6 and momentum > 0.7:
        return 0.24 + epoch
    return one_number(rate, momentum, seed, epoch)


def cells_of(history_of: HistoryOf, curve: Curve, epochs: int = 5, seeds: int = 1) -> Cells:
    return read(history_of(curve, RATES, MOMENTA, epochs, seeds), RATES, MOMENTA, epochs)


def facts_of(history_of: HistoryOf, curve: Curve, seeds: int = 1) -> Facts:
    long = cells_of(history_of, curve, 10, seeds)
    return measure(cells_of(history_of, curve, 5, seeds), long, bounded=True, goal=0.08)


def test_facts_hold_the_grid_as_plain_values(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, diverging)
    assert facts.error[0][1] == pytest.approx(diverging(0.2, 0.5, 0, 5))
    assert facts.error[3][2] is None
    assert facts.outcome[3] == ("finished", "finished", "diverged")
    assert facts.diverged[3] == (None, None, 2)
    assert facts.outcome[2][2] == "stalled"
    assert "NaN" not in json.dumps(asdict(facts))


def test_the_untrained_error_is_the_mean_over_cells_of_each_seed(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, effect, seeds=2)
    assert (facts.untrained.mean, facts.untrained.n) == pytest.approx((0.24, 2))


def test_effects_that_add_are_found_additive(history_of: HistoryOf) -> None:
    found = facts_of(history_of, effect).on_error
    assert found is not None
    assert found.unexplained == pytest.approx(0.0, abs=1e-12)


def test_one_number_that_rules_the_error_is_found_and_interacts(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, one_number)
    assert facts.one_number.r2_error == pytest.approx(1.0)
    assert facts.one_number.spearman == pytest.approx(-1.0)
    assert facts.on_error is not None
    assert facts.on_error.unexplained is not None
    assert facts.on_error.unexplained > 0.03


def test_with_seeds_the_interaction_is_tested_on_replicates(history_of: HistoryOf) -> None:
    assert facts_of(history_of, one_number).on_error.test.startswith("Tukey")  # type: ignore[union-attr]
    assert facts_of(history_of, one_number, seeds=3).on_error.test == "interaction F"  # type: ignore[union-attr]


def test_statistics_leave_out_what_diverged_or_stalled(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, diverging)
    assert facts.compared == (RATES, (0.2, 0.5))
    assert facts.on_error is not None
    assert facts.on_error.shape == (4, 2, 1)
    assert facts.one_number.cells == 10
    assert np.isnan(facts.finished()).sum() == 2
    assert facts.best is not None
    assert (facts.best.learning_rate, facts.best.momentum) == (0.45, 0.8)


def test_a_grid_in_which_nothing_learns_has_no_best_cell(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, lambda rate, momentum, seed, epoch: 0.2 if epoch == 0 else math.nan)
    assert (facts.best, facts.on_error, facts.on_log_error) == (None, None, None)
    assert (facts.descent.along_momentum, facts.one_number.cells, facts.compared) == (None, 0, ((), ()))


def test_with_one_seed_nothing_is_said_about_cells_like_the_best(history_of: HistoryOf) -> None:
    best = facts_of(history_of, one_number).best
    assert best is not None
    assert (best.learning_rate, best.momentum, best.alike, best.test) == (0.95, 0.8, None, "none")


def test_with_seeds_only_cells_within_their_scatter_are_like_the_best(history_of: HistoryOf) -> None:
    random = np.random.default_rng(2)
    noise = {(rate, momentum): random.normal(0, 1e-3, 7) for rate in RATES for momentum in MOMENTA}

    def curve(rate: float, momentum: float, seed: int, epoch: int) -> float:
        good = momentum > 0.7 and rate > 0.6
        return 0.24 if epoch == 0 else (0.07 if good else 0.09) + noise[rate, momentum][seed] + SHIFT[seed]

    best = facts_of(history_of, curve, seeds=7).best
    assert best is not None
    other = {(0.7, 0.8), (0.95, 0.8)} - {(best.learning_rate, best.momentum)}
    assert best.alike is not None
    assert set(best.alike) == other
    assert best.error.n == 7


def test_seeds_that_differ_alike_in_all_cells_do_not_hide_a_difference(history_of: HistoryOf) -> None:
    """Pairing over seeds is what makes a tenth of the scatter between seeds visible."""
    random = np.random.default_rng(4)
    noise = {(rate, momentum): random.normal(0, 1e-5, 7) for rate in RATES for momentum in MOMENTA}
    best = facts_of(history_of, lambda r, m, s, t: effect(r, m, s, t) + noise[r, m][s], seeds=7).best
    assert best is not None
    assert best.alike == ()


def test_descent_counts_neighbours_along_each_axis() -> None:
    found = descent_of(np.array([[0.3, 0.2, 0.25], [0.2, 0.1, np.nan]]))
    assert found.along_learning_rate == 1.0
    assert found.along_momentum == pytest.approx(2 / 3)
    assert descent_of(np.array([[0.3]])).along_momentum is None


def test_reach_is_the_first_epoch_at_or_below_the_goal(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, one_number)
    by_name = {(cell.learning_rate, cell.momentum): cell for cell in facts.reach}
    assert by_name[0.2, 0.2].epoch is None
    assert by_name[0.95, 0.8].epoch == 2
    assert one_number(0.95, 0.8, 0, 1) > 0.08 >= one_number(0.95, 0.8, 0, 2)
    assert by_name[0.2, 0.2].error[0] == pytest.approx(0.24)
    assert facts.reached(10) == sum(one_number(r, m, 0, 10) <= 0.08 for r in RATES for m in MOMENTA)
    assert facts.reached(1) == 0


def test_without_longer_cells_nothing_is_reached(history_of: HistoryOf) -> None:
    facts = measure(cells_of(history_of, effect), None, bounded=False, goal=0.08)
    assert (facts.reach, facts.goal_epochs, facts.reached(10)) == ((), 0, 0)
