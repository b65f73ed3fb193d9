from __future__ import annotations

import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Layer, Recipe, parse
from trasunto.spec.structure import Structure

NETWORK = "5 relu > [3 tanh] > 5 relu > linear"


def shapes(structure: Structure) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in structure.arrays.items()}


def test_layers_follow_each_other_from_the_rows_to_the_rows() -> None:
    parts = Recipe(NETWORK).structure.on(7).parts
    assert [(part.name, part.takes, part.size.gives) for part in parts] == [
        ("1", (7,), (5,)),
        ("2", (5,), (3,)),
        ("3", (3,), (5,)),
        ("output", (5,), (7,)),
    ]
    assert [part.size.products for part in parts] == [35, 15, 15, 35]


def test_images_have_their_shape_up_to_the_first_layer_that_takes_them_flat() -> None:
    structure = Recipe(NETWORK).structure.on((4, 2, 1))
    assert (structure.d, structure.z, structure.parts[0].takes) == (8, 3, (4, 2, 1))
    assert shapes(structure) == shapes(Recipe(NETWORK).structure.on(8))
    assert Recipe(NETWORK).parameters((4, 2, 1)) == Recipe(NETWORK).parameters(8)


def test_a_normal_layer_has_two_sums_and_one_value_a_unit() -> None:
    latent = Recipe("5 relu > [3 normal] > mirror > linear").structure.on(7).parts[1].size
    assert (latent.sums, latent.gives, latent.products) == (6, (3,), 30)


def test_a_tied_decoder_has_biases_of_its_own_and_kernels_that_are_lent() -> None:
    structure = Recipe(NETWORK, tied=True).structure.on(7)
    assert [(part.lender, list(part.own)) for part in structure.parts] == [
        (None, ["kernel", "bias"]),
        (None, ["kernel", "bias"]),
        ("2", ["bias"]),
        ("1", ["bias"]),
    ]


def test_a_classifier_has_a_head_in_place_of_its_decoder() -> None:
    structure = Recipe(NETWORK, loss="cross_entropy").structure.on(7, classes=4)
    assert [part.name for part in structure.parts] == ["1", "2", "head"]
    assert shapes(structure)["head.kernel"] == (3, 4)


def test_the_encoder_ends_with_the_latent_layer() -> None:
    structure = Recipe(NETWORK).structure
    named = ("1.kernel", "2.bias", "3.kernel", "output.bias", "head.kernel")
    assert [name for name in named if structure.encodes(name)] == ["1.kernel", "2.bias"]


def test_no_layer_has_a_size_before_there_are_rows() -> None:
    with pytest.raises(AssertionError, match="depends on the rows"):
        _ = Recipe(NETWORK).structure.arrays


def test_a_kind_that_the_activation_implies_is_not_written() -> None:
    assert parse("64 dense relu > [8 normal] > linear") == parse("64 relu > [8 normal] > linear")
    assert Layer(8, "normal").kind == "normal"
    assert str(Layer(8, "relu", kind="dense")) == "8 relu"
    with pytest.raises(RecipeError, match="no activation of its own"):
        Layer(8, "relu", kind="normal")
    with pytest.raises(RecipeError, match="kind 'conv' is not known"):
        Layer(8, "relu", kind="conv")
