from __future__ import annotations

import math

import numpy as np
import pytest

from trasunto.analysis.reconstruction import binary_cross_entropy, mean_squared_error, pixel_distance, row_errors

ROWS = np.random.default_rng(0).random((5, 7))
COPIES = np.random.default_rng(1).random((5, 7))


def test_a_row_is_the_mean_over_its_features() -> None:
    expected = [sum((a - b) ** 2 for a, b in zip(x, r, strict=True)) / 7 for x, r in zip(ROWS, COPIES, strict=True)]
    assert row_errors(ROWS, COPIES) == pytest.approx(expected)


def test_the_error_of_one_image_is_its_rows() -> None:
    assert mean_squared_error(ROWS[2], COPIES[2]) == pytest.approx(row_errors(ROWS, COPIES)[2])


def test_the_error_of_many_rows_is_the_mean_over_them() -> None:
    assert mean_squared_error(ROWS, COPIES) == pytest.approx(row_errors(ROWS, COPIES).mean())


def test_many_float32_rows_are_added_up_without_drift() -> None:
    rows = np.full((3000, 784), 0.1, dtype=np.float32)
    assert mean_squared_error(rows, np.zeros_like(rows)) == pytest.approx(float(np.float32(0.1)) ** 2, rel=1e-6)


def test_cross_entropy_follows_its_definition() -> None:
    cost = -(ROWS * np.log(COPIES) + (1 - ROWS) * np.log(1 - COPIES))
    assert binary_cross_entropy(ROWS, COPIES) == pytest.approx(cost.mean())


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_saturated_wrong_pixel_costs_as_much_as_float32_can_express(kind: type[np.floating]) -> None:
    wrong = binary_cross_entropy(np.array([0.0, 1.0], kind), np.array([1.0, 0.0], kind))
    assert wrong == pytest.approx(24 * math.log(2), rel=1e-5)


def test_a_saturated_right_pixel_costs_nothing() -> None:
    assert binary_cross_entropy(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == pytest.approx(0.0, abs=1e-6)


def test_no_reconstruction_is_below_the_entropy_of_the_rows() -> None:
    assert binary_cross_entropy(ROWS, ROWS) < binary_cross_entropy(ROWS, np.clip(ROWS + 0.01, 0, 1))


def test_the_distance_per_pixel_is_the_square_root() -> None:
    assert pixel_distance(0.2209) == pytest.approx(0.47)


@pytest.mark.parametrize("function", [row_errors, mean_squared_error, binary_cross_entropy])
def test_shapes_that_do_not_match_are_not_broadcast(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match=r"\(5, 7\) .* \(7,\) do not match"):
        function(ROWS, COPIES[0])
