"""The outlier detector: the direction of its scores, its threshold, its reasons, and the model that it is a face of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV

from trasunto.data import read_records
from trasunto.errors import TrasuntoError
from trasunto.estimators import AutoencoderDetector
from trasunto.models import defaults
from trasunto.models.file import open_model
from trasunto.models.fitting import fit_model
from trasunto.models.goals import contamination
from trasunto.spec import Recipe

SMALL: dict[str, Any] = {
    "network": "[2 linear] > linear",
    "batch_size": 20,
    "learning_rate": 0.02,
    "epochs": 40,
    "anomaly_score": "mse",
    "n_networks": 1,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def fitted(rows: np.ndarray) -> AutoencoderDetector:
    return AutoencoderDetector(**SMALL, contamination=0.1).fit(rows)


@pytest.fixture(scope="module")
def strange(rows: np.ndarray) -> np.ndarray:
    """Rows with every value in its usual range, but off the plane."""
    return np.random.default_rng(4).permuted(rows, axis=0)


def test_lower_is_stranger(fitted: AutoencoderDetector, rows: np.ndarray, strange: np.ndarray) -> None:
    scores = np.concatenate([fitted.score_samples(rows), fitted.score_samples(strange)])
    assert roc_auc_score(np.repeat([1, 0], 120), scores) > 0.95
    assert (fitted.predict(strange) == -1).mean() > 0.8


def test_its_scores_are_the_models_reversed(fitted: AutoencoderDetector, rows: np.ndarray) -> None:
    frame = pd.DataFrame(rows, columns=fitted.model_.entrance.columns)
    assert np.array_equal(fitted.score_samples(rows), -fitted.model_.score(frame))
    assert fitted.offset_ == -fitted.model_.threshold.value
    assert np.array_equal(fitted.predict(rows) == -1, fitted.model_.flag(frame))
    assert np.array_equal(fitted.decision_function(rows) < 0, fitted.model_.flag(frame))


def test_contamination_is_the_share_of_training_rows_outside(fitted: AutoencoderDetector, rows: np.ndarray) -> None:
    assert (fitted.predict(rows) == -1).sum() == 12


def test_with_nothing_said_about_one_in_a_hundred_later_rows_is_outside(rows: np.ndarray) -> None:
    usual = AutoencoderDetector(**SMALL).fit(rows)
    assert usual.model_.threshold.kind == "cross_fitted"
    assert usual.model_.n == usual.model_.threshold.rows == len(rows)
    assert "flag about 0.01 of later normal rows" in usual.model_.threshold.goal
    with pytest.raises(TrasuntoError, match="contamination and false_alarm_rate are different thresholds"):
        AutoencoderDetector(**SMALL, contamination=0.1, false_alarm_rate=0.1).fit(rows)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_a_few_rows_will_do(n: int, rows: np.ndarray) -> None:
    usual = AutoencoderDetector(**{**SMALL, "epochs": 1, "anomaly_score": "mahalanobis"}).fit(rows[:n])
    assert np.isfinite(usual.offset_)
    assert usual.predict(rows[:n]).tolist() == [1] * n
    assert f"{n} rows alone show no rate below 1 in {n + 1}" in usual.model_.threshold.guarantee


def test_weights_that_may_know_the_rows_are_said_in_the_guarantee(rows: np.ndarray) -> None:
    usual = AutoencoderDetector(**{**SMALL, "epochs": 1}, warm_start=True).fit(rows)
    assert "weights that may know these rows" not in usual.model_.threshold.guarantee
    assert "weights that may know these rows" in usual.fit(rows).model_.threshold.guarantee


def test_it_is_a_thin_face_over_a_model_of_the_same_rows(fitted: AutoencoderDetector, rows: np.ndarray) -> None:
    recipe = Recipe(
        "[2 linear] > linear",
        batch_size=20,
        learning_rate=0.02,
        epochs=40,
        order_seed=0,
        initialisation=defaults.recipe(5).initialisation,
    )
    table = read_records(rows).table(test=0, missing="refuse")
    model = fit_model(table, recipe, seeds=[0], score="mse", threshold=contamination(0.1))
    np.testing.assert_allclose(model.score_prepared(table.x), -fitted.score_samples(rows), rtol=1e-5)


def test_what_is_not_said_is_as_the_house_recommends(rows: np.ndarray) -> None:
    usual = AutoencoderDetector(random_state=0, epochs=1).fit(rows)
    recommended = defaults.recipe(5)
    assert usual.model_.recipe == recommended.replace(epochs=1, order_seed=0)
    assert usual.model_.judgement.kind == defaults.SCORE
    assert len(usual.model_.weights) == defaults.SEEDS
    assert AutoencoderDetector(latent=3)._recipe(5, 0).network.encoder[:-1] == recommended.network.encoder[:-1]
    assert AutoencoderDetector(latent=3)._recipe(5, 0).network.encoder[-1].units == 3


def test_a_rate_of_false_alarms_is_calibrated_on_rows_kept_from_training(rows: np.ndarray) -> None:
    fitted = AutoencoderDetector(**SMALL, false_alarm_rate=0.1).fit(rows)
    assert fitted.model_.threshold.kind == "false_alarms"
    assert fitted.model_.n < len(rows)
    with pytest.raises(TrasuntoError, match="rows"):
        AutoencoderDetector(**SMALL, false_alarm_rate=0.001).fit(rows)


def test_several_networks_have_several_seeds(rows: np.ndarray) -> None:
    fitted = AutoencoderDetector(**{**SMALL, "random_state": 2**32 - 1, "epochs": 1, "n_networks": 3}).fit(rows)
    assert fitted.model_.seeds == (2**32 - 1, 0, 1)
    with pytest.raises(TrasuntoError, match="the 3 networks that were fitted, not with 2"):
        fitted.set_params(n_networks=2, warm_start=True).fit(rows)


def test_reasons_are_in_the_units_of_the_rows_and_name_the_culprit(rows: np.ndarray) -> None:
    names = ["grams", "metres", "euros", "days", "clicks"]
    frame = pd.DataFrame(rows, columns=names)
    fitted = AutoencoderDetector(**SMALL, max_reasons=2).fit(frame)
    odd = frame.iloc[:1].copy()
    odd["euros"] += 10 * frame["euros"].std()
    (reasons,) = fitted.explain(odd)
    assert reasons.flagged
    assert (len(fitted.explain(frame)), len(reasons.features)) == (120, 2)
    culprit, usual = reasons.features[0], frame["euros"].iloc[0]
    assert (culprit.feature, culprit.direction) == ("euros", "higher")
    assert culprit.value == pytest.approx(odd["euros"].iloc[0])
    assert abs(culprit.expected - usual) < abs(culprit.value - usual)
    assert 0 < culprit.rarity < 0.05


@pytest.mark.parametrize("scaling", ["standard", "robust", "minmax"])
def test_scaling_makes_units_irrelevant(scaling: str, rows: np.ndarray) -> None:
    scales = np.array([1e-3, 1.0, 8.0, 1e4, 1e6])
    one = AutoencoderDetector(**SMALL, scaling=scaling).fit(rows)
    other = AutoencoderDetector(**SMALL, scaling=scaling).fit(rows * scales)
    np.testing.assert_allclose(other.score_samples(rows * scales), one.score_samples(rows), rtol=1e-2)


def test_a_column_of_one_value_is_no_obstacle(rows: np.ndarray) -> None:
    with_constant = np.column_stack([rows, np.full(120, 7.0)])
    fitted = AutoencoderDetector(**SMALL).fit(with_constant)
    moved = with_constant.copy()
    moved[:, 5] += 5
    assert (fitted.score_samples(moved) < fitted.score_samples(with_constant)).all()


def test_a_grid_search_varies_how_it_trains_and_how_it_scores(rows: np.ndarray, strange: np.ndarray) -> None:
    both, y = np.concatenate([rows, strange]), np.repeat([1, -1], 120)

    def separation(estimator: AutoencoderDetector, x: np.ndarray, y: np.ndarray) -> float:
        return float(roc_auc_score(y, estimator.score_samples(x)))

    apart = [(np.arange(120), np.arange(240))]  # trained on normal rows alone
    grid = {"learning_rate": [1e-7, 0.02], "anomaly_score": ["mse", "standardised"]}
    search = GridSearchCV(AutoencoderDetector(**SMALL), grid, scoring=separation, cv=apart, refit=False)
    search.fit(both, y)
    assert search.best_params_["learning_rate"] == 0.02
    assert search.best_score_ > 0.9


def test_a_saved_one_is_the_same_and_can_be_trained_further(
    fitted: AutoencoderDetector, rows: np.ndarray, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "detector.trasunto")
    model = open_model(tmp_path / "detector.trasunto")
    again = AutoencoderDetector.from_model(model, warm_start=True, epochs=5, random_state=0)
    assert np.array_equal(again.score_samples(rows), fitted.score_samples(rows))
    assert again.get_params()["anomaly_score"] == "mse"
    assert again.get_params()["scaling"] == "standard"
    later = rows[:100] + 0.01
    again.fit(later)
    assert again.model_.entrance.preparation == model.entrance.preparation, "the weights know rows scaled so"
    assert again.history_["train_loss"][0] < 0.1 < fitted.history_["train_loss"][0]


def test_what_is_missing_is_refused_where_that_is_asked(rows: np.ndarray) -> None:
    with_a_hole = rows.copy()
    with_a_hole[3, 1] = np.nan
    detector = AutoencoderDetector(**SMALL, missing="refuse").fit(rows)
    for method in (detector.fit, detector.predict, detector.explain):
        with pytest.raises(ValueError, match="Input X contains NaN"):
            method(with_a_hole)


@pytest.mark.parametrize("wrong", [0.0, 0.6, -1, "auto", "0.1", True])
def test_a_contamination_that_is_none_is_refused(wrong: Any, rows: np.ndarray) -> None:
    with pytest.raises(TrasuntoError, match="contamination is"):
        AutoencoderDetector(**SMALL, contamination=wrong).fit(rows)
