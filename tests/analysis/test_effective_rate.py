from __future__ import annotations

import numpy as np
import pytest

from trasunto.analysis.effective_rate import effective_rate, explained


def test_the_number_is_the_sum_of_a_repeated_step() -> None:
    steps = 0.3 * sum(0.8**k for k in range(400))
    assert effective_rate(0.3, 0.8) == pytest.approx(steps)


def test_a_monotone_curve_is_explained_whatever_its_shape() -> None:
    number = np.array([3.0, 0.1, 1.0, 0.5, 9.0])
    found = explained(number, np.exp(-number) + 0.06)
    assert (found.r2_error, found.r2_log_error) == pytest.approx((1.0, 1.0))
    assert found.spearman == pytest.approx(-1.0)
    assert found.cells == 5


def test_a_rising_error_is_explained_too() -> None:
    assert explained([1.0, 2.0, 3.0], [0.1, 0.2, 0.4]).r2_error == pytest.approx(1.0)


def test_what_does_not_depend_on_the_number_is_not_explained() -> None:
    random = np.random.default_rng(5)
    found = explained(random.random(300), random.random(300) + 0.5)
    assert found.r2_error is not None
    assert found.r2_error < 0.1


def test_the_share_is_one_minus_what_the_best_monotone_fit_leaves() -> None:
    """The best falling fit of 4, 1, 2, 0.5 pools the middle two into 1.5 and leaves 0.5 of 7.1875."""
    assert explained([1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 2.0, 0.5]).r2_error == pytest.approx(1 - 0.5 / 7.1875)


def test_cells_without_an_error_are_left_out() -> None:
    assert explained([1.0, 2.0, 3.0, 4.0], [0.3, np.nan, 0.2, 0.1]).cells == 3


@pytest.mark.parametrize("error", [[0.1, 0.1, 0.1], [0.1, np.nan, np.nan]])
def test_too_little_to_explain_gives_no_number(error: list[float]) -> None:
    found = explained([1.0, 2.0, 3.0], error)
    assert (found.r2_error, found.r2_log_error, found.spearman) == (None, None, None)
