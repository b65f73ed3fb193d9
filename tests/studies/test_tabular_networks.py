from __future__ import annotations

import pytest

from trasunto.errors import RecipeError
from trasunto.spec import parse
from trasunto.studies.tabular_networks import (
    WIDTHS,
    bad_latent_recipe,
    depth_recipe,
    latent_recipe,
    layer_table,
    paper_recipe,
    trained_as_the_paper,
)


def test_the_papers_networks_have_the_papers_numbers_of_parameters() -> None:
    assert paper_recipe().parameters(29) == 9589
    assert latent_recipe(32).parameters(29) == 28349
    assert [row.parameters for row in paper_recipe().network.rows(29)] == [1920, 2080, 792, 800, 2112, 1885]
    assert [row.parameters for row in latent_recipe(32).network.rows(29)] == [3840, 8256, 2080, 2112, 8320, 3741]


def test_they_are_trained_in_keras_terms_for_as_long_as_the_paper_says() -> None:
    for recipe, epochs in ((paper_recipe(), 100), (latent_recipe(8), 100), (bad_latent_recipe(), 30)):
        assert (recipe.optimizer, recipe.learning_rate, recipe.epsilon) == ("adam_keras", 1e-3, 1e-7)
        assert (recipe.batch_size, recipe.initialisation, recipe.loss) == (64, "keras", "mse")
        assert recipe.epochs == epochs
        assert recipe.agreement


def test_penalties_stand_where_the_paper_has_them() -> None:
    assert paper_recipe().network.options == {"2.l1": 1e-4, "4.l1": 1e-4}
    assert bad_latent_recipe().network.options == {"3.l1": 0.1}
    assert str(bad_latent_recipe().network) == "32 relu > 24 relu > [32 relu l1=0.1] > 24 relu > 32 relu > linear"


@pytest.mark.parametrize("layers", range(1, len(WIDTHS) + 1))
def test_each_depth_is_the_one_before_with_one_more_layer(layers: int) -> None:
    network = depth_recipe(layers, 16).network
    assert [layer.units for layer in network.encoder] == [*WIDTHS[:layers], 16]
    assert network.decoder == network.encoder[-2::-1]
    assert {layer.activation for layer in network.layers} == {"relu"}


def test_two_layers_are_the_network_of_the_latent_sizes_so_that_studies_share_it() -> None:
    assert depth_recipe(2, 16) == latent_recipe(16)


def test_no_layer_is_narrower_than_the_latent_one() -> None:
    assert [layer.units for layer in depth_recipe(5, 28).network.encoder] == [128, 64, 32, 28, 28, 28]


@pytest.mark.parametrize("layers", [0, 6])
def test_a_depth_that_is_not_defined_is_refused(layers: int) -> None:
    with pytest.raises(RecipeError, match=f"{layers} hidden layers a side .*legal: 1 to 5"):
        depth_recipe(layers, 16)


def test_a_layer_table_begins_with_the_input_and_adds_up() -> None:
    table = layer_table(paper_recipe().network, 29)
    assert [(line.layer, line.width) for line in table.lines][:2] == [("input", 29), ("encoder 1", 64)]
    assert [line.penalty for line in table.lines] == [0, 0, 1e-4, 0, 1e-4, 0, 0]
    assert sum(line.parameters for line in table.lines) == table.parameters == 9589
    assert parse(table.network) == paper_recipe().network


def test_terms_can_differ() -> None:
    recipe = trained_as_the_paper("[2 relu] > linear", schedule="cosine", epochs=7)
    assert (recipe.schedule, recipe.schedule_epochs, recipe.batch_size) == ("cosine", 7, 64)
