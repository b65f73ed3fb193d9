from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Grid, Recipe
from trasunto.spec.identity import member_ids
from trasunto.spec.legal import DEFAULTED, WEIGHED, WORDS

SGD = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd")
DEEP = Recipe("32 relu drop=0.1 > [8 relu l1=1e-4] > 32 relu drop=0.2 > linear")


def test_a_grid_is_the_full_product_with_its_first_axis_slowest() -> None:
    grid = SGD.grid(learning_rate=[0.1, 0.2], momentum=[0, 0.5, 0.9])
    assert len(grid) == 6
    assert grid.columns["learning_rate"].tolist() == [0.1, 0.1, 0.1, 0.2, 0.2, 0.2]
    assert grid.columns["momentum"].tolist() == [0.0, 0.5, 0.9, 0.0, 0.5, 0.9]
    assert grid.axes == {"learning_rate": (0.1, 0.2), "momentum": (0.0, 0.5, 0.9)}


def test_each_member_has_the_recipe_that_its_numbers_say() -> None:
    grid = SGD.grid(learning_rate=[0.1, 0.2], momentum=[0, 0.5, 0.9])
    assert grid.recipe_at(4) == SGD.replace(learning_rate=0.2, momentum=0.5)
    for i in range(len(grid)):
        assert grid.recipe_at(i).numbers == {name: column[i] for name, column in grid.numbers().items()}
        assert grid.recipe_at(i).structure == grid.structure


def test_numbers_that_do_not_vary_have_a_column_too() -> None:
    numbers = SGD.grid(momentum=[0.1, 0.2]).numbers()
    assert list(numbers) == ["learning_rate", "momentum", "1.drop"]
    assert numbers["1.drop"].tolist() == [0.1, 0.1]
    assert all(column.shape == (2,) and column.dtype == np.float64 for column in numbers.values())


def test_a_grid_of_nothing_is_one_member() -> None:
    assert len(SGD.grid()) == 1
    assert SGD.grid().recipe_at(0) == SGD
    assert {name: column.tolist() for name, column in SGD.grid().numbers().items()} == {
        name: [value] for name, value in SGD.numbers.items()
    }


def test_an_option_alone_varies_it_on_every_layer_that_carries_it() -> None:
    grid = DEEP.grid(drop=[0.3, 0.4])
    assert list(grid.axes) == ["drop"]
    assert str(grid.recipe_at(1).network) == "32 relu drop=0.4 > [8 relu l1=1e-4] > 32 relu drop=0.4 > linear"
    assert {name: grid.numbers()[name].tolist() for name in ("1.drop", "3.drop")} == {
        "1.drop": [0.3, 0.4],
        "3.drop": [0.3, 0.4],
    }


def test_one_layers_option_varies_alone_even_where_the_recipe_has_none() -> None:
    grid = DEEP.grid(**{"2.drop": [0, 0.5]})
    assert [shape.options for shape in grid.structure.layers] == [("drop",), ("drop", "l1"), ("drop",)]
    assert grid.numbers()["2.drop"].tolist() == [0.0, 0.5]
    assert grid.recipe_at(0) == DEEP


def test_an_option_that_no_member_uses_is_not_in_the_program() -> None:
    grid = DEEP.grid(drop=[0])
    assert [shape.options for shape in grid.structure.layers] == [(), ("l1",), ()]
    assert "1.drop" not in grid.numbers()


def test_columns_need_not_be_a_product() -> None:
    grid = Grid(SGD, {"learning_rate": np.array([0.1, 0.2, 0.3]), "momentum": np.array([0.9, 0.9, 0.1])})
    assert grid.recipe_at(2) == SGD.replace(learning_rate=0.3, momentum=0.1)
    assert grid.axes["momentum"] == (0.9, 0.1)


def test_a_million_members_are_no_million_objects() -> None:
    grid = SGD.grid(learning_rate=np.linspace(0.001, 1, 1000), momentum=np.linspace(0, 0.999, 1000))
    assert len(grid) == 1_000_000
    assert grid.numbers()["1.drop"].strides == (0,)
    assert grid.recipe_at(999_999).numbers == {"learning_rate": 1.0, "momentum": 0.999, "1.drop": 0.1}


def test_columns_cannot_be_written_to() -> None:
    grid = SGD.grid(momentum=[0.1, 0.2])
    with pytest.raises(ValueError, match="read-only"):
        grid.columns["momentum"][0] = 5.0


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"momentum": [0.5, 1.0]}, "momentum must be a number in [0, 1), not 1.0"),
        ({"learning_rate": [0.1, float("nan")]}, "learning_rate must be a finite number above 0, not nan"),
        ({"drop": [0.1, -0.1]}, "drop must be a number in [0, 1), not -0.1"),
        ({"1.l1": [-1]}, "1.l1 must be a finite number of at least 0, not -1.0"),
        ({"momentum": []}, "momentum must be given a list of numbers"),
        ({"momentum": 0.5}, "momentum must be given a list of numbers"),
        ({"momentum": ["a"]}, "momentum must be given a list of numbers"),
        ({"momentum": [[0.1], [0.2, 0.3]]}, "momentum must be given a list of numbers"),
        ({"momentum": [True]}, "momentum must be given a list of numbers"),
        ({"momentum": [0.1, 0.1]}, "momentum lists a value twice"),
        ({"beta1": [0.9]}, "beta1 is not used by optimizer 'sgd' with loss 'mse' (they take learning_rate, momentum)"),
        ({"l1": [0.1]}, "no layer carries l1, so it cannot vary: write it on one, as '64 relu l1=0.1'"),
        ({"drop": [0.1], "1.drop": [0.2]}, "1.drop is varied by two columns of the grid (drop, 1.drop)"),
        ({"momentun": [0.1]}, "number 'momentun' is not known, did you mean 'momentum'?"),
        ({"2.drop": [0.1]}, "number '2.drop' is not known"),
    ],
)
def test_an_axis_that_cannot_be_is_refused(axes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        SGD.grid(**axes)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("network", "`trasunto sweep`"),
        ("hidden", "`trasunto study hidden-size`"),
        ("latent", "`trasunto study latent-loss`"),
        ("depth", "`trasunto study depth-loss`"),
        ("epochs", "pass a list of recipes"),
        ("seed", "trained with all seeds"),
    ],
)
def test_what_varies_in_no_grid_is_refused_with_what_varies_it(name: str, named: str) -> None:
    with pytest.raises(RecipeError, match=f"^{name} cannot vary within a grid.*{named}"):
        SGD.grid(**{name: [1, 2]})


WIDE = Recipe("8 relu > [2 relu] > mirror > sigmoid", optimizer="sgd")


def test_every_field_but_the_network_and_the_epochs_varies_in_a_grid() -> None:
    others = {"network", "epochs", "learning_rate", *DEFAULTED, *WEIGHED}
    assert {field.name for field in fields(Recipe)} - others == set(WORDS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("loss", ["mse", "bce"]),
        ("optimizer", ["sgd", "adam", "rmsprop"]),
        ("nesterov", [False, True]),
        ("batch_size", [16, 32]),
        ("initialisation", ["torch", "keras"]),
        ("validation", [0.0, 0.25]),
        ("order_seed", [0, 1]),
        ("frozen", ["", "encoder"]),
        ("corruption", ["", "masking"]),
        ("tied", [True, False]),
        ("schedule", ["constant", "cosine"]),
        ("agreement", [False, True]),
    ],
)
def test_words_vary_as_numbers_do(name: str, values: list[Any]) -> None:
    grid = WIDE.grid(**{"learning_rate": [0.1, 0.2], name: values})
    wanted = [WIDE.replace(**{"learning_rate": rate, name: value}) for rate in (0.1, 0.2) for value in values]
    assert [grid.recipe_at(i) for i in range(len(grid))] == wanted
    assert grid.axes == {"learning_rate": (0.1, 0.2), name: tuple(values)}
    assert [id for recipe in wanted for id in member_ids(recipe.grid(), [0, 3], "rows")] == member_ids(
        grid, [0, 3], "rows"
    )


def test_a_number_that_a_word_brings_varies_with_it() -> None:
    grid = WIDE.grid(corruption=["gaussian", "masking"], noise=[0.1, 0.2])
    assert grid.recipe_at(3) == WIDE.replace(corruption="masking", noise=0.2)


def test_arrays_of_words_vary_too() -> None:
    assert WIDE.grid(tied=np.array([True, False]), loss=np.array(["bce"])).recipe_at(1) == WIDE.replace(loss="bce")


def test_members_that_differ_in_words_share_no_program() -> None:
    grid = WIDE.grid(loss=["mse", "bce"])
    with pytest.raises(RecipeError, match="differ in loss do not share a program"):
        _ = grid.structure
    with pytest.raises(RecipeError, match="differ in loss do not share a program"):
        grid.numbers()


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"loss": ["mse", "bec"]}, "loss 'bec' is not known, did you mean 'bce'?"),
        ({"loss": "mse"}, "loss must be given a list of values to vary it in a grid (legal: mse, mae, "),
        ({"tied": ["true"]}, "tied must be true or false, not 'true'"),
        ({"batch_size": [8, 0.5]}, "batch_size must be a whole number from 1"),
        ({"loss": ["mse", "mse"]}, "loss lists a value twice"),
        (
            {"optimizer": ["sgd", "adam"], "momentum": [0.0, 0.9]},
            "the grid holds a recipe that cannot be trained (optimizer adam): momentum is not used by optimizer 'adam'",
        ),
        (
            {"nesterov": [True], "optimizer": ["adam"]},
            "the grid holds a recipe that cannot be trained (nesterov True, ",
        ),
    ],
)
def test_words_that_cannot_be_are_refused(axes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        WIDE.grid(**axes)
    assert str(refusal.value).startswith(sentence)


def test_a_grid_beyond_what_columns_can_hold_is_refused_before_it_is_made() -> None:
    with pytest.raises(RecipeError, match="a grid may have 10,000,000 members, not 1,000,000,000,000"):
        SGD.grid(learning_rate=np.arange(1, 1_000_001), momentum=np.arange(1_000_000) / 1e6)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(RecipeError, match="of one length: learning_rate, momentum"):
        Grid(SGD, {"learning_rate": np.array([0.1, 0.2]), "momentum": np.array([0.5])})
