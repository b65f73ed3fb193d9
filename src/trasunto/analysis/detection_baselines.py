"""Baseline detectors: PCA reconstruction error and isolation forest. Higher scores are more anomalous."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.baselines import ROWS_AT_ONCE, SOLVER
from trasunto.analysis.rows import matrix, two_groups
from trasunto.errors import DataError

TREES = 100
"""Trees of an isolation forest, each on 256 rows: scikit-learn's defaults, and the paper's."""


@dataclass(frozen=True, eq=False)
class BestPca:
    """PCA with the number of components that detects the given anomalies best.

    Chosen WITH labels that are not available in practice, and measured on the same rows: an optimistic baseline.

    Attributes
    ----------
    components
        1 to d - 1; the fewest of equals.
    auroc
        AUROC of its scores.
    scores
        (n,) mean squared error of each row.
    aurocs
        AUROC for every number of components.
    """

    components: int
    auroc: float
    scores: NDArray[np.float64]
    aurocs: dict[int, float]


def pca_scores(train: ArrayLike, rows: ArrayLike, components: Iterable[int]) -> dict[int, NDArray[np.float64]]:
    """Score rows by their reconstruction error under PCA of the training rows.

    Fitted once: components are nested and orthogonal, so dropping one adds its squared coordinate to the error.

    Parameters
    ----------
    train : array, (n, d)
        Normal rows, prepared as the networks see them.
    rows : array, (n, d)
        Rows to score, prepared alike.
    components : iterable of int
        Numbers of components to keep, from 0.

    Returns
    -------
    dict of int to array, (n,)
        Mean squared error per feature, for each number of components.

    Raises
    ------
    DataError
        Rows are not finite, their columns differ, or there are too many components.

    Examples
    --------
    >>> scores = pca_scores([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], [[3.0, 3.0], [0.0, 2.0]], [1])
    >>> scores[1].round(6).tolist()
    [0.0, 1.0]
    """
    from sklearn.decomposition import PCA

    known, new = _alike(train, rows)
    wanted = list(components)
    most = min(known.shape)
    for count in wanted:
        if not 0 <= count <= most:
            raise DataError(f"{count} components cannot be kept of {known.shape[0]} rows and {known.shape[1]} columns")
    model = PCA(max([1, *wanted]), svd_solver=SOLVER).fit(known)
    scores = {count: np.empty(len(new)) for count in wanted}
    for start in range(0, len(new), ROWS_AT_ONCE):
        block = new[start : start + ROWS_AT_ONCE]
        coordinates = model.transform(block)
        beyond = np.square(block - model.inverse_transform(coordinates)).sum(axis=1)
        # Summed from the last component, to avoid the cancellation of subtracting large numbers.
        left = np.cumsum(np.column_stack([beyond, np.square(coordinates[:, ::-1])]), axis=1)[:, ::-1]
        for count in wanted:
            scores[count][start : start + len(block)] = left[:, count] / known.shape[1]
    return scores


def best_pca(train: ArrayLike, rows: ArrayLike, labels: ArrayLike) -> BestPca:
    """Return PCA with the number of components, 1 to d - 1, of the highest AUROC on these labels.

    Parameters
    ----------
    train, rows : array, (n, d)
        As in :func:`pca_scores`.
    labels : array, (n,)
        True (or 1) for the anomalies among `rows`.

    Raises
    ------
    DataError
        There are fewer than two columns or training rows, or the labels do not name both groups.

    Examples
    --------
    >>> train = [[0.0, 0.1], [1.0, 0.9], [2.0, 2.1]]
    >>> found = best_pca(train, [[3.0, 3.0], [0.0, 2.0]], [0, 1])
    >>> found.components, found.auroc
    (1, 1.0)
    """
    from sklearn.metrics import roc_auc_score

    known = matrix("training rows", train, least=2)
    if known.shape[1] < 2:
        raise DataError("rows have 1 column; PCA as a detector needs 2 or more")
    anomaly = two_groups(labels, len(matrix("rows", rows)))
    scores = pca_scores(known, rows, range(1, min(known.shape[1] - 1, known.shape[0]) + 1))
    aurocs = {count: float(roc_auc_score(anomaly, values)) for count, values in scores.items()}
    best = max(aurocs, key=lambda count: (aurocs[count], -count))
    return BestPca(best, aurocs[best], scores[best], aurocs)


def isolation_forest_scores(train: ArrayLike, rows: ArrayLike, seed: int = 0) -> NDArray[np.float64]:
    """Score rows with scikit-learn's isolation forest of 100 trees.

    Parameters
    ----------
    train, rows : array, (n, d)
        As in :func:`pca_scores`.
    seed : int
        Seed of the trees.

    Returns
    -------
    array, (n,)
        0..1, higher is more anomalous.

    Examples
    --------
    >>> scores = isolation_forest_scores([[0.0], [0.1], [0.2], [0.3]], [[0.15], [9.0]])
    >>> bool(scores[0] < scores[1])
    True
    """
    from sklearn.ensemble import IsolationForest

    known, new = _alike(train, rows)
    forest = IsolationForest(n_estimators=TREES, random_state=seed).fit(known)
    scores: NDArray[np.float64] = -forest.score_samples(new)
    return scores


def _alike(train: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known, new = matrix("training rows", train), matrix("rows", rows)
    if known.shape[1] != new.shape[1]:
        raise DataError(f"rows have {new.shape[1]} columns; the training rows have {known.shape[1]}")
    return known, new
