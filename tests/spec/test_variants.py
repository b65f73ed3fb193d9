"""Corruption, tying, contraction, clipping and a variational latent: data in a recipe, which a grid can vary."""

from __future__ import annotations

import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Recipe, member_id, member_ids, parse

NETWORK = "16 relu > [8 relu] > mirror > linear"
VARIATIONAL = "16 relu > [8 normal kl=0.5] > 16 relu > linear"


def id_of(recipe: Recipe) -> str:
    return member_id(recipe, 0, "rows")


def test_a_normal_latent_round_trips_with_its_weight_zero_included() -> None:
    for text in (VARIATIONAL, VARIATIONAL.replace("0.5", "0"), VARIATIONAL.replace("0.5", "1")):
        assert str(parse(text)) == text
    assert str(parse("[8 normal] > linear")) == "[8 normal kl=1] > linear"


def test_a_normal_latent_has_two_sums_a_unit() -> None:
    rows = parse(VARIATIONAL).rows(29)
    assert [(row.width, row.parameters) for row in rows] == [(16, 480), (8, 17 * 16), (16, 9 * 16), (29, 17 * 29)]


def test_a_tied_decoder_has_biases_only() -> None:
    tied = Recipe(NETWORK, tied=True)
    assert tied.parameters(29) == Recipe(NETWORK).parameters(29) - 8 * 16 - 16 * 29


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("16 normal > [8 relu] > linear", "network entry 1, character 4: activation 'normal' is not known"),
        (
            "[8 relu kl=1] > linear",
            "network entry 1, character 9: 'kl' is for a latent layer that is 'normal', not 'relu'",
        ),
        ("[8 normal] > normal", "network entry 2, character 14: output activation 'normal' is not known"),
    ],
)
def test_normal_and_kl_are_for_the_latent_layer(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        parse(text)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"network": "16 relu > [8 relu] > 12 relu > linear"}, "tied needs a decoder as wide as the encoder reversed"),
        ({"network": VARIATIONAL}, "tied needs a latent layer that is not 'normal'"),
        ({"network": NETWORK, "loss": "cross_entropy"}, "tied is for networks with a decoder"),
    ],
)
def test_what_cannot_be_tied_is_refused(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        Recipe(**fields, tied=True)  # type: ignore[arg-type]


def test_noise_belongs_to_a_corruption_and_is_a_share_where_values_are_taken_away() -> None:
    assert Recipe(NETWORK, corruption="gaussian", noise=3).noise == 3
    with pytest.raises(RecipeError, match=r"noise is not used without a corruption .*gaussian, masking, swap"):
        Recipe(NETWORK, noise=0.1)
    with pytest.raises(RecipeError, match=r"a number in \[0, 1\], not 1\.5"):
        Recipe(NETWORK, corruption="swap", noise=1.5)


def test_each_of_them_can_vary_in_a_grid() -> None:
    recipe = Recipe(VARIATIONAL, corruption="masking")
    grid = recipe.grid(noise=[0.1, 0.3], contraction=[0, 0.1], clip_norm=[0, 1], kl=[0, 1])
    assert len(grid) == 16
    assert grid.structure.contractive
    assert grid.structure.clipped
    assert grid.recipe_at(1).network.encoder[-1].kl == 1
    assert len(set(member_ids(grid, [0], "rows"))) == 16


def test_a_member_of_a_grid_has_the_id_that_it_has_alone() -> None:
    grid = Recipe(NETWORK).grid(contraction=[0, 0.1], clip_norm=[0, 1])
    assert member_ids(grid, [0], "rows") == [id_of(grid.recipe_at(i)) for i in range(4)]


def test_everything_that_changes_the_training_changes_the_id() -> None:
    recipes = [
        Recipe(NETWORK),
        Recipe(NETWORK, tied=True),
        Recipe(NETWORK, contraction=0.1),
        Recipe(NETWORK, clip_norm=1),
        *(Recipe(NETWORK, corruption=word) for word in ("gaussian", "masking", "swap")),
        *(Recipe(NETWORK, schedule=word) for word in ("cosine", "step", "plateau")),
    ]
    assert len({id_of(recipe) for recipe in recipes}) == len(recipes)


def test_what_was_trained_before_these_existed_keeps_its_id() -> None:
    """Ids of stores that people have: raise a version, not this expectation."""
    assert id_of(Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95)) == "289bde428f2b8e1d"
    assert (
        id_of(Recipe("64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu > linear", optimizer="adam_keras"))
        == "d89a3b1e5c875368"
    )
