"""The transformer: latents with names, reconstructions, a score, a place in pipelines and searches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trasunto.data import read_records
from trasunto.errors import TrasuntoError
from trasunto.estimators import Autoencoder
from trasunto.models.file import open_model
from trasunto.models.fitting import fit_model
from trasunto.spec import Recipe

LINEAR: dict[str, Any] = {
    "hidden_layers": (),
    "latent": 2,
    "batch_size": 20,
    "learning_rate": 0.02,
    "epochs": 60,
    "initialisation": "keras",
    "random_state": 0,
}


@pytest.fixture(scope="module")
def x(rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = StandardScaler().fit_transform(rows)
    return scaled


@pytest.fixture(scope="module")
def fitted(x: np.ndarray) -> Autoencoder:
    return Autoencoder(**LINEAR).fit(x)


def test_a_linear_autoencoder_finds_what_pca_finds(fitted: Autoencoder, x: np.ndarray) -> None:
    pca = PCA(2).fit(x)
    best = np.square(x - pca.inverse_transform(pca.transform(x))).mean()
    assert -1.3 * best < fitted.score(x) < -best
    assert fitted.score(x) == pytest.approx(-fitted.history_["train_loss"][-1], rel=0.2)


def test_latents_and_reconstructions_are_single_precision(fitted: Autoencoder, x: np.ndarray) -> None:
    latents = fitted.transform(x)
    back = fitted.inverse_transform(latents)
    assert (latents.shape, back.shape) == ((120, 2), (120, 5))
    assert latents.dtype == back.dtype == np.float32
    assert fitted.score(x) == pytest.approx(-np.square(x - back).mean(), rel=1e-5)


def test_latents_without_their_width_are_refused(fitted: Autoencoder) -> None:
    with pytest.raises(TrasuntoError, match=r"\(n, 2\)"):
        fitted.inverse_transform(np.zeros((3, 5)))


def test_it_stands_in_a_pipeline_whose_latents_come_as_a_frame(rows: np.ndarray) -> None:
    frame = pd.DataFrame(rows, columns=[f"amount {number}" for number in range(5)], index=range(50, 170))
    pipeline = make_pipeline(StandardScaler(), Autoencoder(**LINEAR)).set_output(transform="pandas")
    latents = pipeline.fit_transform(frame)
    assert latents.columns.tolist() == pipeline.get_feature_names_out().tolist() == ["autoencoder0", "autoencoder1"]
    assert latents.index.tolist() == frame.index.tolist()
    assert pipeline[-1].feature_names_in_.tolist() == frame.columns.tolist()
    assert pipeline[-1].model_.feature_names == tuple(frame.columns)
    assert set(latents.dtypes) == {np.dtype(np.float32)}


def test_a_grid_search_finds_the_width_that_the_rows_have(x: np.ndarray) -> None:
    search = GridSearchCV(
        Autoencoder(**LINEAR), {"latent": [1, 2], "learning_rate": [1e-6, 0.02]}, cv=2, error_score="raise"
    )
    search.fit(x)
    assert search.best_params_ == {"latent": 2, "learning_rate": 0.02}
    assert search.best_estimator_.transform(x).shape == (120, 2)


@pytest.mark.parametrize(
    "options",
    [
        {"corruption": "masking", "noise": 0.1, "l1": 1e-3, "drop": 0.05, "hidden_layers": (6,)},
        {"tied": True, "hidden_layers": (4,), "contraction": 1e-3},
        {"network": "6 relu > [2 normal kl=0.01] > mirror > linear", "schedule": "cosine", "clip_norm": 1.0},
        {"optimizer": "adamw", "weight_decay": 0.1, "loss": "huber", "initialisation": "torch"},
    ],
    ids=lambda options: "-".join(options),
)
def test_every_variety_of_autoencoder_is_a_matter_of_parameters(options: dict[str, Any], x: np.ndarray) -> None:
    fitted = Autoencoder(**{**LINEAR, **options}).fit(x)
    assert fitted.score(x) > -np.square(x - x.mean(axis=0)).mean(), "better than the mean row"


def test_a_saved_one_is_the_same_and_can_be_trained_further(fitted: Autoencoder, x: np.ndarray, tmp_path: Path) -> None:
    fitted.save(tmp_path / "a.trasunto")
    again = Autoencoder.from_model(open_model(tmp_path / "a.trasunto"), warm_start=True, random_state=1)
    assert np.array_equal(again.transform(x), fitted.transform(x))
    assert (again.n_features_in_, hasattr(again, "feature_names_in_")) == (5, False)
    assert again.get_params()["learning_rate"] == 0.02
    before = again.score(x)
    assert again.set_params(epochs=20).fit(x).score(x) >= before - 1e-3
    assert len(again.history_["train_loss"]) == 21
    assert again.history_["train_loss"][0] == pytest.approx(-before, rel=1e-4)


def test_a_saved_one_knows_the_names_of_its_features(x: np.ndarray, tmp_path: Path) -> None:
    frame = pd.DataFrame(x, columns=list("abcde"))
    Autoencoder(**{**LINEAR, "epochs": 1}).fit(frame).save(tmp_path / "a.trasunto")
    again = Autoencoder.from_model(open_model(tmp_path / "a.trasunto"))
    assert again.feature_names_in_.tolist() == list("abcde")
    with pytest.raises(ValueError, match="feature names should match"):
        again.transform(frame[list("edcba")])


def test_a_model_that_scales_its_rows_itself_takes_raw_ones(rows: np.ndarray) -> None:
    model = fit_model(read_records(rows).table(test=0), Recipe("[2 linear] > linear", epochs=1), score="mse")
    autoencoder = Autoencoder.from_model(model)
    assert (autoencoder.scaling, autoencoder.missing) == ("standard", "median")
    latents = autoencoder.transform(rows)
    np.testing.assert_array_equal(latents, model.encode(rows))
    prepared = model.networks[0].decode(latents)
    expected = prepared * rows.std(axis=0) + rows.mean(axis=0)
    np.testing.assert_allclose(autoencoder.inverse_transform(latents), expected, rtol=1e-4)


def test_a_model_of_several_networks_is_refused(rows: np.ndarray) -> None:
    model = fit_model(read_records(rows).table(test=0), Recipe("[2 linear] > linear", epochs=1), seeds=2, score="mse")
    with pytest.raises(TrasuntoError, match=r"Autoencoder.from_model needs a model of one network, and this has 2"):
        Autoencoder.from_model(model)


def test_what_is_missing_is_refused_where_nothing_stands_in_for_it(fitted: Autoencoder, x: np.ndarray) -> None:
    with_a_hole = x.copy()
    with_a_hole[3, 1] = np.nan
    for method in (fitted.transform, fitted.score):
        with pytest.raises(ValueError, match=r"row 3.*nan"):
            method(with_a_hole)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        Autoencoder(**LINEAR, missing="refuse").fit(with_a_hole)


def test_infinity_is_refused(fitted: Autoencoder, x: np.ndarray) -> None:
    with_infinity = x.copy()
    with_infinity[3, 1] = np.inf
    for method in (Autoencoder(**LINEAR).fit, fitted.transform, fitted.score):
        with pytest.raises(ValueError, match="Input X contains infinity"):
            method(with_infinity)


def test_a_training_that_diverges_is_refused_with_what_would_help(x: np.ndarray) -> None:
    with pytest.raises(TrasuntoError, match=r"diverged.*smaller learning rate, or scale the rows"):
        Autoencoder(**{**LINEAR, "optimizer": "sgd", "learning_rate": 1e6}).fit(x)


def test_what_a_model_was_trained_with_goes_into_parameters_but_defaults_of_its_optimizer(x: np.ndarray) -> None:
    said: dict[str, Any] = {"loss": "huber", "huber_delta": 0.5, "optimizer": "sgd", "nesterov": True}
    model = Autoencoder(**{**LINEAR, "epochs": 1}, **said).fit(x).model_
    again = Autoencoder.from_model(model)
    assert {name: getattr(again, name) for name in said} == said
    assert again.momentum is None
    assert Autoencoder.from_model(model, optimizer="adam", nesterov=False)._recipe(5, 0).beta1 == 0.9
