from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict

import pandas as pd
import pytest

from trasunto.studies.cells import read
from trasunto.studies.long_run_facts import Facts, measure

HistoryOf = Callable[..., pd.DataFrame]
Curve = Callable[[float, float, int, int], float]
RATES, MOMENTA = (0.2, 0.5, 0.95), (0.2, 0.95)


def steady(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """Larger values are better at every epoch, in the order of learning rate / (1 - momentum)."""
    return 0.01 + 0.22 / (1 + epoch * rate / (1 - momentum)) + 0.001 * seed


def crossing(rate: float, momentum: float, seed: int, epoch: int) -> float:
    """The faster a cell is early, the worse it is late."""
    speed = rate / (1 - momentum)
    return 0.23 * math.exp(-epoch * speed / 10) + 0.001 * epoch * speed


def failing(rate: float, momentum: float, seed: int, epoch: int) -> float:
    return math.nan if (rate, momentum) == (0.95, 0.95) and epoch > 7 else steady(rate, momentum, seed, epoch)


def facts_of(history_of: HistoryOf, curve: Curve, epochs: int = 20, seeds: int = 1) -> Facts:
    history = history_of(curve, RATES, MOMENTA, epochs, seeds)
    return measure(read(history, RATES, MOMENTA, epochs), 5, (10, epochs))


def test_an_order_that_holds_agrees_and_has_no_reversals(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, steady)
    assert [(found.early, found.late) for found in facts.agreements] == [(5, 10), (5, 20)]
    assert [found.spearman for found in facts.agreements] == pytest.approx([1.0, 1.0])
    assert facts.reversals == ()
    assert facts.best_early == facts.best_late == facts.highest == (0.95, 0.95)
    assert facts.rising == facts.diverged == ()


def test_an_order_that_turns_round_is_seen_to(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, crossing)
    assert facts.best_early == (0.2, 0.95)
    assert facts.agreements[-1].spearman is not None
    assert facts.agreements[-1].spearman < 0.5
    clearest = facts.reversals[0]
    early, late = facts.course(clearest.ahead_early), facts.course(clearest.ahead_late)
    assert early.error[5] is not None
    assert late.error[5] is not None
    assert early.error[-1] is not None
    assert late.error[-1] is not None
    assert early.error[5] < late.error[5]
    assert late.error[-1] < early.error[-1]
    assert len(facts.reversals) == facts.agreements[-1].flipped


def test_an_error_that_rises_late_is_seen_to(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, crossing)
    highest = facts.course((0.95, 0.95))
    assert highest in facts.rising
    errors = [crossing(0.95, 0.95, 0, epoch) for epoch in range(21)]
    assert highest.lowest_at == errors.index(min(errors))
    assert highest.rise == pytest.approx(errors[-1] / min(errors) - 1)


def test_a_rise_within_the_scatter_between_epochs_is_none(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, lambda r, m, s, t: steady(r, m, s, min(t, 19)) * (1.005 if t == 20 else 1))
    assert facts.rising == ()


def test_ranks_are_those_at_the_end(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, steady)
    ranked = sorted(facts.courses, key=lambda course: course.rank or 0)
    assert [course.rank for course in ranked] == [1, 2, 3, 4, 5, 6]
    assert ranked[0].error[-1] == min(course.error[-1] or 1.0 for course in facts.courses)


def test_a_cell_that_diverged_has_no_rank_and_takes_part_in_no_pair(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, failing)
    lost = facts.course((0.95, 0.95))
    assert (lost.rank, lost.rise, lost.lowest_at, lost.error[7] is None, lost.error[8]) == (
        None,
        None,
        None,
        False,
        None,
    )
    assert facts.diverged == (lost,)
    assert facts.best_early == (0.95, 0.95)
    assert facts.best_late == (0.5, 0.95)
    assert facts.agreements[-1].pairs == 10
    assert "NaN" not in json.dumps(asdict(facts))


def test_courses_are_means_over_seeds(history_of: HistoryOf) -> None:
    facts = facts_of(history_of, steady, seeds=3)
    assert facts.seeds == 3
    assert facts.course((0.2, 0.2)).error[4] == pytest.approx(steady(0.2, 0.2, 1, 4))
