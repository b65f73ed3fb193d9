from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trasunto.analysis.ranking import agreement, flips


def test_the_same_order_agrees_fully() -> None:
    found = agreement([0.3, 0.2, 0.1, 0.05], [3.0, 1.0, 0.9, 0.1], (5, 10))
    assert (found.spearman, found.kendall) == pytest.approx((1.0, 1.0))
    assert (found.early, found.late, found.flipped, found.pairs) == (5, 10, 0, 6)


def test_a_reversed_order_disagrees_fully() -> None:
    found = agreement([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], (1, 2))
    assert (found.spearman, found.kendall, found.flipped) == pytest.approx((-1.0, -1.0, 3))


def test_correlations_are_those_of_scipy() -> None:
    early, late = np.random.default_rng(1).random((2, 12))
    found = agreement(early, late, (5, 150))
    assert found.spearman == pytest.approx(stats.spearmanr(early, late).statistic)
    assert found.kendall == pytest.approx(stats.kendalltau(early, late).statistic)
    assert found.kendall == pytest.approx(1 - 2 * found.flipped / found.pairs)


def test_settings_with_a_gap_take_no_part() -> None:
    found = agreement([1.0, 2.0, 3.0, np.nan], [1.0, 2.0, 3.0, 0.5], (5, 10))
    assert (found.spearman, found.pairs, found.flipped) == pytest.approx((1.0, 3, 0))


@pytest.mark.parametrize("late", [[1.0, 1.0, 1.0], [1.0, np.nan, np.nan]])
def test_nothing_to_rank_has_no_correlation(late: list[float]) -> None:
    found = agreement([1.0, 2.0, 3.0], late, (5, 10))
    assert (found.spearman, found.kendall) == (None, None)


def test_flips_name_who_overtakes_whom_and_by_how_much() -> None:
    found = flips([0.10, 0.12, 0.5], [0.08, 0.04, 0.07])
    assert [(flip.overtaken, flip.overtaking) for flip in found] == [(0, 1), (0, 2)]
    assert [flip.margin for flip in found] == pytest.approx([0.2, 0.08 / 0.07 - 1])


def test_a_tie_is_no_flip() -> None:
    assert flips([0.1, 0.2], [0.1, 0.1]) == ()
