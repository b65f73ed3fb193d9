"""Calibration of scores into anomaly probabilities, and its reliability on held-out folds.

Probabilities assume the labelled rows' share of anomalies: where anomalies are rarer, they are too high. They increase
with the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import column, two_groups
from trasunto.errors import DataError, one_of

METHODS = ("isotonic", "logistic")

FOLDS = 5

BINS = 10

_KNOTS = 201
"""Points of a stored logistic curve; linear interpolation between them errs by less than 1e-4."""


@dataclass(frozen=True, eq=False)
class Calibrator:
    """An increasing piecewise linear curve from score to probability.

    Attributes
    ----------
    scores, probabilities
        (g,) knots, both ascending; linear between them, constant beyond the ends.
    """

    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    def probability(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return the probability (n,) that rows with these scores are anomalies."""
        risen: NDArray[np.float64] = np.interp(column("scores", scores), self.scores, self.probabilities)
        return risen

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        """Return the knots as named arrays, for storage."""
        return {"scores": self.scores, "probabilities": self.probabilities}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Calibrator:
        """Restore a calibrator from the arrays of `to_arrays`."""
        if set(arrays) != {"scores", "probabilities"}:
            given = ", ".join(sorted(arrays)) or "none"
            raise DataError(f"a stored calibrator needs the arrays scores, probabilities; there are {given}")
        return cls(*(np.array(arrays[name], dtype=np.float64) for name in ("scores", "probabilities")))


@dataclass(frozen=True)
class Reliability:
    """Reliability diagram: stated probabilities against observed frequencies, over bins of equal counts.

    Attributes
    ----------
    stated, happened
        Mean probability of each bin, ascending, and the share of anomalies in it.
    counts
        Rows of each bin.
    calibration_error
        Expected calibration error, 0..1, lower is better: mean absolute difference of the two, weighted by rows.
    brier
        Brier score, lower is better.
    """

    stated: tuple[float, ...]
    happened: tuple[float, ...]
    counts: tuple[int, ...]
    calibration_error: float
    brier: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrator and its cross-validated reliability.

    Attributes
    ----------
    calibrator
        Fitted to all labelled rows.
    method
        "isotonic" or "logistic".
    probabilities
        (n,) cross-fitted: each row's from a fit without its fold.
    reliability
        Reliability of `probabilities`.
    """

    calibrator: Calibrator
    method: str
    probabilities: NDArray[np.float64]
    reliability: Reliability


def calibrate(scores: ArrayLike, labels: ArrayLike, method: str = "isotonic", *, seed: int = 0) -> Calibration:
    """Fit a calibrator to labelled scores, and assess it by cross-fitting.

    Parameters
    ----------
    scores : array, (n,)
        Higher is more anomalous; of rows that the network was not trained on.
    labels : array, (n,)
        True (or 1) for an anomaly, at least two of either.
    method : {"isotonic", "logistic"}
        Isotonic regression, for some hundred anomalies or more; or Platt scaling of the compressed score, for fewer.
    seed : int
        Decides the folds.

    Raises
    ------
    TrasuntoError
        The method is not known, a score is not finite, or the labels do not name both groups.

    Examples
    --------
    >>> found = calibrate([0.1, 0.2, 0.3, 0.7, 0.8, 0.9], [0, 0, 0, 1, 1, 1])
    >>> found.calibrator.probability([0.0, 1.0]).tolist()
    [0.0, 1.0]
    """
    from sklearn.model_selection import StratifiedKFold

    if method not in METHODS:
        raise one_of("calibration", method, METHODS)
    values = column("scores", scores)
    anomaly = two_groups(labels, values.size, least=2)
    folds = StratifiedKFold(min(FOLDS, int(anomaly.sum()), int((~anomaly).sum())), shuffle=True, random_state=seed)
    probabilities = np.empty(values.size)
    for fitted, held in folds.split(values, anomaly):
        probabilities[held] = _fit(values[fitted], anomaly[fitted], method).probability(values[held])
    return Calibration(_fit(values, anomaly, method), method, probabilities, reliability(probabilities, anomaly))


def reliability(probabilities: ArrayLike, labels: ArrayLike, bins: int = BINS) -> Reliability:
    """Compare stated probabilities (n,) with outcomes, over `bins` bins of equal counts.

    With bins of equal width all but one would be nearly empty where anomalies are rare. Equal probabilities share a
    bin, so that there may be fewer.

    Examples
    --------
    >>> reliability([0.2] * 5, [0, 0, 0, 0, 1]).calibration_error
    0.0
    """
    stated = column("probabilities", probabilities)
    happened = two_groups(labels, stated.size)
    if stated.min() < 0 or stated.max() > 1:
        raise DataError(f"probabilities run from {stated.min():.4g} to {stated.max():.4g}; they must lie in 0..1")
    edges = np.unique(np.quantile(stated, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, stated, side="left")
    counts = np.bincount(place)
    there = counts > 0
    mean = np.bincount(place, stated)[there] / counts[there]
    share = np.bincount(place, happened)[there] / counts[there]
    return Reliability(
        stated=tuple(mean.tolist()),
        happened=tuple(share.tolist()),
        counts=tuple(counts[there].tolist()),
        calibration_error=float((np.abs(mean - share) * counts[there]).sum() / stated.size),
        brier=float(np.square(stated - happened).mean()),
    )


def _fit(values: NDArray[np.float64], anomaly: NDArray[np.bool_], method: str) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    if method == "isotonic":
        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(values, anomaly)
        corners = (curve.X_thresholds_, curve.y_thresholds_)
        return Calibrator(*(np.asarray(corner, dtype=np.float64) for corner in corners))
    # Squared errors spread over decades; asinh acts as a logarithm far from the median, and admits zero and below.
    middle = float(np.median(values))
    spread = float(np.median(np.abs(values - middle))) or 1.0
    compressed = np.arcsinh((values - middle) / spread)
    model = LogisticRegression(max_iter=1_000).fit(compressed[:, None], anomaly)
    knots = np.linspace(compressed.min(), compressed.max(), _KNOTS)
    slope = max(float(model.coef_[0, 0]), 0.0)  # a score that runs backwards is worth nothing, not the reverse
    return Calibrator(middle + spread * np.sinh(knots), 1 / (1 + np.exp(-(slope * knots + float(model.intercept_[0])))))
