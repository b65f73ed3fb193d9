from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import Recipe, identity, member_id, member_ids

RECIPE = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.95, momentum=0.95, batch_size=1000)


def test_an_id_is_what_it_was_when_stores_were_written() -> None:
    assert (
        member_id(RECIPE, 0, "rows") == "64ab0b8269f5353f"
    )  # if this changes, so must FORMAT_VERSION or NUMERICS_VERSION


@pytest.mark.parametrize(
    "changes",
    [
        {"network": "[64 sigmoid drop=0.2] > sigmoid"},
        {"network": "[64 sigmoid l1=0.1] > sigmoid"},
        {"network": "[64 sigmoid] > sigmoid"},
        {"network": "64 sigmoid drop=0.1 > [64 sigmoid] > sigmoid"},
        {"network": "[64 sigmoid drop=0.1] > linear"},
        {"loss": "mae"},
        {"optimizer": "rmsprop"},
        {"learning_rate": 0.9},
        {"momentum": 0.0},
        {"nesterov": True},
        {"batch_size": 64},
        {"initialisation": "keras"},
        {"order_seed": 1},
        {"frozen": "encoder"},
    ],
)
def test_whatever_changes_the_weights_changes_the_id(changes: dict[str, Any]) -> None:
    assert member_id(RECIPE.replace(**changes), 0, "rows") != member_id(RECIPE, 0, "rows")


def test_seed_rows_dtype_and_start_change_the_id() -> None:
    ids = [
        member_id(RECIPE, 0, "rows"),
        member_id(RECIPE, 1, "rows"),
        member_id(RECIPE, 0, "other rows"),
        member_id(RECIPE, 0, "rows", dtype="float64"),
        member_id(RECIPE, 0, "rows", start="checksum"),
    ]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("version", "dtypes"),
    [
        ("FORMAT_VERSION", {"float32", "float64"}),
        ("NUMERICS_VERSION", {"float32"}),
        ("NUMERICS_VERSION_DOUBLE", {"float64"}),
    ],
)
def test_a_raised_version_changes_every_id(version: str, dtypes: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before = {dtype: member_id(RECIPE, 0, "rows", dtype=dtype) for dtype in ("float32", "float64")}
    monkeypatch.setattr(identity, version, 3)
    assert {dtype for dtype in before if member_id(RECIPE, 0, "rows", dtype=dtype) != before[dtype]} == dtypes


def test_how_long_to_train_and_how_the_rows_were_split_are_not_in_the_id() -> None:
    assert member_id(RECIPE.replace(epochs=500, validation=0.2), 0, "rows") == member_id(RECIPE, 0, "rows")


def test_the_same_training_said_otherwise_has_the_same_id() -> None:
    plain = Recipe("[8 relu] > linear")
    assert member_id(Recipe("[8 relu drop=0 l1=0] > linear", beta1=0.9), 0, "rows") == member_id(plain, 0, "rows")


def test_numbers_count_as_they_are_in_the_precision_of_the_training() -> None:
    near = RECIPE.replace(learning_rate=0.95 + 1e-12)
    assert member_id(near, 0, "rows") == member_id(RECIPE, 0, "rows")
    assert member_id(near, 0, "rows", dtype="float64") != member_id(RECIPE, 0, "rows", dtype="float64")
    assert member_id(RECIPE.replace(learning_rate=1e300), 0, "rows") != member_id(RECIPE, 0, "rows")


def test_a_grids_ids_are_those_of_its_recipes_with_seeds_fastest() -> None:
    grid = RECIPE.grid(momentum=[0.5, 0.9], drop=[-0.0, 0.1])
    ids = member_ids(grid, [3, 4], "rows", start="checksum")
    alone = [member_id(grid.recipe_at(i), seed, "rows", start="checksum") for i in range(4) for seed in (3, 4)]
    assert ids == alone


@given(...)
def test_every_recipe_has_an_id_that_its_json_keeps(recipe: Recipe) -> None:
    again = Recipe.from_json(recipe.to_json())
    assert member_id(again, 0, "rows") == member_id(recipe, 0, "rows")
    assert len(bytes.fromhex(member_id(recipe, 0, "rows"))) == 8


@given(st.integers(2, 40))
def test_members_of_a_grid_are_told_apart(count: int) -> None:
    grid = RECIPE.grid(learning_rate=np.linspace(0.05, 0.95, count))
    assert len(set(member_ids(grid, range(3), "rows"))) == 3 * count


@pytest.mark.parametrize("seed", [-1, 0.5, True, 2**32])
def test_a_seed_is_a_whole_number_that_a_random_stream_can_start_from(seed: Any) -> None:
    with pytest.raises(RecipeError, match="seed must be a whole number from 0 to 4,294,967,295"):
        member_id(RECIPE, seed, "rows")
