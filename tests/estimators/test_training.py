"""How every estimator trains: the same twice, from where it was, and without compiling what is compiled already."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from trasunto.errors import TrasuntoError, TrasuntoWarning
from trasunto.estimators import Autoencoder, AutoencoderClassifier, AutoencoderDetector

# Plain descent in one minibatch: it remembers nothing, so that two trainings after each other are one of both lengths.
PLAIN: dict[str, Any] = {
    "hidden_layers": (),
    "latent": 2,
    "latent_activation": "tanh",
    "optimizer": "sgd",
    "learning_rate": 0.05,
    "batch_size": 120,
    "initialisation": "keras",
    "epochs": 6,
    "random_state": 0,
}
KINDS = [
    Autoencoder(**PLAIN),
    AutoencoderClassifier(**PLAIN, pretraining_epochs=2),
    AutoencoderDetector(**PLAIN, anomaly_score="mse", n_networks=1),
]
every_kind = pytest.mark.parametrize("estimator", KINDS, ids=lambda estimator: type(estimator).__name__)


@pytest.fixture(scope="module")
def x(rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = rows / rows.std(axis=0)
    return scaled


@pytest.fixture(scope="module")
def y(x: np.ndarray) -> np.ndarray:
    return np.where(x[:, 0] > 0, "right", "left")


def outcome(estimator: Any, x: np.ndarray) -> np.ndarray:
    """Return the numbers that the estimator gives rows."""
    method = next(name for name in ("transform", "predict_proba", "score_samples") if hasattr(estimator, name))
    numbers: np.ndarray = getattr(estimator, method)(x)
    return numbers


@every_kind
def test_one_random_state_gives_one_model_to_the_bit(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    one, other = clone(estimator).fit(x, y), clone(estimator).fit(x, y)
    assert np.array_equal(outcome(one, x), outcome(other, x))
    assert np.array_equal(outcome(one.fit(x, y), x), outcome(other, x))
    seven = clone(estimator).set_params(random_state=7).fit(x, y)
    assert not np.array_equal(outcome(seven, x), outcome(one, x))


@every_kind
def test_a_random_state_object_is_drawn_from_as_scikit_learn_does(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    first = outcome(clone(estimator).set_params(random_state=np.random.RandomState(3)).fit(x, y), x)
    drawn = clone(estimator).set_params(random_state=np.random.RandomState(3))
    assert np.array_equal(outcome(drawn.fit(x, y), x), first)
    assert not np.array_equal(outcome(drawn.fit(x, y), x), first)


@every_kind
def test_the_global_generator_is_neither_read_nor_moved(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    unseeded = clone(estimator).set_params(random_state=None)
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    first = outcome(unseeded.fit(x, y), x)
    for part, now in zip(before, np.random.get_state(), strict=True):  # noqa: NPY002
        assert np.array_equal(part, now)
    assert not np.array_equal(outcome(unseeded.fit(x, y), x), first)


@every_kind
@pytest.mark.parametrize("wrong", [-1, 2**32, 0.5, "zero"])
def test_a_random_state_that_is_none_is_refused_by_name(estimator: Any, wrong: Any, x: np.ndarray) -> None:
    with pytest.raises(TrasuntoError, match="random_state must be a whole number from 0"):
        clone(estimator).set_params(random_state=wrong).fit(x, x[:, 0] > 0)


@every_kind
def test_a_warm_start_is_a_longer_training(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    warm = clone(estimator).set_params(warm_start=True).fit(x, y)
    short = outcome(warm, x)
    longer = outcome(clone(estimator).set_params(epochs=12).fit(x, y), x)
    went_on = outcome(warm.fit(x, y), x)
    np.testing.assert_allclose(went_on, longer, rtol=1e-5, atol=1e-6)
    assert not np.allclose(went_on, short, rtol=1e-3)


@every_kind
def test_without_a_warm_start_fit_begins_anew(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    first = clone(estimator).fit(x, y)
    before = outcome(first, x)
    first.fit(-x, y)
    assert np.array_equal(outcome(first.fit(x, y), x), before)


@every_kind
def test_a_warm_start_with_another_network_is_refused(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    warm = clone(estimator).set_params(warm_start=True).fit(x, y)
    with pytest.raises(TrasuntoError, match=r"\[2 tanh\].*on 5 features.*\[3 tanh\].*on 5.*warm_start=False"):
        warm.set_params(latent=3).fit(x, y)
    with pytest.raises(TrasuntoError, match=r"on 5 features.*on 4"):
        warm.set_params(latent=2).fit(x[:, :4], y)


@every_kind
def test_what_is_compiled_is_kept_by_shape_and_not_by_fit(
    estimator: Any, x: np.ndarray, y: np.ndarray, compiled: list[str]
) -> None:
    # Estimators share what is compiled, so each has a network of its own here.
    n, other = 101, clone(estimator).set_params(hidden_layers=(11 + KINDS.index(estimator),))
    outcome(other.fit(x[:n], y[:n]), x[:n])
    assert len(compiled) > 1
    built = len(compiled)
    again = clone(other).set_params(random_state=9, learning_rate=0.03, epochs=3).fit(x[:n] + 1, y[:n])
    for few in (1, 2, 77, 120):
        outcome(again, x[:few])
    outcome(again, np.repeat(x, 20, axis=0))
    assert len(compiled) == built


def test_fewer_rows_than_a_minibatch_are_one(x: np.ndarray) -> None:
    seven = Autoencoder(**{**PLAIN, "batch_size": 7}).fit(x[:7]).transform(x)
    np.testing.assert_allclose(Autoencoder(**PLAIN).fit(x[:7]).transform(x), seven, rtol=1e-5)


@every_kind
def test_patience_stops_early_and_says_so(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    patient = clone(estimator).set_params(learning_rate=1e-12, epochs=50, patience=2, validation_fraction=0.25)
    patient.fit(x, y)
    assert patient.n_iter_ < 50
    assert len(patient.history_["validation_loss"]) == patient.n_iter_ + 1


@every_kind
@pytest.mark.parametrize("tall", [2.0, -0.1])
def test_a_share_of_rows_that_is_none_is_refused(estimator: Any, tall: float, x: np.ndarray, y: np.ndarray) -> None:
    with pytest.raises(ValueError, match="validation_fraction must be"):
        clone(estimator).set_params(patience=2, validation_fraction=tall).fit(x, y)


@every_kind
def test_the_notation_takes_the_place_of_the_flat_parameters(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    flat = outcome(clone(estimator).fit(x, y), x)
    text = clone(estimator).set_params(hidden_layers=(99,), network="[2 tanh] > linear").fit(x, y)
    assert np.array_equal(outcome(text, x), flat)


@every_kind
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hidden_layers": 64}, "hidden_layers must list"),
        ({"hidden_layers": (0,)}, "a width of hidden_layers must be"),
        ({"hidden_layers": (4,), "activation": "rellu"}, "did you mean 'relu'"),
        ({"optimizer": "adm"}, "did you mean 'adam'"),
        ({"noise": 0.1}, "noise is not used without a corruption"),
        ({"network": "[8 linear]"}, "network"),
        ({"patience": 0}, "patience must be"),
    ],
)
def test_a_wrong_parameter_is_refused_by_fit_and_not_before(
    estimator: Any, wrong: dict[str, Any], said: str, x: np.ndarray, y: np.ndarray
) -> None:
    remembered = clone(estimator).set_params(**wrong)
    with pytest.raises(TrasuntoError, match=said):
        remembered.fit(x, y)


@every_kind
def test_a_fitted_estimator_survives_a_pickle(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    fitted = clone(estimator).fit(x, y)
    before = outcome(fitted, x)
    copied = pickle.loads(pickle.dumps(fitted))  # noqa: S301
    assert np.array_equal(outcome(copied, x), before)


def test_an_autoencoder_whose_loss_rises_warns_of_it(x: np.ndarray) -> None:
    with pytest.warns(ConvergenceWarning, match=r"stalled: .* risen from .*smaller learning rate"):
        fitted = Autoencoder(hidden_layers=(16,), learning_rate=3.0, epochs=6, batch_size=20, random_state=0).fit(x)
    assert fitted.model_.courses[0].status == "stalled"
    assert fitted.history_["train_loss"][-1] > 2 * fitted.history_["train_loss"][0]


def test_a_detector_none_of_whose_networks_learnt_anything_is_refused(x: np.ndarray) -> None:
    still = {**PLAIN, "learning_rate": 1e-12, "anomaly_score": "mse"}
    with pytest.raises(TrasuntoError, match="all 2 networks stalled, so there is nothing to detect with"):
        AutoencoderDetector(**{**still, "n_networks": 2}).fit(x)


@every_kind
def test_networks_that_are_not_to_be_trained_are_no_failures(estimator: Any, x: np.ndarray, y: np.ndarray) -> None:
    assert clone(estimator).set_params(epochs=0).fit(x, y).n_iter_ == 0


@pytest.mark.parametrize("kind", [Autoencoder, AutoencoderClassifier, AutoencoderDetector])
def test_an_output_that_cannot_reach_the_rows_is_warned_of(kind: Any, x: np.ndarray, y: np.ndarray) -> None:
    with pytest.warns(TrasuntoWarning, match="output 'relu' gives values from 0 up, and .* training rows of X"):
        kind(**PLAIN, output="relu").fit(x, y)


@pytest.mark.parametrize("kind", [Autoencoder, AutoencoderClassifier, AutoencoderDetector])
def test_cross_entropy_of_rows_outside_0_to_1_is_refused(kind: Any, x: np.ndarray, y: np.ndarray) -> None:
    with pytest.raises(TrasuntoError, match=r"loss 'bce' needs values between 0 and 1.*those of X go from"):
        kind(**PLAIN, output="sigmoid", loss="bce").fit(x, y)
