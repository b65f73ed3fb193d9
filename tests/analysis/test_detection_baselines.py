from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from trasunto.analysis.baselines import principal_components
from trasunto.analysis.detection_baselines import best_pca, isolation_forest_scores, pca_scores
from trasunto.errors import DataError

Rows = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


@pytest.fixture
def rows() -> Rows:
    """Normal rows near a plane in six dimensions; anomalies spread off it."""
    random = np.random.default_rng(0)
    plane = random.normal(size=(2, 6))
    normal = random.normal(size=(240, 2)) @ plane + 0.2 * random.normal(size=(240, 6)) + 3
    strange = random.normal(size=(30, 2)) @ plane + 0.45 * random.normal(size=(30, 6)) + 3
    return normal[:160], np.concatenate([normal[160:], strange]), np.arange(110) >= 80


def by_hand(train: NDArray[np.float64], rows: NDArray[np.float64], components: int) -> NDArray[np.float64]:
    centre = train.mean(axis=0)
    axes = np.linalg.svd(train - centre, full_matrices=False)[2][:components]
    left = (rows - centre) - (rows - centre) @ axes.T @ axes
    return np.asarray(np.square(left).mean(axis=1))


def test_each_number_of_components_leaves_what_it_leaves_alone(rows: Rows) -> None:
    train, new, _ = rows
    found = pca_scores(train, new, [5, 0, 2])
    assert list(found) == [5, 0, 2]
    for components, scores in found.items():
        assert scores == pytest.approx(by_hand(train, new, components))
    assert pca_scores(train, new, [6])[6] == pytest.approx(0.0, abs=1e-20)


def test_the_mean_score_is_the_error_of_the_linear_baseline(rows: Rows) -> None:
    train, new, _ = rows
    assert pca_scores(train, new, [3])[3].mean() == pytest.approx(principal_components(train, new, [3])[0].test_error)


def test_blocks_of_rows_score_as_all_of_them(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    train, new, _ = rows
    whole = pca_scores(train, new, [1, 4])
    monkeypatch.setattr("trasunto.analysis.detection_baselines.ROWS_AT_ONCE", 7)
    for components, scores in pca_scores(train, new, [1, 4]).items():
        assert scores == pytest.approx(whole[components])


def test_the_best_pca_is_the_best_of_all(rows: Rows) -> None:
    train, new, anomaly = rows
    found = best_pca(train, new, anomaly)
    aurocs = {components: roc_auc_score(anomaly, by_hand(train, new, components)) for components in range(1, 6)}
    assert found.aurocs == pytest.approx(aurocs)
    assert found.auroc == max(aurocs.values()) == aurocs[found.components] > 0.8
    assert found.scores == pytest.approx(by_hand(train, new, found.components))


def test_of_equally_good_numbers_the_fewest_components_are_taken() -> None:
    train = np.diag([3.0, 2.0, 1.0, 0.5])
    found = best_pca(np.concatenate([train, -train]), [[0.0] * 4, [0, 0, 0, 9.0]], [0, 1])
    assert found.aurocs == {1: 1.0, 2: 1.0, 3: 1.0}
    assert found.components == 1


def test_the_isolation_forest_ranks_outliers_first_and_repeats(rows: Rows) -> None:
    train, new, anomaly = rows
    far = np.concatenate([new[~anomaly], train[:20] * 4])
    scores = isolation_forest_scores(train, far, seed=3)
    assert roc_auc_score(np.arange(100) >= 80, scores) > 0.9
    assert np.array_equal(scores, isolation_forest_scores(train, far, seed=3))
    assert not np.array_equal(scores, isolation_forest_scores(train, far, seed=4))
    assert scores.min() > 0
    assert scores.max() < 1


def test_what_cannot_be_compared_is_refused(rows: Rows) -> None:
    train, new, anomaly = rows
    with pytest.raises(DataError, match="7 components cannot be kept of 160 rows and 6 columns"):
        pca_scores(train, new, [2, 7])
    with pytest.raises(DataError, match="rows have 5 columns; the training rows have 6"):
        pca_scores(train, new[:, :5], [2])
    with pytest.raises(DataError, match="rows have 4 columns; the training rows have 6"):
        isolation_forest_scores(train, new[:, :4])
    with pytest.raises(DataError, match="rows have 1 column; PCA as a detector needs 2"):
        best_pca(train[:, :1], new[:, :1], anomaly)
    with pytest.raises(DataError, match="at least one of each"):
        best_pca(train, new, np.zeros(110))
