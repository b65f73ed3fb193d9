from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.calibration import METHODS, Calibrator, calibrate, reliability
from trasunto.errors import DataError, TrasuntoError


def scored(rows: int = 4_000) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Scores over decades, the true probability of each, and labels drawn with it."""
    random = np.random.default_rng(0)
    strangeness = random.normal(size=rows)
    truth = 1 / (1 + np.exp(-(2.5 * strangeness - 2)))
    return np.exp(2 * strangeness), truth, random.random(rows) < truth


@pytest.mark.parametrize("method", METHODS)
def test_a_checked_probability_is_close_to_the_true_one(method: str) -> None:
    scores, truth, anomaly = scored()
    found = calibrate(scores, anomaly, method)
    assert np.abs(found.probabilities - truth).mean() < 0.04
    assert np.abs(found.calibrator.probability(scores) - truth).mean() < 0.04
    assert found.reliability.calibration_error < 0.03
    assert found.reliability.brier == pytest.approx(np.square(found.probabilities - anomaly).mean())
    assert found.method == method


@pytest.mark.parametrize("method", METHODS)
def test_a_probability_rises_with_the_score_and_stays_one(method: str) -> None:
    scores, _, anomaly = scored(500)
    probability = calibrate(scores, anomaly, method).calibrator.probability(np.linspace(-10, 2 * scores.max(), 2_000))
    assert (np.diff(probability) >= 0).all()
    assert 0 <= probability.min() < probability.max() <= 1


@pytest.mark.parametrize("method", METHODS)
def test_it_repeats_and_is_stored_as_arrays(method: str) -> None:
    scores, _, anomaly = scored(500)
    found, again = calibrate(scores, anomaly, method, seed=2), calibrate(scores, anomaly, method, seed=2)
    assert np.array_equal(found.probabilities, again.probabilities)
    read = Calibrator.from_arrays(found.calibrator.to_arrays())
    assert np.array_equal(read.probability(scores), found.calibrator.probability(scores))
    with pytest.raises(DataError, match="needs the arrays scores, probabilities; there are none"):
        Calibrator.from_arrays({})


def test_it_is_checked_on_rows_it_was_not_fitted_on() -> None:
    random = np.random.default_rng(0)
    scores, noise = random.random(300), random.random(300) < 0.5
    found = calibrate(scores, noise)
    flattered = reliability(found.calibrator.probability(scores), noise)
    assert found.reliability.brier > flattered.brier
    assert found.reliability.brier > 0.24


def test_the_logistic_curve_stored_by_corners_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    scores, _, anomaly = scored(800)
    middle = np.median(scores)
    compressed = np.arcsinh((scores - middle) / np.median(np.abs(scores - middle)))[:, None]
    expected = LogisticRegression(max_iter=1_000).fit(compressed, anomaly).predict_proba(compressed)[:, 1]
    assert calibrate(scores, anomaly, "logistic").calibrator.probability(scores) == pytest.approx(expected, abs=1e-3)


def test_a_score_that_runs_backwards_is_worth_nothing() -> None:
    scores, _, anomaly = scored(800)
    for method in METHODS:
        probability = calibrate(-scores, anomaly, method).calibrator.probability(-scores)
        assert np.ptp(probability) < 0.05


def test_the_calibration_error_is_the_weighted_distance_of_bins() -> None:
    found = reliability([0.1] * 50 + [0.6] * 50, [0] * 40 + [1] * 10 + [1] * 35 + [0] * 15)
    assert found.stated == pytest.approx((0.1, 0.6))
    assert found.happened == pytest.approx((0.2, 0.7))
    assert found.counts == (50, 50)
    assert found.calibration_error == pytest.approx(0.1)
    overconfident = reliability(np.repeat([0.0, 1.0], 50), np.tile([0, 1], 50))
    assert overconfident.calibration_error == pytest.approx(0.5)


def test_bins_hold_equally_many_rows_however_rare_anomalies_are() -> None:
    random = np.random.default_rng(0)
    stated = np.sort(random.random(2_000)) ** 6
    found = reliability(stated, random.random(2_000) < stated)
    assert len(found.counts) == 10
    assert set(found.counts) == {200}
    assert list(found.stated) == sorted(found.stated)


def test_what_cannot_be_calibrated_is_refused() -> None:
    with pytest.raises(TrasuntoError, match=r"calibration 'isotonik' is not known, did you mean 'isotonic'\?"):
        calibrate([0.1, 0.2], [0, 1], "isotonik")
    with pytest.raises(DataError, match="at least 2 of each"):
        calibrate([0.1, 0.2, 0.3], [0, 0, 1])
    with pytest.raises(DataError, match=r"they must lie in 0\.\.1"):
        reliability([0.5, 1.5], [0, 1])
