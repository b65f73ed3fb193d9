"""What scikit-learn asks of every estimator, by its own checks; none of them is expected to fail."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from trasunto.estimators import Autoencoder, AutoencoderClassifier, AutoencoderDetector
from trasunto.estimators.network_estimator import RECIPE_PARAMETERS
from trasunto.spec import Network, Recipe
from trasunto.spec.legal import FIELDS

# One structure for all, and every table in one minibatch: nearly all the time goes into compiling, which they share.
SMALL: dict[str, Any] = {
    "hidden_layers": (),
    "latent": 4,
    "latent_activation": "tanh",
    "batch_size": 1000,
    "learning_rate": 0.05,
    "initialisation": "keras",
}
ESTIMATORS = [
    Autoencoder(**SMALL, epochs=3),
    AutoencoderDetector(**SMALL, epochs=3, n_networks=1),
    AutoencoderClassifier(**SMALL, epochs=30, pretraining_epochs=3),
]

# Not among the checks that scikit-learn generates, though its own estimators are held to them.
TABLES = [
    estimator_checks.check_dataframe_column_names_consistency,
]
TRANSFORMERS = [
    estimator_checks.check_transformer_get_feature_names_out,
    estimator_checks.check_transformer_get_feature_names_out_pandas,
    estimator_checks.check_set_output_transform,
    estimator_checks.check_set_output_transform_pandas,
    estimator_checks.check_global_output_transform_pandas,
]


@parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_scikit_learn_finds_nothing_amiss(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.mark.parametrize("check", TABLES, ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
def test_the_names_of_columns_are_kept_and_held_to(estimator: Any, check: Callable[[str, Any], None]) -> None:
    check(type(estimator).__name__, clone(estimator))


# They fit on a frame and transform an array on purpose, or the reverse; scikit-learn's own estimators warn of that too.
@pytest.mark.filterwarnings("ignore:X .*feature names:UserWarning")
@pytest.mark.parametrize("check", TRANSFORMERS, ids=lambda check: check.__name__)
def test_latents_have_names_and_come_as_they_are_asked_for(check: Callable[[str, Any], None]) -> None:
    check("Autoencoder", clone(ESTIMATORS[0]))


@pytest.mark.parametrize("kind", [Autoencoder, AutoencoderClassifier, AutoencoderDetector])
def test_every_parameter_is_flat_and_documented(kind: Any) -> None:
    documented = " ".join(inspect.getdoc(one) or "" for one in kind.__mro__ if one.__module__.startswith("trasunto"))
    parameters = kind().get_params(deep=False)
    assert len(parameters) > 20
    for name, value in parameters.items():
        assert name in documented
        assert isinstance(value, str | int | float | tuple | None)


def test_parameters_that_a_recipe_has_too_are_called_as_there() -> None:
    assert set(RECIPE_PARAMETERS) == set(FIELDS) - {"validation", "order_seed", "frozen"}
    assert set(Autoencoder().get_params()) >= set(RECIPE_PARAMETERS)
    assert isinstance(Autoencoder()._recipe(5, 0).network, Network)


def test_every_field_of_a_recipe_is_reached() -> None:
    recipe = Recipe(
        "[3 tanh] > linear",
        loss="huber",
        huber_delta=0.5,
        optimizer="rmsprop",
        decay=0.9,
        epsilon=1e-5,
        momentum=0.3,
        schedule="step",
        schedule_epochs=2,
        schedule_factor=0.3,
        corruption="masking",
        noise=0.2,
        clip_norm=2.0,
        agreement=True,
        order_seed=4,
    )
    asked = {name: getattr(recipe, name) for name in RECIPE_PARAMETERS}
    assert Autoencoder(network=str(recipe.network), **asked)._recipe(5, 4) == recipe
    assert clone(Autoencoder(nesterov=True, optimizer="sgd"))._recipe(5, 0).nesterov
    assert Autoencoder(beta1=0.5, beta2=0.6)._recipe(5, 0).beta2 == 0.6
