from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.latent_usage import usage
from trasunto.errors import DataError


def spread(deviations: list[float], rows: int = 4_000) -> NDArray[np.float64]:
    """Rows of exactly uncorrelated columns with these deviations."""
    draw = np.random.default_rng(0).normal(size=(rows, len(deviations)))
    axes = np.linalg.qr(draw - draw.mean(axis=0))[0] * np.sqrt(rows)
    return np.asarray(axes * np.asarray(deviations))


def test_dead_units_are_those_without_variance_beside_the_most_active() -> None:
    latent = spread([1.0, 0.02, 0.009, 3.0, 1.0])
    latent[:, 4] = 7.0
    assert usage(latent).dead == (1, 2, 4)
    assert usage(latent, tolerance=1e-5).dead == (2, 4)
    assert usage(latent, tolerance=1e-6).dead == (4,)


def test_a_unit_that_only_rounds_is_dead_even_where_no_other_moves() -> None:
    noise = np.float32(0.3) + np.float32(3e-8) * np.random.default_rng(0).standard_normal((20, 1), dtype=np.float32)
    found = usage(np.column_stack([noise, np.full(20, -2.0)]))
    assert found.dead == (0, 1)
    assert (found.used, found.duplicates, found.effective_dimension, found.components) == ((), (), 0.0, 0)


def test_duplicates_are_pairs_in_either_direction_and_only_the_earlier_one_is_used() -> None:
    latent = spread([1.0, 1.0, 1.0, 1.0])
    latent[:, 2] = 5 - 3 * latent[:, 0]
    latent[:, 3] = latent[:, 0] + 0.1 * latent[:, 3]
    found = usage(latent)
    assert found.duplicates == ((0, 2), (0, 3), (2, 3))
    assert found.used == (0, 1)
    assert np.corrcoef(latent[:, 0], latent[:, 3]).min() > 0.99


def test_dead_units_duplicate_nothing() -> None:
    latent = spread([1.0, 1.0])
    found = usage(np.column_stack([latent, 1e-4 * latent[:, 0]]))
    assert (found.dead, found.duplicates, found.used) == ((2,), (), (0, 1))


@pytest.mark.parametrize(
    ("deviations", "dimension", "components"),
    [([1.0] * 6, 6.0, 6), ([2.0, 0.0, 0.0], 1.0, 1), ([3.0, 1.0], 100 / 82, 2), ([1.0, 1.0, 0.1], 2.01**2 / 2.0001, 2)],
)
def test_the_effective_dimension_is_the_participation_ratio(
    deviations: list[float], dimension: float, components: int
) -> None:
    found = usage(spread(deviations))
    assert found.effective_dimension == pytest.approx(dimension)
    assert found.components == components


def test_the_effective_dimension_does_not_depend_on_the_axes() -> None:
    latent = spread([3.0, 1.0, 0.5])
    turned = latent @ np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    assert usage(turned).effective_dimension == pytest.approx(usage(latent).effective_dimension)


def test_components_agree_with_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    latent = np.random.default_rng(2).normal(size=(300, 9)) * np.linspace(0.2, 2, 9)
    assert usage(latent).components == PCA(0.95, svd_solver="full").fit(latent).n_components_ > 1


def test_sparsity_is_the_share_of_exact_zeros() -> None:
    found = usage([[0.0, 1.0], [0.0, 0.0], [2.0, 3.0], [0.0, 4.0]])
    assert found.zeros == (0.75, 0.25)
    assert (found.units, found.rows) == (2, 4)


def test_one_unit_and_two_rows_are_enough() -> None:
    found = usage([[0.0], [1.0]])
    assert (found.used, found.effective_dimension, found.components) == ((0,), 1.0, 1)
    two = usage([[0.0, 1.0, 5.0], [1.0, 3.0, 5.0]])
    assert (two.dead, two.duplicates, two.used, two.components) == ((2,), ((0, 1),), (0,), 1)


def test_one_row_and_a_diverged_latent_are_refused() -> None:
    with pytest.raises(DataError, match="latents have 1 rows; at least 2"):
        usage([[1.0, 2.0]])
    with pytest.raises(DataError, match="latents hold nan in row 0, column 1"):
        usage([[1.0, np.nan], [1.0, 2.0]])
