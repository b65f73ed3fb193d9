"""AUROC and average precision of anomaly scores with bootstrap intervals, and paired comparisons of two scores.

Higher scores are more anomalous, and both measures are higher-is-better. AUROC is the probability that an anomaly
outranks a normal row (0.5 for guessing); average precision is the precision averaged over all recalls (for guessing,
the share of anomalies). Intervals are over ROWS, stratified bootstrap percentiles for one trained network; they do not
cover variation over seeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.intervals import LEVEL
from trasunto.analysis.rows import column, two_groups

RESAMPLES = 1_000

POINTS = 200
"""Points kept of a curve."""

_CELLS = 250_000
"""Resampled rows held at once: 2 MB, which fits a processor's cache."""


@dataclass(frozen=True)
class Curve:
    """A line through points, x ascending."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Detection:
    """Detection measures of one score.

    Attributes
    ----------
    auroc, auroc_low, auroc_high
        Area under the ROC curve and its 95 % interval over rows.
    average_precision, ap_low, ap_high
        Average precision and its 95 % interval over rows.
    roc
        Recall (y) against the rate of false alarms (x).
    precision_recall
        Precision (y) against recall (x).
    normal, anomalies
        Number of rows of each.
    resamples
        Number of bootstrap samples.
    """

    auroc: float
    auroc_low: float
    auroc_high: float
    average_precision: float
    ap_low: float
    ap_high: float
    roc: Curve
    precision_recall: Curve
    normal: int
    anomalies: int
    resamples: int

    @property
    def share(self) -> float:
        """The share of anomalies, which is the average precision of guessing."""
        return self.anomalies / (self.normal + self.anomalies)


@dataclass(frozen=True)
class DetectionDifference:
    """The first scores minus the second on the same rows, in AUROC and in average precision, with 95 % intervals."""

    auroc: float
    auroc_low: float
    auroc_high: float
    average_precision: float
    ap_low: float
    ap_high: float
    resamples: int

    @property
    def distinguishable(self) -> bool:
        """Whether the interval of the AUROC difference lies on one side of zero."""
        return self.auroc_low > 0 or self.auroc_high < 0


def detection(scores: ArrayLike, labels: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES) -> Detection:
    """Measure how well `scores` separate anomalies from normal rows.

    Parameters
    ----------
    scores : array, (n,)
        Higher is more anomalous.
    labels : array, (n,)
        True (or 1) for an anomaly.
    seed : int
        Seed of the bootstrap samples, stratified by label.
    resamples : int
        Number of bootstrap samples.

    Raises
    ------
    DataError
        A score is not finite, or the labels do not name both groups.

    Examples
    --------
    >>> found = detection([0.1, 0.2, 0.3, 0.8], [0, 0, 1, 1])
    >>> found.auroc, found.average_precision, found.roc.y[-1]
    (1.0, 1.0, 1.0)
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    values = column("scores", scores)
    anomaly = two_groups(labels, values.size)
    ranking = _Ranking(values, anomaly)
    draws = [ranking.measures(*drawn) for drawn in _resampled(anomaly, seed, resamples)]
    (auroc_low, ap_low), (auroc_high, ap_high) = _bounds(np.concatenate(draws))
    alarms, recall, _ = roc_curve(anomaly, values)
    precision, recalled, _ = precision_recall_curve(anomaly, values)
    return Detection(
        auroc=float(roc_auc_score(anomaly, values)),
        auroc_low=auroc_low,
        auroc_high=auroc_high,
        average_precision=float(average_precision_score(anomaly, values)),
        ap_low=ap_low,
        ap_high=ap_high,
        roc=_thinned(alarms, recall),
        precision_recall=_thinned(recalled[::-1], precision[::-1]),
        normal=int((~anomaly).sum()),
        anomalies=int(anomaly.sum()),
        resamples=resamples,
    )


def paired_difference(
    first: ArrayLike, second: ArrayLike, labels: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES
) -> DetectionDifference:
    """Compare two scores of the same rows: the first minus the second.

    Both are measured on the same bootstrap samples, so that variation common to both cancels.

    Parameters
    ----------
    first, second : array, (n,)
        Higher is more anomalous; their units may differ.
    labels : array, (n,)
        True (or 1) for an anomaly.
    seed, resamples : int
        As in :func:`detection`.

    Raises
    ------
    DataError
        A score is not finite, or the labels do not name both groups.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> paired_difference([1, 2, 3, 4, 5, 6], [1, 2, 3, 6, 5, 4], labels).auroc
    0.0
    """
    values, others = column("the first scores", first), column("the second scores", second)
    anomaly = two_groups(labels, values.size)
    two_groups(labels, others.size)
    one, other = _Ranking(values, anomaly), _Ranking(others, anomaly)
    draws = [one.measures(*drawn) - other.measures(*drawn) for drawn in _resampled(anomaly, seed, resamples)]
    as_they_are = np.arange((~anomaly).sum())[None], np.arange(anomaly.sum())[None]
    auroc, ap = (one.measures(*as_they_are) - other.measures(*as_they_are))[0]
    (auroc_low, ap_low), (auroc_high, ap_high) = _bounds(np.concatenate(draws))
    return DetectionDifference(float(auroc), auroc_low, auroc_high, float(ap), ap_low, ap_high, resamples)


class _Ranking:
    """Positions of all rows among the anomalies' scores, computed once for all resamples.

    Both measures change only at an anomaly's score, and anomalies are few. So a resample is measured by counting its
    rows below, at and between those scores, without sorting again.
    """

    def __init__(self, scores: NDArray[np.float64], anomaly: NDArray[np.bool_]) -> None:
        levels, self._level = np.unique(scores[anomaly], return_inverse=True)
        normal = scores[~anomaly]
        above = np.searchsorted(levels, normal, side="right")
        # 2 i is below level i and above the one before, 2 i + 1 is at level i.
        self._place = above + np.searchsorted(levels, normal, side="left")
        self._levels = levels.size

    def measures(self, normal: NDArray[np.int64], anomalies: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return AUROC and average precision (r, 2) of r resamples, given which rows (r, rows) of either they hold."""
        hits = _counted(self._level[anomalies], self._levels)
        false = _counted(self._place[normal], 2 * self._levels + 1)
        alarms = np.cumsum(false[:, ::-1], axis=1)[:, ::-1][:, 1::2]
        found = np.cumsum(hits[:, ::-1], axis=1)[:, ::-1]
        # An anomaly outranks the normal rows below its score, and half of those at it.
        outranked = normal.shape[1] - alarms + false[:, 1::2] / 2
        precision = found / np.maximum(found + alarms, 1)
        auroc = (hits * outranked).sum(axis=1) / (normal.shape[1] * anomalies.shape[1])
        return np.column_stack([auroc, (hits * precision).sum(axis=1) / anomalies.shape[1]])


def _counted(places: NDArray[np.intp], many: int) -> NDArray[np.intp]:
    """Return the counts (r, many) of the values 0 to `many` - 1 in each row of `places` (r, rows)."""
    apart = places + many * np.arange(len(places))[:, None]
    return np.bincount(apart.ravel(), minlength=many * len(places)).reshape(len(places), many)


def _resampled(
    anomaly: NDArray[np.bool_], seed: int, resamples: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield bootstrap samples in blocks: indices of normal rows (r, normal) and of anomalies (r, anomalies)."""
    random = np.random.default_rng(seed)
    anomalies = int(anomaly.sum())
    normal = anomaly.size - anomalies
    at_once = max(1, _CELLS // anomaly.size)
    for start in range(0, resamples, at_once):
        many = min(at_once, resamples - start)
        yield random.integers(normal, size=(many, normal)), random.integers(anomalies, size=(many, anomalies))


def _bounds(draws: NDArray[np.float64]) -> tuple[tuple[float, float], tuple[float, float]]:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> Curve:
    """Keep points evenly along the arc: even steps in x would leave two points for the steep start."""
    if x.size > POINTS:
        along = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        nearest = np.searchsorted(along, np.linspace(0.0, along[-1], POINTS - 1))
        kept = np.unique(np.concatenate([[0], nearest.clip(max=x.size - 1), [x.size - 1]]))
        x, y = x[kept], y[kept]
    return Curve(tuple(x.tolist()), tuple(y.tolist()))
