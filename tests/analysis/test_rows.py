from __future__ import annotations

import numpy as np
import pytest

from trasunto.analysis.rows import column, deviations, matrix, standardised, thinned, two_groups
from trasunto.errors import DataError


def test_rows_that_cannot_be_used_are_refused_by_name_and_place() -> None:
    with pytest.raises(DataError, match=r"latents have the shape \(3,\)"):
        matrix("latents", [1.0, 2.0, 3.0])
    with pytest.raises(DataError, match=r"latents have the shape \(2, 0\)"):
        matrix("latents", [[], []])
    with pytest.raises(DataError, match="latents have 1 rows; at least 2 are needed"):
        matrix("latents", [[1.0]], least=2)
    with pytest.raises(DataError, match="errors hold nan in row 1, column 0"):
        matrix("errors", [[1.0, 2.0], [np.nan, np.inf]])
    with pytest.raises(DataError, match="errors are not an array of numbers"):
        matrix("errors", [["a"]])
    with pytest.raises(DataError, match=r"scores have the shape \(1, 1\)"):
        column("scores", [[1.0]])
    with pytest.raises(DataError, match="scores hold inf in row 1"):
        column("scores", [1.0, np.inf])


def test_labels_are_two_groups_or_refused() -> None:
    assert two_groups([0, 1, 0], 3).tolist() == [False, True, False]
    assert two_groups([True, False], 2).tolist() == [True, False]
    with pytest.raises(DataError, match="2 normal rows and 0 anomalies; at least one of each"):
        two_groups([0, 0], 2)
    with pytest.raises(DataError, match="1 normal rows and 2 anomalies; at least 2 of each"):
        two_groups([0, 1, 1], 3, least=2)
    with pytest.raises(DataError, match=r"labels have the shape \(2,\)"):
        two_groups([0, 1], 3)
    with pytest.raises(DataError, match="labels must be 1 "):
        two_groups([0, 2], 2)


@pytest.mark.parametrize(("most", "expected"), [(30, [10, 10, 10]), (12, [4, 4, 4]), (60, [10, 25, 25])])
def test_thinning_fills_the_groups_evenly_and_a_small_one_wholly(most: int, expected: list[int]) -> None:
    labels = np.repeat([1, 0, 2], [10, 300, 400])
    chosen = thinned(labels, 710, most, np.random.default_rng(0))
    assert [int((labels[chosen] == label).sum()) for label in (1, 0, 2)] == expected
    assert np.all(np.diff(chosen) > 0)


def test_few_rows_are_not_thinned_and_without_labels_all_are_alike() -> None:
    assert thinned(None, 5, 5, np.random.default_rng(0)).tolist() == [0, 1, 2, 3, 4]
    chosen = thinned(None, 1_000, 100, np.random.default_rng(0))
    assert len(set(chosen.tolist())) == 100
    assert not np.array_equal(chosen, thinned(None, 1_000, 100, np.random.default_rng(1)))


def test_standardising_leaves_the_rounding_of_a_constant_column_alone() -> None:
    random = np.random.default_rng(0)
    noise = np.float32(0.7) + np.float32(1e-7) * random.standard_normal(50, dtype=np.float32)
    values = np.column_stack([random.normal(5, 3, 50), noise, np.full(50, 0.1)])
    found = standardised(values)
    assert found[:, 0].mean() == pytest.approx(0, abs=1e-12)
    assert found[:, 0].std() == pytest.approx(1)
    assert not found[:, 1:].any()
    assert deviations(values)[1:].tolist() == [0.0, 0.0]
