from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from trasunto.analysis.additivity import additivity, complete

ROWS = np.array([0.30, 0.22, 0.17, 0.10])
COLUMNS = np.array([0.09, 0.05, 0.02])


def noisy(grid: NDArray[np.float64], seeds: int, scatter: float, seed: int = 3) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    return grid[:, :, None] + random.normal(0.0, scatter, (*grid.shape, seeds))


def residual(columns: list[NDArray[np.float64]], y: NDArray[np.float64]) -> tuple[float, int]:
    """Return the residual sum of squares and the rank of a least-squares fit."""
    design = np.column_stack(columns)
    fitted, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    return float(((y - design @ fitted) ** 2).sum()), int(rank)


def dummies(labels: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    return [(labels == label).astype(float) for label in np.unique(labels)]


def test_additive_effects_leave_nothing_unexplained() -> None:
    found = additivity((ROWS[:, None] + COLUMNS[None, :])[:, :, None])
    assert found.unexplained == 0.0
    assert found.p == 1.0
    assert found.rows_share is not None
    assert found.columns_share is not None
    assert found.rows_share + found.columns_share == pytest.approx(1.0)


def test_multiplying_effects_interact_on_the_error_and_add_on_its_logarithm() -> None:
    product = (ROWS[:, None] * COLUMNS[None, :])[:, :, None]
    plain, logarithm = additivity(product, "error"), additivity(product, "log error")
    assert plain.unexplained is not None
    assert plain.unexplained > 0.02
    assert plain.p is not None
    assert plain.p < 0.001
    assert (logarithm.unexplained, logarithm.p) == (0.0, 1.0)


def test_tukeys_test_is_the_gain_of_the_product_of_fitted_effects() -> None:
    """The definition by regression: add (row effect x column effect) to the additive model and test what it gains."""
    grid = noisy(ROWS[:, None] + COLUMNS[None, :] + 3.0 * ROWS[:, None] * COLUMNS[None, :], 1, 0.004)
    y = grid.ravel()
    row, column = np.divmod(np.arange(12), 3)
    base = [*dummies(row), *dummies(column)]
    without, rank = residual(base, y)
    effects = np.outer(grid.mean(axis=(1, 2)) - y.mean(), grid.mean(axis=(0, 2)) - y.mean())
    with_product, full = residual([*base, effects.ravel()], y)
    f = (without - with_product) / (full - rank) / (with_product / (12 - full))
    found = additivity(grid)
    assert found.test == "Tukey's one degree of freedom"
    assert found.degrees == (1, 12 - full)
    assert found.f == pytest.approx(f, rel=1e-9)
    assert found.p == pytest.approx(stats.f.sf(f, 1, 12 - full), rel=1e-9)
    assert found.unexplained == pytest.approx(without / ((y - y.mean()) ** 2).sum())


def test_the_interaction_test_is_that_of_a_blocked_two_way_analysis_of_variance() -> None:
    """The definition by regression: cells against rows plus columns, seeds being blocks in both models."""
    shift = np.array([0.0, 0.05, -0.03, 0.02])
    grid = noisy(ROWS[:, None] + COLUMNS[None, :] + ROWS[:, None] * COLUMNS[None, :], 4, 0.003) + shift
    y = grid.ravel()
    cell, seed = np.divmod(np.arange(y.size), 4)
    row, column = np.divmod(cell, 3)
    additive, small = residual([*dummies(row), *dummies(column), *dummies(seed)], y)
    saturated, large = residual([*dummies(cell), *dummies(seed)], y)
    degrees = (large - small, y.size - large)
    f = (additive - saturated) / degrees[0] / (saturated / degrees[1])
    found = additivity(grid)
    assert (found.test, found.degrees) == ("interaction F", degrees)
    assert found.f == pytest.approx(f, rel=1e-9)
    assert found.p == pytest.approx(stats.f.sf(f, *degrees), rel=1e-9)


@pytest.mark.parametrize("seeds", [1, 3])
def test_p_is_uniform_where_effects_only_add(seeds: int) -> None:
    grid = ROWS[:, None] + COLUMNS[None, :]
    p = [additivity(noisy(grid, seeds, 0.01, seed)).p for seed in range(300)]
    assert stats.kstest(np.array(p, dtype=float), "uniform").pvalue > 0.01


def test_a_clear_interaction_is_found_over_seeds() -> None:
    found = additivity(noisy(ROWS[:, None] * COLUMNS[None, :], 3, 1e-4))
    assert found.p is not None
    assert found.p < 1e-6


def test_interaction_without_scatter_has_an_infinite_f() -> None:
    grid = np.repeat((ROWS[:, None] * COLUMNS[None, :])[:, :, None], 2, axis=2)
    found = additivity(grid)
    assert (found.f, found.p) == (None, 0.0)


def test_a_grid_too_small_for_tukey_says_so_and_keeps_its_effect_size() -> None:
    found = additivity(np.array([[[0.3], [0.2]], [[0.2], [0.15]]]))
    assert found.p is None
    assert "two by three" in found.reason
    assert found.unexplained is not None


def test_tukey_needs_effects_on_both_sides() -> None:
    found = additivity(np.repeat(ROWS[:, None, None], 3, axis=1))
    assert found.p is None
    assert "both have an effect" in found.reason


@pytest.mark.parametrize("shape", [(4, 3, 1), (1, 5, 1), (5, 1, 2)])
def test_a_grid_without_variance_or_with_one_line_has_no_test(shape: tuple[int, int, int]) -> None:
    values = np.full(shape, 0.1) if shape[0] == 4 else np.random.default_rng(0).random(shape)
    found = additivity(values)
    assert (found.unexplained, found.p, found.test) == (None, None, "none")


def test_the_complete_part_of_a_grid_leaves_out_the_fewest_lines() -> None:
    cells = np.ones((5, 6, 2))
    cells[4, 2:, 0] = np.nan
    cells[3, 5, 1] = np.nan
    rows, columns = complete(cells)
    assert rows.tolist() == [0, 1, 2, 3]
    assert columns.tolist() == [0, 1, 2, 3, 4]


def test_a_grid_of_gaps_has_no_complete_part() -> None:
    rows, columns = complete(np.full((3, 4, 1), np.nan))
    assert rows.size == columns.size == 0
    assert complete(np.full((3, 4, 1), np.inf))[0].size == 0
