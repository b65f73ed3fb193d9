"""The classifier: what is learnt without labels first, the head, and the classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trasunto.cohort.memory import fit_request
from trasunto.cohort.request import Request
from trasunto.data import read_records
from trasunto.errors import TrasuntoError
from trasunto.estimators import Autoencoder, AutoencoderClassifier
from trasunto.models.file import open_model
from trasunto.models.fitting import fit_model
from trasunto.spec import Recipe

SMALL: dict[str, Any] = {
    "hidden_layers": (8,),
    "latent": 3,
    "batch_size": 30,
    "learning_rate": 0.02,
    "epochs": 30,
    "random_state": 0,
}
Rows = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def blobs() -> Rows:
    x, y = make_blobs(150, 5, centers=3, random_state=0)
    return StandardScaler().fit_transform(x).astype(np.float32), np.array(["ash", "birch", "cedar"])[y]


@pytest.fixture(scope="module")
def fitted(blobs: Rows) -> AutoencoderClassifier:
    return AutoencoderClassifier(**SMALL).fit(*blobs)


def weights(estimator: AutoencoderClassifier, layer: str) -> np.ndarray:
    array: np.ndarray = estimator.weights_[f"{layer}.kernel"]
    return array


def test_it_tells_classes_apart(fitted: AutoencoderClassifier, blobs: Rows) -> None:
    x, y = blobs
    assert fitted.score(x, y) > 0.97
    assert fitted.classes_.tolist() == ["ash", "birch", "cedar"]
    proba = fitted.predict_proba(x)
    assert proba.shape == (150, 3)
    assert proba.dtype == np.float32
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    assert np.array_equal(fitted.classes_[proba.argmax(axis=1)], fitted.predict(x))


def test_it_trains_without_labels_first(fitted: AutoencoderClassifier) -> None:
    errors = fitted.pretraining_history_["train_error"]
    assert errors[-1] < 0.5 * errors[0]
    assert len(errors) == fitted.pretraining_epochs + 1
    assert fitted.history_["train_accuracy"][-1] > 0.97
    assert fitted.n_iter_ == 30


def test_a_frozen_encoder_is_the_autoencoders(blobs: Rows) -> None:
    x, y = blobs
    frozen = AutoencoderClassifier(**SMALL, frozen=True, pretraining_epochs=30).fit(x, y)
    alone = Autoencoder(**SMALL).fit(x)
    for layer in ("1", "2"):
        assert np.array_equal(weights(frozen, layer), alone.model_.weights[0][f"{layer}.kernel"])
    tuned = AutoencoderClassifier(**SMALL, pretraining_epochs=30).fit(x, y)
    assert not np.array_equal(weights(tuned, "1"), weights(frozen, "1"))


def test_without_pretraining_the_encoder_starts_at_random(blobs: Rows) -> None:
    fitted = AutoencoderClassifier(**SMALL, pretraining_epochs=0).fit(*blobs)
    assert fitted.pretraining_history_ == {}
    assert fitted.score(*blobs) > 0.9


def test_rows_without_labels_may_be_pre_trained_on(blobs: Rows) -> None:
    x, y = blobs
    few = slice(0, None, 10)
    options = {**SMALL, "frozen": True, "pretraining_epochs": 30}
    helped = AutoencoderClassifier(**options).fit(x[few], y[few], unlabelled=x)
    assert np.array_equal(weights(helped, "1"), Autoencoder(**SMALL).fit(x).model_.weights[0]["1.kernel"])
    with pytest.raises(ValueError, match="features"):
        AutoencoderClassifier(**options).fit(x[few], y[few], unlabelled=x[:, :3])


def test_a_saved_autoencoder_takes_the_place_of_pretraining(blobs: Rows, tmp_path: Path) -> None:
    x, y = blobs
    alone = Autoencoder(**SMALL).fit(x)
    alone.save(tmp_path / "alone.trasunto")
    model = open_model(tmp_path / "alone.trasunto")
    given = AutoencoderClassifier(**{**SMALL, "hidden_layers": (99,)}, pretrained=model, frozen=True).fit(x, y)
    assert np.array_equal(weights(given, "2"), alone.model_.weights[0]["2.kernel"])
    assert given.score(x, y) > 0.8
    with pytest.raises(TrasuntoError, match="a model of 4 features, as X has, not of 5"):
        AutoencoderClassifier(**SMALL, pretrained=model).fit(x[:, :4], y)


def test_a_model_that_scales_its_rows_itself_scales_those_of_its_classifier(blobs: Rows) -> None:
    x, y = blobs
    model = fit_model(read_records(x).table(test=0), Recipe("[2 linear] > linear", epochs=1), score="mse")
    classifier = AutoencoderClassifier(**SMALL, pretrained=model, frozen=True).fit(x, y)
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(classifier._applied.encode(scaled), model.encode(x), rtol=1e-4, atol=1e-5)


def test_one_class_is_refused_and_so_are_others_than_before(blobs: Rows) -> None:
    x, y = blobs
    with pytest.raises(TrasuntoError, match="two classes at least, and y has one class, 'ash'"):
        AutoencoderClassifier(**SMALL).fit(x[y == "ash"], y[y == "ash"])
    warm = AutoencoderClassifier(**SMALL, warm_start=True).fit(x, y)
    with pytest.raises(TrasuntoError, match=r"goes on with the classes.*ash.*cedar.*fit a new estimator"):
        warm.fit(x[y != "cedar"], y[y != "cedar"])


def test_it_stands_in_pipelines_and_searches(blobs: Rows) -> None:
    x, y = blobs
    frame = pd.DataFrame(x, columns=list("abcde"))
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), AutoencoderClassifier(**SMALL))
    grid = {"autoencoderclassifier__frozen": [True, False], "autoencoderclassifier__learning_rate": [1e-6, 0.02]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(frame, y)
    assert search.best_params_["autoencoderclassifier__learning_rate"] == 0.02
    assert search.best_score_ > 0.9
    assert search.best_estimator_[-1].feature_names_in_.tolist() == list("abcde")


def test_held_out_rows_are_of_every_class_in_whatever_order_the_rows_come(blobs: Rows) -> None:
    x, y = blobs
    order = np.argsort(y)
    fitted = AutoencoderClassifier(**SMALL, patience=30, validation_fraction=0.2).fit(x[order], y[order])
    assert fitted.history_["validation_accuracy"][-1] > 0.9
    assert fitted.score(x, y) > 0.9


def test_a_training_that_diverges_warns_and_keeps_the_last_finite_weights(blobs: Rows) -> None:
    x, y = blobs
    wild = AutoencoderClassifier(**{**SMALL, "optimizer": "sgd", "learning_rate": 1e30}, pretraining_epochs=0)
    with pytest.warns(ConvergenceWarning, match="'cross_entropy' diverged.*smaller learning rate, or scale the rows"):
        wild.fit(x * 1e6, y)
    assert np.isfinite(wild.predict_proba(x)).all()


def test_what_concerns_reconstruction_alone_is_left_out_of_the_training_on_labels(blobs: Rows) -> None:
    words: dict[str, Any] = {"loss": "huber", "huber_delta": 0.5, "corruption": "masking", "noise": 0.2}
    classifier = AutoencoderClassifier(**{**SMALL, "epochs": 2}, **words, agreement=True, pretraining_epochs=2)
    recipe = classifier.fit(*blobs).recipe_
    assert (recipe.loss, recipe.huber_delta, recipe.corruption, recipe.agreement) == ("cross_entropy", None, "", False)
    assert len(classifier.pretraining_history_["train_accuracy"]) == 3


def test_a_cosine_spans_each_of_both_trainings(blobs: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    spans: list[float | None] = []

    def train(request: Request, *given: Any, **options: Any) -> Any:
        spans.append(request.members[0].recipe.schedule_epochs)
        return fit_request(request, *given, **options)

    monkeypatch.setattr("trasunto.estimators.network_estimator.fit_request", train)
    AutoencoderClassifier(**{**SMALL, "epochs": 2}, schedule="cosine", pretraining_epochs=4).fit(*blobs)
    assert spans == [4, 2]
