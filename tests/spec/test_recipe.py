from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import LayerShape, Recipe, Structure, parse
from trasunto.spec.legal import DEFAULTED

NETWORK = "[64 sigmoid drop=0.1] > sigmoid"


@given(...)
def test_a_recipe_reads_back_from_its_json_as_the_same_recipe(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


@given(st.text() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_other_text_in_place_of_json_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        Recipe.from_json(text)


@given(
    st.dictionaries(
        st.sampled_from(["network", "loss", "optimizer", "momentum", "epochs", "huber_delta"]),
        st.integers() | st.floats() | st.text(),
    )
)
def test_any_values_in_json_are_taken_or_refused(values: dict[str, Any]) -> None:
    try:
        recipe = Recipe.from_json(json.dumps({"network": NETWORK} | values))
    except RecipeError:
        return
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "the recipe is not JSON: "),
        ("[" * 100_000, "the recipe is not JSON: "),
        ("[]", "the recipe must be a JSON object with at least the key 'network'"),
        ("{}", "the recipe must be a JSON object with at least the key 'network'"),
        ('{"network": "[8 relu] > linear", "epoch": 3}', "recipe field 'epoch' is not known, did you mean 'epochs'?"),
        (
            '{"network": "[8 relu] > linear", "learning_rate": NaN}',
            "learning_rate must be a finite number above 0, not nan",
        ),
        ('{"network": "[8 relu] > linear", "epochs": null}', "epochs must be a whole number"),
        ('{"network": 8}', "network must be a text like '[64 sigmoid] > sigmoid' or a Network, not int"),
    ],
)
def test_json_that_is_no_recipe_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        Recipe.from_json(text)
    assert str(refusal.value).startswith(sentence)


def test_a_default_and_the_same_number_written_out_are_one_recipe() -> None:
    assert Recipe(NETWORK, optimizer="adam") == Recipe(NETWORK, optimizer="adam", beta1=0.9, epsilon=1e-8)
    assert hash(Recipe(NETWORK)) == hash(Recipe(parse(NETWORK), learning_rate=1e-3))


def test_a_field_holds_the_default_in_use_and_none_where_the_number_is_not_used() -> None:
    recipe = Recipe(NETWORK, optimizer="rmsprop", loss="huber")
    held = {name: getattr(recipe, name) for name in DEFAULTED}
    in_use = {"decay": 0.99, "epsilon": 1e-8, "momentum": 0.0, "huber_delta": 1.0}
    assert held == dict.fromkeys(DEFAULTED) | in_use


def test_numbers_are_those_in_use_and_the_layers_own() -> None:
    recipe = Recipe("16 relu l1=1e-4 > [8 relu drop=0.5] > linear", optimizer="sgd", learning_rate=0.95, momentum=0.9)
    assert recipe.numbers == {"learning_rate": 0.95, "momentum": 0.9, "1.l1": 1e-4, "2.drop": 0.5}


def test_structure_holds_what_shapes_the_program_and_no_number_that_varies() -> None:
    recipe = Recipe(NETWORK, loss="bce", optimizer="sgd", nesterov=True, batch_size=1000, frozen="encoder")
    assert recipe.structure == Structure(
        layers=(LayerShape(64, "sigmoid", ("drop",)),),
        latent=0,
        output="sigmoid",
        loss="bce",
        optimizer="sgd",
        nesterov=True,
        batch_size=1000,
        initialisation="torch",
        frozen="encoder",
    )
    assert recipe.replace(learning_rate=0.5, epochs=500, order_seed=1).structure == recipe.structure


def test_an_option_at_zero_is_no_option() -> None:
    assert Recipe("[64 sigmoid drop=0] > sigmoid") == Recipe("[64 sigmoid] > sigmoid")


def test_another_optimizer_brings_its_own_defaults() -> None:
    assert Recipe(NETWORK, optimizer="adam").replace(optimizer="adam_keras") == Recipe(NETWORK, optimizer="adam_keras")
    assert Recipe(NETWORK, optimizer="adam").replace(optimizer="sgd") == Recipe(NETWORK, optimizer="sgd")
    assert Recipe(NETWORK, loss="huber").replace(loss="mse") == Recipe(NETWORK)


def test_a_number_that_was_chosen_is_kept_or_refused_but_never_dropped() -> None:
    chosen = Recipe(NETWORK, optimizer="sgd", momentum=0.9)
    assert chosen.replace(optimizer="rmsprop").momentum == 0.9
    with pytest.raises(RecipeError, match="momentum is not used by optimizer 'adam'"):
        chosen.replace(optimizer="adam")
    assert chosen.replace(optimizer="adam", momentum=None) == Recipe(NETWORK)


def test_numbers_can_be_changed_by_the_names_they_have() -> None:
    recipe = Recipe(NETWORK, optimizer="sgd").with_numbers({"momentum": 0.5, "1.drop": 0.2, "1.l2": 0.0})
    assert recipe == Recipe("[64 sigmoid drop=0.2] > sigmoid", optimizer="sgd", momentum=0.5)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0, not 0.0"),
        ({"learning_rate": float("inf")}, "learning_rate must be a finite number above 0, not inf"),
        ({"optimizer": "sgd", "momentum": 1}, "momentum must be a number in [0, 1), not 1.0"),
        (
            {"momentum": 0.9},
            "momentum is not used by optimizer 'adam' with loss 'mse' (they take learning_rate, beta1,",
        ),
        ({"huber_delta": 1.0}, "huber_delta is not used by optimizer 'adam' with loss 'mse'"),
        ({"optimizer": "asgd"}, "optimizer 'asgd' is not known, did you mean 'sgd'?"),
        ({"loss": "mes"}, "loss 'mes' is not known, did you mean 'mse'?"),
        ({"network": "[8 relu] > linear", "loss": "bce"}, "loss 'bce' needs a network that ends in sigmoid"),
        ({"nesterov": True}, "nesterov is for optimizer 'sgd' and cannot be set with 'adam'"),
        ({"nesterov": 1}, "nesterov must be true or false, not 1"),
        ({"batch_size": 0}, "batch_size must be a whole number from 1"),
        ({"epochs": 2.5}, "epochs must be a whole number from 0"),
        ({"validation": 1.0}, "validation must be a number in [0, 1), not 1.0"),
        ({"order_seed": -1}, "order_seed must be a whole number from 0"),
        ({"frozen": "decoder"}, "frozen 'decoder' is not known"),
        ({"network": None}, "network must be a text like"),
    ],
)
def test_what_cannot_be_trained_is_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        Recipe(**{"network": NETWORK, **values})
    assert str(refusal.value).startswith(sentence)
    with pytest.raises(RecipeError) as refusal:
        Recipe(NETWORK).replace(**values)
    assert str(refusal.value).startswith(sentence)


def test_replacing_a_field_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="recipe field 'momentun' is not known, did you mean 'momentum'"):
        Recipe(NETWORK).replace(momentun=0.9)


def test_zero_epochs_are_legal_for_a_network_that_is_only_looked_at() -> None:
    assert Recipe(NETWORK, epochs=0).epochs == 0


def test_parameters_of_a_classifier_are_those_of_encoder_and_head() -> None:
    assert Recipe(NETWORK).parameters(784) == 101_200
    assert Recipe(NETWORK, loss="cross_entropy").parameters(784, classes=10) == 785 * 64 + 65 * 10


def test_a_recipe_is_frozen_and_a_copy_of_it_is_the_same() -> None:
    recipe = Recipe(NETWORK)
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.epochs = 3  # type: ignore[misc]
    assert copy.deepcopy(recipe) == recipe
