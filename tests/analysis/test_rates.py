from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.rates import from_cross_fitting
from trasunto.analysis.thresholds import Threshold, from_false_alarm_rate
from trasunto.errors import DataError, TrasuntoError


@pytest.mark.parametrize(("n", "rate"), [(99, 0.01), (100, 0.01), (250, 0.01), (1_000, 0.05), (19, 0.05)])
def test_of_rows_enough_the_threshold_is_the_conformal_one(n: int, rate: float) -> None:
    scores = np.random.default_rng(0).chisquare(10, n)
    found = from_cross_fitting(scores, rate)
    assert found.value == from_false_alarm_rate(scores, rate).value
    assert (found.kind, found.rows) == ("cross_fitted", n)
    assert "extrapolated" not in found.guarantee


def test_of_fewer_rows_it_lies_beyond_the_highest_score_and_says_so() -> None:
    scores = np.exp(np.arange(30.0))
    found = from_cross_fitting(scores, 0.01)
    # By hand: the logarithms of the highest three exceed the fourth, 26, by 1, 2 and 3.
    c = 3 * ((4 / (31 * 0.01)) ** (1 / 3) - 1)
    assert math.log(found.value) == pytest.approx(26 + 2 * c)
    assert "30 rows alone show no rate below 1 in 31: it is extrapolated" in found.guarantee
    assert "0 of 30 training rows have" in found.sentence
    assert found.sentence.endswith(found.guarantee)


@pytest.mark.parametrize("degrees", [3, 10, 200])
@pytest.mark.parametrize("n", [20, 60, 98])
def test_about_the_rate_lies_above_it_whatever_the_tail(n: int, degrees: int) -> None:
    random = np.random.default_rng(n + degrees)

    def drawn(count: int) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = np.square(random.standard_t(degrees, (count, 10))).sum(axis=1)
        return sums

    later = drawn(50_000)
    above = [(later > from_cross_fitting(drawn(n), 0.01).value).mean() for _ in range(200)]
    assert 0.003 < np.mean(above) < 0.013


@pytest.mark.parametrize("scores", [[1.0], [1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1e300], [1e-300, 1e300]])
def test_it_is_finite_and_never_below_the_highest_of_few(scores: list[float]) -> None:
    found = from_cross_fitting(scores, 1e-9)
    assert max(scores) <= found.value < np.inf


def test_weights_that_began_with_the_rows_void_the_promise() -> None:
    assert from_cross_fitting(np.arange(200.0), 0.01, began=True).guarantee.endswith("then more are flagged.")


def test_it_goes_through_json_exactly() -> None:
    threshold = from_cross_fitting(np.arange(50.0), 0.01)
    assert Threshold.from_json(threshold.to_json()) == threshold


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(TrasuntoError, match=r"rate of later rows flagged is .* above 0 and below 1"):
        from_cross_fitting([1.0, 2.0], rate)
    with pytest.raises(DataError, match="cross-fitted scores hold nan"):
        from_cross_fitting([np.nan, 1.0], 0.1)
