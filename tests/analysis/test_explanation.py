from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.explanation import DIRECTIONS, ErrorDistribution, explain_row
from trasunto.errors import DataError


def by_counting(seen: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    counts = (seen[None, :, :] >= errors[:, None, :]).sum(axis=1)
    return np.asarray((1 + counts) / (1 + len(seen)))


def test_rarity_counts_the_training_rows_with_at_least_that_error() -> None:
    random = np.random.default_rng(0)
    seen = np.square(random.normal(size=(700, 3))).round(1)  # with ties
    seen[:, 2] = 0.0
    new = np.concatenate([seen[:50], np.square(random.normal(size=(50, 3)) * 2), np.zeros((1, 3))])
    assert ErrorDistribution.fit(seen).rarity(new)[:, :2] == pytest.approx(by_counting(seen, new)[:, :2], abs=2 / 701)
    kept = ErrorDistribution.fit(seen)
    assert np.array_equal(kept.rarity(seen[:50]), by_counting(seen, seen[:50]))
    assert kept.rarity([[0.0, 0.0, 0.0], [0.0, 0.0, 1e-9]])[:, 2].tolist() == [1.0, 1 / 701]


def test_of_many_rows_the_rarest_errors_are_told_apart() -> None:
    seen = np.random.default_rng(0).exponential(size=(50_000, 1))
    kept = ErrorDistribution.fit(seen)
    assert len(kept.errors) <= 1_001
    new = np.sort(np.random.default_rng(1).exponential(size=(500, 1)), axis=0)
    found, expected = kept.rarity(new), by_counting(seen, new)
    assert found == pytest.approx(expected, abs=2e-3)
    tail = np.sort(seen, axis=0)[-30:-1]
    assert kept.rarity(tail) == pytest.approx(by_counting(seen, tail), rel=0.1)
    assert kept.rarity([[1e9]])[0, 0] == 1 / 50_001


def test_a_larger_error_is_never_less_rare() -> None:
    seen = np.square(np.random.default_rng(0).normal(size=(5_000, 1))).round(2)
    rarity = ErrorDistribution.fit(seen, points=20).rarity(np.linspace(-0.1, 20, 3_000)[:, None])[:, 0]
    assert (np.diff(rarity) <= 1e-15).all()
    assert rarity[0] == 1.0
    assert rarity[-1] == 1 / 5_001


def test_a_distribution_is_stored_as_arrays_and_reads_back_exactly() -> None:
    seen = np.random.default_rng(0).exponential(size=(3_000, 2))
    kept = ErrorDistribution.fit(seen)
    arrays = kept.to_arrays()
    assert all(type(array) is np.ndarray and array.dtype == np.float64 for array in arrays.values())
    again = ErrorDistribution.from_arrays(arrays)
    assert np.array_equal(again.rarity(seen), kept.rarity(seen))
    assert np.array_equal(again.excess(seen), kept.excess(seen))
    with pytest.raises(DataError, match="needs the arrays errors, ranks, mean, rows; there are errors"):
        ErrorDistribution.from_arrays({"errors": arrays["errors"]})


def test_excess_is_in_multiples_of_the_mean_and_finite_where_that_is_zero() -> None:
    kept = ErrorDistribution.fit([[1.0, 0.0], [3.0, 0.0]])
    assert kept.excess([[4.0, 0.0]]).tolist() == [[2.0, 0.0]]
    assert np.isfinite(kept.excess([[4.0, 1.0]])).all()
    assert ErrorDistribution.fit([[0.0], [0.0]]).excess([[2.0]]).tolist() == [[2.0]]


@pytest.fixture
def seen() -> ErrorDistribution:
    return ErrorDistribution.fit(np.random.default_rng(0).exponential(size=(999, 4)) * [1.0, 10.0, 1.0, 1.0])


def test_a_row_is_explained_strangest_first_in_its_own_units(seen: ErrorDistribution) -> None:
    found = explain_row(
        ["V14", "amount", "country", "age"],
        [-19.2, 950.0, "BR", 41],
        [-0.3, 20.0, "FR", 41.2],
        [30.0, 30.0, 40.0, 0.0],
        seen,
    )
    assert [one.feature for one in found] == ["country", "V14", "amount", "age"]
    country, v14, amount, age = found
    assert (v14.value, v14.expected, v14.direction, v14.error, v14.rarity) == (-19.2, -0.3, "lower", 30.0, 0.001)
    assert (
        v14.sentence
        == "V14 is -19.2, lower than the -0.3 expected; none of 999 training rows has so large an error there."
    )
    assert (country.value, country.expected, country.direction) == ("BR", "FR", "other")
    assert country.sentence.startswith("country is BR where FR was expected; none of 999")
    assert amount.direction == "higher"
    assert amount.rarity == pytest.approx(0.05, abs=0.02)
    assert "% of training rows have at least its error there" in amount.sentence
    assert (age.rarity, age.sentence) == (
        1.0,
        "age is 41, lower than the 41.2 expected; 100 % of training rows have at least its error there.",
    )


def test_equally_rare_errors_are_ordered_by_how_far_they_exceed_the_usual(seen: ErrorDistribution) -> None:
    found = explain_row(list("abcd"), [1.0] * 4, [0.0] * 4, [100.0, 110.0, 90.0, 120.0], seen)
    assert [one.feature for one in found] == ["d", "a", "c", "b"]
    assert {one.rarity for one in found} == {0.001}
    assert found[0].excess == pytest.approx(120 / seen.mean[3])


@pytest.mark.parametrize(
    ("value", "expected", "direction"),
    [
        (2.0, 1.0, "higher"),
        (np.float32(1.0), 2, "lower"),
        (3, 3.0, "as expected"),
        (1.00001, 1.0, "as expected"),
        ("a", "b", "other"),
        ("a", "a", "as expected"),
        (True, False, "other"),
        (np.True_, np.True_, "as expected"),
        (None, "b", "missing"),
        (np.nan, 1.0, "missing"),
        ("7", 7.0, "other"),
    ],
)
def test_the_direction_is_that_of_the_value(value: object, expected: object, direction: str) -> None:
    distribution = ErrorDistribution.fit([[1.0], [2.0]])
    (found,) = explain_row(["x"], [value], [expected], [1.5], distribution)
    assert found.direction == direction
    assert direction in DIRECTIONS
    assert found.sentence.startswith("x is ")


def test_what_does_not_belong_together_is_refused(seen: ErrorDistribution) -> None:
    with pytest.raises(DataError, match="3 features, 4 values, 4 expected values, 4 errors and a distribution of 4"):
        explain_row(list("abc"), [1.0] * 4, [0.0] * 4, [1.0] * 4, seen)
    with pytest.raises(DataError, match="errors have 3 columns; their distribution was fitted to 4"):
        seen.rarity([[1.0, 2.0, 3.0]])


def test_categories_that_look_like_numbers_have_no_direction() -> None:
    distribution = ErrorDistribution.fit([[1.0], [2.0]])
    (found,) = explain_row(["branch"], [7], [3], [1.5], distribution, categorical={"branch"})
    assert found.direction == "other"
    assert found.sentence == "branch is 7 where 3 was expected; 50 % of training rows have at least its error there."


MANY = ErrorDistribution.fit(np.linspace(0.001, 0.1, 200)[:, None])


@pytest.mark.parametrize(
    ("value", "expected", "probability", "error", "said"),
    [
        ("NG", "NG", 0.41, 0.6, "x is NG, as expected, but with a probability of only 0.41; none of 200 training rows"),
        ("NG", "NG", None, 0.6, "x is NG, as expected, but less closely than usual; none of 200 training rows"),
        ("NG", "NG", 0.9, 0.05, "x is NG, as expected; 5"),
        ("NG", "FR", 0.1, 0.6, "x is NG where FR was expected; none of 200"),
        (100.00012, 100.00004, None, 0.6, "x is 100.0001, higher than the 100 expected; none of 200"),
        (100.00012, 100.00011, None, 0.6, "x is 100.00012, higher than the 100.00011 expected; none of 200"),
        (100.00012, 100.00004, None, 0.05, "x is 100, as expected; 5"),
        (True, 0.4711, None, 0.6, "x is 1 (true), higher than the 0.4711 expected; none of 200"),
        (np.False_, 0.4711, None, 0.6, "x is 0 (false), lower than the 0.4711 expected; none of 200"),
        (1, 0.4711, None, 0.6, "x is 1, higher than the 0.4711 expected; none of 200"),
    ],
)
def test_no_sentence_contradicts_itself(
    value: object, expected: object, probability: float | None, error: float, said: str
) -> None:
    (found,) = explain_row(["x"], [value], [expected], [error], MANY, (), [probability])
    assert found.sentence.startswith(said)
    assert (", as expected" in found.sentence) == (found.direction == "as expected")
