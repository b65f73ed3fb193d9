"""Data frames of text, categories, truth values, dates and missing values, given to every estimator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pytest

from trasunto import open_model
from trasunto.errors import DataError, TrasuntoError
from trasunto.estimators import Autoencoder, AutoencoderClassifier, AutoencoderDetector

SMALL: dict[str, Any] = {"hidden_layers": (), "latent": 4, "epochs": 2, "batch_size": 1000, "random_state": 0}
N = 80


def frame(n: int = N, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "amount": rng.normal(500, 100, n),
            "shop": rng.choice(["north", "south"], n),
            "kind": pd.Categorical(rng.integers(0, 3, n)),
            "open": rng.random(n) > 0.5,
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10_000, n), "h"),
        }
    )
    rows.loc[3, "amount"] = np.nan
    rows.loc[4, "shop"] = None
    return rows


FEATURES = (
    *("amount", "shop=(missing)", "shop=north", "shop=south", "kind=0", "kind=1", "kind=2", "open"),
    *("when.hour", "when.weekday", "when.days"),
)


@pytest.fixture(scope="module")
def detector() -> AutoencoderDetector:
    return AutoencoderDetector(**SMALL, n_networks=1, contamination=0.05).fit(frame())


@pytest.fixture(scope="module")
def autoencoder() -> Autoencoder:
    return Autoencoder(**SMALL, scaling="standard").fit(frame())


def test_a_detector_sees_every_kind_of_column(detector: AutoencoderDetector) -> None:
    assert detector.model_.feature_names == FEATURES
    assert detector.feature_names_in_.tolist() == ["amount", "shop", "kind", "open", "when"]
    assert (detector.predict(frame()) == -1).sum() == 4
    assert {one.feature for one in detector.explain(frame()[:1])[0].features} <= {*FEATURES, "shop", "kind"}


def test_frames_of_other_libraries_are_scored_alike(detector: AutoencoderDetector) -> None:
    ours, theirs = frame(seed=1), polars.from_pandas(frame(seed=1))
    np.testing.assert_array_equal(detector.score_samples(theirs), detector.score_samples(ours))
    np.testing.assert_array_equal(detector.score_samples(theirs.to_arrow()), detector.score_samples(ours))


def test_a_saved_detector_scores_the_same_frame(detector: AutoencoderDetector, tmp_path: Path) -> None:
    again = open_model(detector.save(tmp_path / "m.trasunto"))
    np.testing.assert_array_equal(again.score(frame(seed=1)), -detector.score_samples(frame(seed=1)))
    back = AutoencoderDetector.from_model(again)
    assert (back.scaling, back.missing) == ("standard", "median")
    np.testing.assert_array_equal(back.score_samples(frame(seed=1)), detector.score_samples(frame(seed=1)))


def test_latents_are_made_back_into_columns_in_their_units(autoencoder: Autoencoder) -> None:
    latents = autoencoder.transform(frame())
    assert latents.shape == (N, 4)
    made = autoencoder.inverse_transform(latents)
    assert made.columns.tolist() == ["amount", "shop", "kind", "open", "when.hour", "when.weekday", "when.days"]
    assert made["amount"].between(100, 900).all()
    assert set(made["shop"]) <= {"(missing)", "north", "south"}
    assert autoencoder.score(frame()) < 0


def test_a_classifier_learns_from_categories() -> None:
    rows = frame()
    y = np.where(rows["shop"] == "north", "up", "down")
    settings = SMALL | {"epochs": 40, "learning_rate": 0.05}
    classifier = AutoencoderClassifier(**settings, scaling="standard", pretraining_epochs=2).fit(rows, y)
    assert classifier.score(rows, y) > 0.9
    assert classifier.score(polars.from_pandas(rows), polars.Series(y)) > 0.9


def test_a_classifier_prepares_rows_as_its_pretrained_model_does(autoencoder: Autoencoder) -> None:
    rows = frame(seed=1)
    y = rows["open"].to_numpy()
    classifier = AutoencoderClassifier(**SMALL, pretrained=autoencoder.model_).fit(rows, y)
    assert classifier.preparation_ == autoencoder.model_.entrance.preparation
    assert classifier.predict(rows).dtype == bool


@pytest.mark.parametrize("kind", [Autoencoder, AutoencoderDetector])
def test_a_missing_number_of_an_array_takes_the_median(kind: Any) -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    x[7, 1] = np.nan
    filled = x.copy()
    filled[7, 1] = np.nanmedian(x[:, 1])
    fitted = kind(**SMALL, scaling="standard").fit(x)
    np.testing.assert_array_equal(fitted.model_.encode(x), fitted.model_.encode(filled))


def test_missing_values_are_refused_where_that_is_asked() -> None:
    with pytest.raises(ValueError, match="NaN"):
        AutoencoderDetector(**SMALL, missing="refuse").fit(np.full((4, 2), np.nan))
    with pytest.raises(DataError, match=r"column 'amount' has no value in row 3"):
        AutoencoderDetector(**SMALL, missing="refuse").fit(frame())


def test_a_missing_value_that_nothing_stands_in_for_is_refused() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    classifier = AutoencoderClassifier(**SMALL, pretraining_epochs=0).fit(x, x[:, 0] > 0)
    with pytest.raises(DataError, match=r"no value in row 0, column 2"):
        classifier.predict([[0.0, 1.0, np.nan]])


def test_an_array_has_no_names_for_columns_of_categories(detector: AutoencoderDetector) -> None:
    with (
        pytest.warns(UserWarning, match="does not have valid feature names"),
        pytest.raises(DataError, match="give a frame"),
    ):
        detector.predict(np.zeros((2, 5)))


def test_warm_start_prepares_rows_as_before(detector: AutoencoderDetector) -> None:
    again = AutoencoderDetector.from_model(detector.model_, **SMALL, warm_start=True)
    again.fit(frame(seed=1))
    assert again.model_.entrance.preparation == detector.model_.entrance.preparation


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"contamination": "auto"}, "the contamination is"),
        ({"contamination": "0.1"}, "the contamination is"),
        ({"contamination": 0.7}, "the contamination is"),
        ({"contamination": True}, "the contamination is"),
        ({"false_alarm_rate": 2}, "the rate of false alarms is 2"),
        ({"n_networks": 0}, "n_networks must be a whole number from 1"),
        ({"n_networks": "3"}, "n_networks must be a whole number from 1"),
        ({"patience": -1}, "patience must be"),
        ({"patience": 2, "validation_fraction": 0}, r"validation_fraction must be a number in \(0, 1\)"),
        ({"random_state": "x"}, "random_state must be"),
        ({"scaling": "big"}, "scaling 'big' is not known"),
        ({"missing": None}, "missing 'None' is not known"),
        ({"latent": 0}, "latent must be a whole number from 1"),
        ({"hidden_layers": ("a",)}, "a width of hidden_layers must be"),
        ({"epochs": "3"}, "epochs must be"),
    ],
)
def test_a_parameter_of_a_wrong_kind_is_named(parameters: dict[str, Any], said: str) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(TrasuntoError, match=said):
        AutoencoderDetector(**{**SMALL, "n_networks": 1, **parameters}).fit(x)


def test_numbers_of_numpy_are_numbers() -> None:
    x = np.random.default_rng(0).normal(size=(60, 3))
    asked = {"n_networks": np.int64(1), "epochs": np.int64(2), "random_state": np.int64(0), "latent": np.int32(4)}
    detector = AutoencoderDetector(**{**SMALL, **asked}, contamination=np.float64(0.05)).fit(x)
    assert (detector.predict(x) == -1).sum() == 3
