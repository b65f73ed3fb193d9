"""Laws of every space: what is drawn or listed is legal, complete, and becomes a recipe. Mistakes are refused."""

from __future__ import annotations

import doctest
import json
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import Recipe, constraints, domains, hourglass, space, space_reading
from trasunto.spec.domains import read_domain
from trasunto.spec.space import Space
from trasunto.spec.space_reading import read_space

QUICK = settings(max_examples=60, deadline=None)


@st.composite
def integers(draw: st.DrawFn, lowest: int = 1, highest: int = 64) -> dict[str, Any]:
    low = draw(st.integers(lowest, highest - 1))
    table: dict[str, Any] = {"integers": [low, draw(st.integers(low + 1, highest))]}
    if draw(st.booleans()):
        table["log"] = True
    elif draw(st.booleans()):
        table["step"] = draw(st.integers(1, 9))
    if draw(st.booleans()):
        table["points"] = draw(st.integers(1, 5))
    return table


@st.composite
def numbers(draw: st.DrawFn, lowest: float, highest: float) -> dict[str, Any]:
    low = draw(st.floats(lowest, 0.9 * highest))
    table: dict[str, Any] = {"range": [low, draw(st.floats(1.01 * low + 1e-9, highest))], "log": draw(st.booleans())}
    return table | {"points": draw(st.integers(1, 5))}


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """A space whose parts are there or not, conditional ones after what they hang on."""
    parts: dict[str, Any] = {
        "depth": draw(integers(1, 4)),
        "width": draw(integers(1, 64)),
        "latent": draw(st.one_of(integers(1, 32), st.just([2, 3, 8]))),
        "activation": ["relu", "tanh"],
        "learning_rate": draw(numbers(1e-5, 0.5)),
        "optimizer": ["sgd", "adam"],
        "momentum": draw(numbers(1e-3, 0.9)) | {"when": {"optimizer": "sgd"}},
        "corruption": ["", "gaussian", "masking"],
        "noise": draw(numbers(1e-3, 0.9)) | {"when": {"corruption": ["gaussian", "masking"]}},
        "tied": [True, False],
    }
    kept = {name: parts[name] for name in parts if draw(st.booleans())}
    if "optimizer" not in kept:
        kept.pop("momentum", None)
    if "corruption" not in kept:
        kept.pop("noise", None)
    rules = draw(st.sampled_from([[], ["latent <= width"], ["parameters <= 3000"], ["latent < width", "depth >= 2"]]))
    return read_space({"epochs": 3}, kept or {"latent": [1, 2]}, rules)


@QUICK
@given(spaces(), st.integers(0, 2**31))
def test_what_is_drawn_is_legal_and_becomes_a_recipe(drawn_from: Space, seed: int) -> None:
    design = drawn_from.draw(np.random.default_rng(seed))
    assert drawn_from.holds(design)
    assert isinstance(drawn_from.recipe(design), Recipe)
    assert design == drawn_from.draw(np.random.default_rng(seed))
    assert ("momentum" in design) <= (design.get("optimizer") == "sgd")
    assert ("noise" in design) <= (design.get("corruption") in ("gaussian", "masking"))


@QUICK
@given(spaces(), st.integers(0, 2**31))
def test_a_recipe_shows_every_value_of_its_design(drawn_from: Space, seed: int) -> None:
    design = drawn_from.draw(np.random.default_rng(seed))
    recipe = drawn_from.recipe(design)
    assert len(recipe.network.encoder) - 1 == design.get("depth", 1)
    assert recipe.network.encoder[-1].units == design.get("latent", 8)
    widths = [layer.units for layer in recipe.network.encoder]
    assert widths == sorted(widths, reverse=True)
    for name in ("learning_rate", "optimizer", "momentum", "corruption", "noise", "tied"):
        if name in design:
            assert getattr(recipe, name) == design[name]


@QUICK
@given(spaces())
def test_a_grid_lists_legal_designs_each_once_and_within_the_constraints(listed: Space) -> None:
    found = [design for design, _ in zip(listed.grid(), range(300), strict=False)]
    assert all(listed.holds(design) and listed.admits(design) for design in found)
    written = [json.dumps(design, sort_keys=True) for design in found]
    assert len(set(written)) == len(written)


@QUICK
@given(spaces(), st.integers(0, 2**31))
def test_constraints_say_the_same_of_the_recipe(drawn_from: Space, seed: int) -> None:
    design = drawn_from.draw(np.random.default_rng(seed))
    recipe = drawn_from.recipe(design)
    width, latent = design.get("width", 64), recipe.network.encoder[-1].units
    told = {
        "latent <= width": latent <= int(width),
        "latent < width": latent < int(width),
        "depth >= 2": int(design.get("depth", 1)) >= 2,
        "parameters <= 3000": recipe.parameters(7) <= 3000,
    }
    assert drawn_from.admits(design, 7) == all(told[str(one)] for one in drawn_from.constraints)


@QUICK
@given(spaces())
def test_a_space_is_read_back_from_what_it_writes(written: Space) -> None:
    tables = json.loads(json.dumps(written.to_dict()))
    assert read_space(tables["recipe"], tables["space"], tables["constraints"]).to_dict() == written.to_dict()


@QUICK
@given(st.one_of(integers(), numbers(1e-6, 100.0)), st.integers(0, 2**31))
def test_a_domain_holds_what_it_draws_lists_and_ends_with(table: dict[str, Any], seed: int) -> None:
    domain = read_domain("it", table)
    random = np.random.default_rng(seed)
    assert all(value in domain for value in [domain.draw(random) for _ in range(20)])
    assert all(value in domain for value in (*domain.listed(), *domain.corners()))
    assert list(domain.listed()) == sorted(set(domain.listed()), key=float)
    assert "other" not in domain


def test_a_logarithmic_range_is_drawn_by_its_logarithm() -> None:
    domain, random = read_domain("rate", {"range": [1e-4, 1.0], "log": True}), np.random.default_rng(0)
    drawn = [float(domain.draw(random)) for _ in range(2000)]
    assert np.mean([value < 1e-2 for value in drawn]) == pytest.approx(0.5, abs=0.04)


def test_a_network_can_be_a_choice_of_texts_with_places_of_their_own() -> None:
    deep, flat = "{width} relu > [{latent} linear] > mirror > linear", "[{latent} linear] > linear"
    found = read_space(
        {}, {"network": [flat, deep], "width": {"integers": [8, 16], "when": {"network": deep}}, "latent": [2]}
    )
    assert str(found.recipe({"network": flat, "latent": 2}).network) == "[2 linear] > linear"
    assert str(found.recipe({"network": deep, "width": 9, "latent": 2}).network).startswith("9 relu > [2 linear]")
    assert len(list(found.grid())) == 10


RECIPE = {"network": "{width} relu > [{latent} linear] > mirror > linear"}
GOOD: dict[str, Any] = {"width": [8, 16], "latent": [2]}


@pytest.mark.parametrize(
    ("recipe", "varied", "rules", "said"),
    [
        (RECIPE, {**GOOD, "lerning_rate": [0.1]}, [], "'lerning_rate' is not known, did you mean 'learning_rate'"),
        (RECIPE, {"width": [8]}, [], "the network has a place {latent}, and no parameter"),
        (RECIPE, {**GOOD, "epochs": [1, 2]}, [], "epochs cannot vary within a search"),
        (RECIPE, {}, [], "the space is empty"),
        (RECIPE, {**GOOD, "learning_rate": {"range": [0.1, 0.01]}}, [], "must rise from lowest to highest"),
        (RECIPE, {**GOOD, "learning_rate": {"range": [0.0, 0.1]}}, [], "learning_rate must be a finite number above 0"),
        (RECIPE, {**GOOD, "learning_rate": {"range": [0.0, 0.1], "log": True}}, [], "must begin above 0"),
        (RECIPE, {**GOOD, "learning_rate": {"rang": [0.1, 0.2]}}, [], "exactly one of choices, range, integers"),
        (RECIPE, {**GOOD, "learning_rate": {"range": [0.1, 0.2], "step": 1}}, [], "key 'step' is not known"),
        (RECIPE, {**GOOD, "learning_rate": 0.1}, [], "must be a list of choices, or a table"),
        (RECIPE, {**GOOD, "learning_rate": []}, [], "at least one value"),
        (RECIPE, {**GOOD, "learning_rate": [0.1, 0.1]}, [], "list a value twice"),
        (RECIPE, {**GOOD, "learning_rate": [float("inf")]}, [], "finite numbers"),
        (RECIPE, {**GOOD, "loss": ["mse", "msa"]}, [], "loss 'msa' is not known, did you mean 'mse'"),
        (RECIPE, {**GOOD, "width": {"integers": [8, 16.5]}}, [], "two whole numbers"),
        (RECIPE, {**GOOD, "width": {"integers": [8, 16], "log": True, "step": 2}}, [], "step and log cannot both"),
        (RECIPE, {**GOOD, "momentum": {"range": [0.1, 0.9]}}, [], "momentum is not used by optimizer 'adam'"),
        (RECIPE, {**GOOD, "noise": {"range": [0.1, 0.9], "when": {"corruption": "swap"}}}, [], "that stands before it"),
        (RECIPE, {**GOOD, "noise": {"range": [0.1, 0.9], "when": {"width": 9}}}, [], "width = 9, which"),
        (RECIPE, GOOD, ["parameters"], "is no comparison of a parameter"),
        (RECIPE, GOOD, ["parametres < 9"], "'parametres' is not known, did you mean 'parameters'"),
        (RECIPE, GOOD, "parameters < 9", "constraints must be a list"),
        (RECIPE, [1], [], "space must be a table"),
        ({**RECIPE, "optimiser": "sgd"}, GOOD, [], "'optimiser' is not known, did you mean 'optimizer'"),
        ({**RECIPE, "optimizer": "sdg"}, GOOD, [], "did you mean 'sgd'"),
        ({"network": {"depht": 2}}, {"latent": [2]}, [], "'depht' is not known, did you mean 'depth'"),
        ({"network": {"depth": "two"}}, {"latent": [2]}, [], "depth must be a whole number"),
        ({"network": 3}, {"latent": [2]}, [], "network must be a text"),
        ({"network": "[{latent} liner] > linear"}, {"latent": [2]}, [], "did you mean 'linear'"),
        ({}, {"latent": [0, 2]}, [], "units must be a whole number from 1"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence_that_names_them(recipe: Any, varied: Any, rules: Any, said: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        read_space(recipe, varied, rules)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_grid_of_a_range_without_points_is_refused() -> None:
    found = read_space({}, {"learning_rate": {"range": [0.1, 0.2]}})
    with pytest.raises(RecipeError, match="'learning_rate' is a range, and a grid needs to know of how many points"):
        next(found.grid())


def test_a_grid_is_listed_as_far_as_it_is_asked_for_however_large() -> None:
    found = read_space({"network": "[{width} relu] > linear"}, {"width": {"integers": [1, 10**8]}})
    assert [design["width"] for design in islice(found.grid(), 3)] == [1, 2, 3]
    with pytest.raises(RecipeError, match="points must be at most 10,000, not 1000000000"):
        read_space({}, {"learning_rate": {"range": [0.1, 0.2], "points": 10**9}})


@pytest.mark.parametrize("module", [constraints, domains, hourglass, space, space_reading])
def test_examples_in_docstrings_are_true(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
