"""PCA baseline: reconstruction error of the best linear autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.reconstruction import row_errors

SOLVER = "covariance_eigh"
"""scikit-learn's solver: eigenvectors of the d x d covariance. Exact, free of random numbers, quick where n >> d."""

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class LinearBaseline:
    """Reconstruction error of PCA with some number of components.

    Attributes
    ----------
    components : int
        Components kept: the number requested, at most the number of features or of training rows.
    train_error, test_error : float
        Mean squared error per feature; `test_error` is None without test rows. Reconstructions are not clipped to 0..1.
    """

    components: int
    train_error: float
    test_error: float | None
    solver: str = SOLVER


def principal_components(
    train: NDArray[np.floating], test: NDArray[np.floating] | None, components: Sequence[int]
) -> tuple[LinearBaseline, ...]:
    """Measure PCA with each number of components, fitted once on the training rows.

    Parameters
    ----------
    train : array, (n, d)
        Training rows as the networks see them (scaled).
    test : array, (n, d), or None
        Held-out rows.
    components : sequence of int
        Numbers of components, in any order.

    Returns
    -------
    tuple of LinearBaseline
        One for each number, in the same order.

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> principal_components(rows, None, [1])[0].train_error < 1e-12
    True
    """
    from sklearn.decomposition import PCA

    kept = [min(count, *train.shape) for count in components]
    with np.errstate(invalid="ignore"):  # identical rows: variance ratios are 0 / 0
        model = PCA(max(kept), svd_solver=SOLVER).fit(train)
    train_left = _left_over(model, train)
    test_left = None if test is None else _left_over(model, test)
    return tuple(
        LinearBaseline(
            components=count,
            train_error=float(train_left[count]),
            test_error=None if test_left is None else float(test_left[count]),
        )
        for count in kept
    )


def _left_over(model: Any, rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the error per feature with the first k components, for k = 0 up to all fitted.

    Components are orthogonal and nested, so dropping one adds exactly its squared scores to the error. Summing from the
    last one avoids the cancellation of subtracting explained variance from the total.
    """
    beyond = 0.0
    scores_squared = np.zeros(model.n_components_)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE]
        scores = model.transform(block)
        beyond += row_errors(block, model.inverse_transform(scores)).sum()
        scores_squared += np.square(scores).sum(axis=0, dtype=np.float64)
    tails = np.concatenate([np.cumsum(scores_squared[::-1])[::-1], [0.0]])
    result: NDArray[np.float64] = (beyond + tails / rows.shape[1]) / len(rows)
    return result
