"""Effective learning rate ``learning_rate / (1 - momentum)``, and how well it alone explains a measure.

With momentum m, a constant gradient accumulates to ``1 / (1 - m)`` times its size. If the effective rate explains a
measure, the two settings act as one, and a grid over both is a line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class OneNumber:
    """Fit of a monotone curve over one number.

    `r2_error` and `r2_log_error` are the R² of an isotonic fit to the error and to its logarithm. The fit is judged on
    the cells it was fitted to, so with few cells it flatters. `spearman` is the rank correlation. All are None if fewer
    than three cells have values or nothing varies.
    """

    r2_error: float | None
    r2_log_error: float | None
    spearman: float | None
    cells: int


def effective_rate(learning_rate: ArrayLike, momentum: ArrayLike) -> NDArray[np.float64]:
    """Return ``learning_rate / (1 - momentum)``; momentum is below 1."""
    rate: NDArray[np.float64] = np.asarray(learning_rate, dtype=np.float64) / (
        1 - np.asarray(momentum, dtype=np.float64)
    )
    return rate


def explained(number: ArrayLike, error: ArrayLike) -> OneNumber:
    """Measure how much of `error` (above zero, one value per cell) a monotone function of `number` explains.

    Cells without a finite error are left out.
    """
    from scipy import stats

    x, y = np.asarray(number, dtype=np.float64).ravel(), np.asarray(error, dtype=np.float64).ravel()
    present = np.isfinite(y)
    x, y = x[present], y[present]
    if y.size < 3 or np.ptp(y) == 0 or np.ptp(x) == 0:
        return OneNumber(None, None, None, int(y.size))
    return OneNumber(
        r2_error=_isotonic_r2(x, y),
        r2_log_error=_isotonic_r2(x, np.log(y)),
        spearman=float(stats.spearmanr(x, y).statistic),
        cells=int(y.size),
    )


def _isotonic_r2(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    from sklearn.isotonic import IsotonicRegression

    # Both directions: scikit-learn's own choice is by rank correlation, and warns if that is uncertain.
    fits = [IsotonicRegression(increasing=rising).fit(x, y).predict(x) for rising in (True, False)]
    left = min(float(((y - fitted) ** 2).sum()) for fitted in fits)
    return 1.0 - left / float(((y - y.mean()) ** 2).sum())
