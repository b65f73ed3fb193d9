"""Which values an output can take, and what is said of rows that have others."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort import reach
from trasunto.data import Table, from_arrays
from trasunto.errors import DataError, TrasuntoWarning
from trasunto.nets.activations import ACTIVATIONS
from trasunto.spec import Recipe
from trasunto.spec.legal import REACH

ROWS = np.array([[0.0, 1.0, -0.5], [0.25, 1.5, 2.0], [1.0, -1.5, 0.5], [0.0, 0.0, -3.0]], np.float32)


def ending_in(output: str, loss: str = "mse") -> Recipe:
    return Recipe(f"[1 linear] > {output}", loss=loss)


@pytest.mark.parametrize("output", ACTIVATIONS)
def test_an_activation_comes_to_its_limits_and_no_further(output: str) -> None:
    sums = jnp.concatenate([jnp.linspace(-60, 60, 24_001), jnp.linspace(-1, 0, 24_001), jnp.array([-1e9, 1e9])])
    values = np.asarray(ACTIVATIONS[output](sums), np.float64)
    low, high = REACH[output]
    assert low == pytest.approx(values.min(), abs=1e-6) if np.isfinite(low) else values.min() < -1e6
    assert high == pytest.approx(values.max(), abs=1e-6) if np.isfinite(high) else values.max() > 1e6


@pytest.mark.parametrize(
    ("output", "outside"),
    [("sigmoid", 5), ("tanh", 4), ("relu", 3), ("softplus", 3), ("elu", 2), ("selu", 1), ("gelu", 3), ("linear", 0)],
)
def test_the_share_out_of_reach_is_counted(output: str, outside: int) -> None:
    assert reach.out_of_reach(ending_in(output), from_arrays(ROWS)) == outside / 12


def test_limits_are_within_reach_and_so_is_what_rounding_makes_of_them() -> None:
    near = np.array([[0.0, 1.0], [1.0 + 1e-7, -1e-7]], np.float32)
    assert reach.out_of_reach(ending_in("sigmoid"), from_arrays(near)) == 0
    reach.refuse_meaningless(ending_in("sigmoid", "bce"), from_arrays(near))


def test_pixels_are_looked_at_as_the_network_sees_them() -> None:
    pixels = from_arrays(np.array([[0, 255], [128, 1]], np.uint8))
    assert pixels.scale == pytest.approx(1 / 255)
    assert reach.out_of_reach(ending_in("sigmoid"), pixels) == 0
    assert reach.out_of_reach(ending_in("sigmoid"), replace(pixels, scale=1.0)) == 2 / 4
    with pytest.raises(DataError, match="go from 0 to 255"):
        reach.refuse_meaningless(ending_in("sigmoid", "bce"), replace(pixels, scale=1.0))


def test_one_hot_columns_are_probabilities_whatever_the_output_is() -> None:
    table = replace(from_arrays(np.array([[1.0, 0.0, -4.0], [0.0, 1.0, 0.5]], np.float32)), blocks=((0, 2),))
    assert reach.out_of_reach(ending_in("relu"), table) == 1 / 2
    assert reach.out_of_reach(ending_in("relu"), replace(table, blocks=((0, 3),))) == 0


def test_large_tables_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    table = from_arrays(ROWS)
    whole = reach.out_of_reach(ending_in("tanh"), table)
    monkeypatch.setattr(reach, "_AT_ONCE", 3)
    assert reach.out_of_reach(ending_in("tanh"), table) == whole
    with pytest.raises(DataError, match="go from -3 to 2"):
        reach.refuse_meaningless(ending_in("sigmoid", "bce"), table)


def test_validation_rows_do_not_count_and_classifiers_have_no_output() -> None:
    table = replace(from_arrays(ROWS[:1, :2]), validation=from_arrays(ROWS[1:2, :2]))
    assert reach.remark(ending_in("sigmoid"), table) == ""
    assert reach.remarks([(ending_in("sigmoid", "cross_entropy"), from_arrays(ROWS))]) == {}


def test_a_warning_names_the_share_and_what_would_do() -> None:
    with pytest.warns(TrasuntoWarning) as told:
        reach.check_outputs([ending_in("sigmoid"), ending_in("sigmoid", "mae"), ending_in("linear")], from_arrays(ROWS))
    assert [str(one.message) for one in told] == [
        "output 'sigmoid' gives values from 0 to 1, and 42 % of the values in the training rows of arrays are out of "
        "its reach: end the network in linear, or scale the rows to 0 to 1 (scaling minmax)"
    ]


def table_of(values: list[list[float]]) -> Table:
    return from_arrays(np.array(values, np.float32))


def test_cross_entropy_needs_values_between_0_and_1() -> None:
    with pytest.raises(DataError, match=r"loss 'bce' needs values between 0 and 1.* go from -0.5 to 1: scale them"):
        reach.check_outputs([ending_in("sigmoid", "bce")], table_of([[0.0, 1.0], [-0.5, 0.5]]))
    assert not reach.is_sound(ending_in("sigmoid", "bce"), table_of([[2.0]]))
    assert reach.is_sound(ending_in("sigmoid", "bce"), table_of([[0.5]]))
