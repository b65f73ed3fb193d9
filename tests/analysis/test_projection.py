from __future__ import annotations

import numpy as np
import pytest

from trasunto.analysis.projection import project
from trasunto.errors import DataError, TrasuntoError


def test_pca_keeps_every_row_and_explains_what_the_eigenvalues_say() -> None:
    latent = np.random.default_rng(0).normal(size=(200, 5)) * [5, 3, 1, 0.5, 0.1]
    found = project(latent)
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(latent, rowvar=False)))[::-1]
    assert found.explained == pytest.approx(tuple(eigenvalues[:2] / eigenvalues.sum()))
    assert found.points.var(axis=0, ddof=1) == pytest.approx(eigenvalues[:2])
    assert found.rows.tolist() == list(range(200))


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_projection_repeats_itself(method: str) -> None:
    latent = np.random.default_rng(0).normal(size=(40, 3))
    first, again = project(latent, method, seed=3), project(latent, method, seed=3)
    assert np.array_equal(first.points, again.points)
    assert first.points.shape == (40, 2)
    assert first.points.dtype == np.float64
    assert first.method == method
    assert (first.explained is None) == (method == "tsne")


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_one_unit_is_laid_out_along_a_line(method: str) -> None:
    latent = np.random.default_rng(0).normal(size=(30, 1))
    found = project(latent, method)
    assert np.isfinite(found.points).all()
    if method == "pca":
        assert found.explained == pytest.approx((1.0, 0.0))
        assert np.abs(found.points[:, 0]) == pytest.approx(np.abs(latent[:, 0] - latent.mean()))
        assert not found.points[:, 1].any()


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_latent_that_never_moves_is_a_point(method: str) -> None:
    found = project(np.full((8, 3), 0.1), method)
    assert np.allclose(found.points, 0.0)
    assert found.explained in ((0.0, 0.0), None)


def test_tsne_keeps_neighbours_together() -> None:
    random = np.random.default_rng(0)
    latent = np.concatenate([random.normal(centre, 0.1, (25, 6)) for centre in (0.0, 5.0)])
    points = project(latent, "tsne").points
    apart = np.linalg.norm(points[:25].mean(axis=0) - points[25:].mean(axis=0))
    assert apart > 2 * max(points[:25].std(), points[25:].std())


def test_tsne_chooses_rows_evenly_over_the_labels() -> None:
    latent = np.random.default_rng(0).normal(size=(300, 2))
    labels = np.arange(300) >= 280
    found = project(latent, "tsne", most=60, labels=labels)
    assert len(found.points) == len(found.rows) == 60
    assert int(labels[found.rows].sum()) == 20
    assert not np.array_equal(found.rows, project(latent, "tsne", most=60, labels=labels, seed=1).rows)


def test_what_cannot_be_laid_out_is_refused() -> None:
    with pytest.raises(
        TrasuntoError, match=r"projection 'tsme' is not known, did you mean 'tsne'\? \(legal: pca, tsne"
    ):
        project([[0.0, 1.0]], "tsme")
    with pytest.raises(DataError, match="4 rows; t-SNE needs at least 5"):
        project(np.zeros((4, 2)), "tsne")
    assert project([[3.0, 1.0]]).points.tolist() == [[0.0, 0.0]]
