from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from trasunto.analysis.detection import POINTS, _resampled, detection, paired_difference
from trasunto.errors import DataError


def scored(rows: int = 300, shift: float = 1.2, digits: int = 1) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores with ties, the first fifth of them anomalies."""
    anomaly = np.arange(rows) < rows // 5
    return (np.random.default_rng(0).normal(size=rows) + shift * anomaly).round(digits), anomaly


def one_at_a_time(
    scores: NDArray[np.float64], anomaly: NDArray[np.bool_], seed: int, resamples: int
) -> NDArray[np.float64]:
    """AUROC and average precision (r, 2) of the same resamples, written out row by row and measured by scikit-learn."""
    normals, anomalies = np.flatnonzero(~anomaly), np.flatnonzero(anomaly)
    found = []
    for which_normals, which_anomalies in _resampled(anomaly, seed, resamples):
        for normal, strange in zip(normals[which_normals], anomalies[which_anomalies], strict=True):
            rows = np.concatenate([normal, strange])
            assert len(rows) == len(scores)
            found.append(
                (roc_auc_score(anomaly[rows], scores[rows]), average_precision_score(anomaly[rows], scores[rows]))
            )
    assert len(found) == resamples
    return np.array(found)


def test_both_measures_are_those_of_scikit_learn() -> None:
    scores, anomaly = scored()
    found = detection(scores, anomaly, resamples=10)
    assert found.auroc == pytest.approx(roc_auc_score(anomaly, scores))
    assert found.average_precision == pytest.approx(average_precision_score(anomaly, scores))
    assert (found.normal, found.anomalies, found.share) == (240, 60, 0.2)


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_the_intervals_are_quantiles_over_resampled_rows(digits: int) -> None:
    scores, anomaly = scored(digits=digits)
    draws = one_at_a_time(scores, anomaly, 4, 300)
    (auroc_low, ap_low), (auroc_high, ap_high) = np.quantile(draws, [0.025, 0.975], axis=0)
    found = detection(scores, anomaly, seed=4, resamples=300)
    assert (found.auroc_low, found.auroc_high) == pytest.approx((auroc_low, auroc_high))
    assert (found.ap_low, found.ap_high) == pytest.approx((ap_low, ap_high))
    assert found.auroc_low < found.auroc < found.auroc_high
    assert found.ap_low < found.average_precision < found.ap_high


def test_a_paired_difference_is_taken_on_the_same_resamples() -> None:
    scores, anomaly = scored()
    other = scores + np.random.default_rng(2).normal(size=300)
    draws = one_at_a_time(scores, anomaly, 4, 300) - one_at_a_time(other, anomaly, 4, 300)
    (auroc_low, ap_low), (auroc_high, ap_high) = np.quantile(draws, [0.025, 0.975], axis=0)
    found = paired_difference(scores, other, anomaly, seed=4, resamples=300)
    assert (found.auroc_low, found.auroc_high) == pytest.approx((auroc_low, auroc_high))
    assert (found.ap_low, found.ap_high) == pytest.approx((ap_low, ap_high))
    assert found.auroc == pytest.approx(roc_auc_score(anomaly, scores) - roc_auc_score(anomaly, other))
    assert found.average_precision == pytest.approx(
        average_precision_score(anomaly, scores) - average_precision_score(anomaly, other)
    )
    assert found.distinguishable


def test_resamples_hold_every_row_equally_often_and_either_group_whole() -> None:
    _, anomaly = scored()
    for group, drawn in zip((240, 60), zip(*_resampled(anomaly, 0, 2_000), strict=True), strict=True):
        rows = np.concatenate(drawn)
        assert rows.shape == (2_000, group)
        counts = np.bincount(rows.ravel(), minlength=group)
        assert counts.size == group
        assert counts == pytest.approx(2_000, abs=5 * np.sqrt(2_000))


def test_pairing_is_what_makes_alike_scores_comparable() -> None:
    scores, anomaly = scored(digits=6)
    close = paired_difference(scores, scores + 1e-3 * np.random.default_rng(2).normal(size=300), anomaly)
    alone = detection(scores, anomaly)
    assert close.auroc_high - close.auroc_low < 0.05 * (alone.auroc_high - alone.auroc_low)
    same = paired_difference(scores, 3 * scores + 1, anomaly)
    assert (same.auroc, same.auroc_low, same.auroc_high, same.ap_low, same.ap_high) == (0.0,) * 5
    assert not same.distinguishable


def test_the_interval_covers_the_true_area_about_as_often_as_it_says() -> None:
    from scipy import stats

    random, truth = np.random.default_rng(0), float(stats.norm.cdf(1 / np.sqrt(2)))
    anomaly, covered = np.arange(150) < 40, []
    for seed in range(200):
        found = detection(random.normal(size=150) + anomaly, anomaly, seed=seed, resamples=300)
        covered.append(found.auroc_low <= truth <= found.auroc_high)
    assert 0.88 <= np.mean(covered) <= 0.99


def test_the_direction_is_higher_is_stranger_and_ties_say_nothing() -> None:
    scores, anomaly = scored()
    assert detection(-scores, anomaly, resamples=10).auroc == pytest.approx(
        1 - detection(scores, anomaly, resamples=10).auroc
    )
    flat = detection(np.zeros(300), anomaly, resamples=50)
    assert (flat.auroc, flat.auroc_low, flat.auroc_high) == (0.5, 0.5, 0.5)
    assert (flat.average_precision, flat.ap_low, flat.ap_high) == pytest.approx((0.2, 0.2, 0.2))


def test_a_seed_repeats_and_blocks_of_resamples_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, anomaly = scored(60)
    first = detection(scores, anomaly, seed=1)
    assert detection(scores, anomaly, seed=1) == first
    assert detection(scores, anomaly, seed=2) != first
    monkeypatch.setattr("trasunto.analysis.detection._CELLS", 100)
    blocks = detection(scores, anomaly, seed=1)
    assert (blocks.auroc_low, blocks.ap_high) == pytest.approx((first.auroc_low, first.ap_high), abs=0.03)


def test_curves_are_thinned_but_keep_their_shape() -> None:
    scores, anomaly = scored(6_000, digits=9)
    found = detection(scores, anomaly, resamples=10)
    for curve in (found.roc, found.precision_recall):
        assert 100 < len(curve.x) == len(curve.y) <= POINTS
        assert list(curve.x) == sorted(curve.x)
        assert (curve.x[0], curve.x[-1]) == (0.0, 1.0)
    assert np.trapezoid(found.roc.y, found.roc.x) == pytest.approx(found.auroc, abs=2e-3)
    assert np.trapezoid(found.precision_recall.y, found.precision_recall.x) == pytest.approx(
        found.average_precision, abs=5e-3
    )
    perfect = detection([0.0, 1.0], [0, 1], resamples=10)
    assert (perfect.roc.x[0], perfect.roc.y[-1], perfect.precision_recall.y[-2]) == (0.0, 1.0, 1.0)


def test_a_thousand_resamples_of_thousands_of_rows_take_seconds() -> None:
    scores, anomaly = scored(3_400, digits=9)
    started = time.process_time()
    detection(scores, anomaly)
    assert time.process_time() - started < 15


def test_one_group_alone_and_scores_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="0 normal rows and 2 anomalies; at least one of each"):
        detection([0.1, 0.2], [1, 1])
    with pytest.raises(DataError, match="scores hold nan in row 1"):
        detection([0.1, np.nan], [0, 1])
    with pytest.raises(DataError, match=r"labels have the shape \(2,\); expected \(3,\), one per row"):
        paired_difference([0.1, 0.2], [0.1, 0.2, 0.3], [0, 1])
