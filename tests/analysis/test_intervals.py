from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from trasunto.analysis.intervals import (
    Difference,
    adjust,
    holm,
    interval,
    paired,
    pairs_needed,
    sign_flip,
    standardised,
)


def test_an_interval_is_the_t_interval_of_scipy() -> None:
    values = [0.41, 0.39, 0.44, 0.40]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    found = interval(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n == 4


def test_one_seed_has_a_mean_and_no_bounds() -> None:
    found = interval([0.4])
    assert (found.mean, found.low, found.high, found.n) == (0.4, None, None, 1)
    assert str(found) == "0.4"


def test_an_interval_prints_its_bounds() -> None:
    assert str(interval([1.0, 2.0, 3.0])) == "2 [-0.4841, 4.484]"


def test_sign_flips_agree_with_listing_every_pattern() -> None:
    random = np.random.default_rng(7)
    for pairs in (1, 2, 5, 8):
        differences = random.normal(0.4, 1.0, pairs)
        sums = [abs(float(np.dot(signs, differences))) for signs in itertools.product((-1, 1), repeat=pairs)]
        expected = np.mean([total >= abs(differences.sum()) - 1e-9 for total in sums])
        assert sign_flip(differences) == pytest.approx(expected)


def test_sign_flips_agree_with_scipy() -> None:
    differences = np.array([0.3, 0.1, 0.5, -0.2, 0.4, 0.2, 0.6])
    reference = stats.permutation_test(
        differences[None, :], lambda values: float(np.mean(values)), permutation_type="samples", n_resamples=10_000
    )
    assert sign_flip(differences) == pytest.approx(float(reference.pvalue))


def test_forty_pairs_are_exact_and_quick() -> None:
    assert sign_flip(np.full(40, 0.1)) == pytest.approx(2.0**-39)


def test_ties_count_as_extreme_whatever_rounding_does() -> None:
    assert sign_flip([0.1, 0.2, 0.3, 0.1, 0.2, 0.3]) == 2 / 64


def test_no_difference_at_all_has_a_p_of_one() -> None:
    found = paired([0.5] * 7, [0.5] * 7)
    assert (found.p, found.effect, found.distinguishable) == (1.0, None, False)
    assert paired([0.5] * 3, [0.5] * 3).p == 1.0


def test_six_pairs_are_permuted_and_five_are_not() -> None:
    first = np.array([1.1, 1.2, 1.3, 1.1, 1.4, 1.2])
    six, five = paired(first, np.ones(6)), paired(first[:5], np.ones(5))
    assert (six.test, six.p) == ("sign-flip permutation", 2 / 64)
    assert five.test == "paired t"
    assert five.p == pytest.approx(stats.ttest_rel(first[:5], np.ones(5)).pvalue)


def test_a_large_family_is_tested_by_t_where_permutation_could_never_reach_significance() -> None:
    first = np.array([1.1, 1.2, 1.3, 1.1, 1.4, 1.2])
    assert paired(first, np.ones(6), family=15).test == "paired t"
    assert paired(np.arange(14) + 1.0, np.zeros(14), family=15).test == "sign-flip permutation"


def test_a_difference_is_first_minus_second_with_its_interval_and_effect() -> None:
    first, second = np.array([3.0, 4.0, 6.0]), np.array([1.0, 1.0, 1.0])
    found = paired(first, second)
    assert found.mean == pytest.approx(10 / 3)
    assert found.effect == pytest.approx(np.mean(first - second) / np.std(first - second, ddof=1))
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high


def test_one_pair_has_a_mean_and_no_test() -> None:
    found = paired([1.0], [0.5])
    assert (found.mean, found.p, found.adjusted, found.test, found.effect) == (0.5, None, None, "none", None)
    assert not found.distinguishable


def test_equal_differences_have_no_effect_size_but_are_told_apart() -> None:
    assert standardised([2.0, 2.0, 2.0]) is None
    assert paired([2.0, 2.0, 2.0], [0.0, 0.0, 0.0]).p == 0.0


def test_holm_steps_down_and_keeps_the_order_given() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx((0.06, 0.03, 0.06))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()


def test_adjusting_leaves_untested_comparisons_out_of_the_family() -> None:
    untested = paired([1.0], [0.5])
    tested = [Difference(1.0, 0.5, 1.5, 5, 1.0, p, p, "paired t") for p in (0.02, 0.03)]
    found = adjust([tested[0], untested, tested[1]])
    assert [difference.adjusted for difference in found] == [pytest.approx(0.04), None, pytest.approx(0.04)]
    assert [difference.distinguishable for difference in found] == [True, False, True]


@pytest.mark.parametrize("family", [1, 2, 5, 11, 40])
def test_so_many_pairs_tell_three_deviations_and_one_fewer_do_not(family: int) -> None:
    def told(pairs: int) -> bool:
        away = np.resize([1.0, -1.0], pairs) if pairs % 2 == 0 else np.resize([1.0, -1.0, 0.0], pairs)
        away = away - away.mean()
        first = 3.0 + away / away.std(ddof=1)
        rest = [paired(first, np.zeros(pairs), family=family)] * family
        return adjust(rest)[0].distinguishable

    needed = pairs_needed(family)
    assert told(needed)
    assert needed == 2 or not told(needed - 1)
