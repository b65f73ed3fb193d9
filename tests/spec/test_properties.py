"""Laws of the notation, of recipes as JSON and of ids, over whatever networks and recipes there are."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import Layer, Network, Recipe, member_id, member_ids, parse
from trasunto.spec.legal import LEGAL

FIELDS = ["network", *Recipe.__dataclass_fields__.keys() - {"network"}]
TOKEN = re.compile(r"[\[\]>=]|[^\s\[\]>=]+")
PLACE = re.compile(r"network entry (\d+), character (\d+): ")
SPACES = st.lists(st.sampled_from(["", " ", "\t", "\n  ", "\u2003"]), min_size=1, max_size=9)
EDITS = st.tuples(
    st.sampled_from(["remove", "double", "replace", "insert"]),
    st.integers(0, 200),
    st.sampled_from(
        ["", "mirror", "normal", "relu", "kl", "drop", "=", "[", "]", ">", "-1", "1e999", "nan", "٣", "\0", "0x1"]
    ),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["", "adam", "mse"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
OBJECTS = VALUES | st.sampled_from(
    [
        10**5000,
        -(10**400),
        Decimal("0.5"),
        Fraction(1, 2),
        np.float32(0.5),
        np.int8(3),
        np.array([1.0]),
        b"mse",
        1j,
        ...,
    ]
)


def edited(text: str, edit: tuple[str, int, str]) -> str:
    """Return a text in which one word was removed, doubled, replaced, or got another before it."""
    kind, place, word = edit
    words = TOKEN.findall(text)
    at = place % len(words)
    new = {"remove": [], "double": [words[at]] * 2, "replace": [word], "insert": [word, words[at]]}[kind]
    return " ".join([*words[:at], *new, *words[at + 1 :]])


@given(network=..., edits=st.lists(EDITS, min_size=1, max_size=3))
def test_a_network_with_a_slip_is_read_or_refused_at_a_place_in_it(
    network: Network, edits: list[tuple[str, int, str]]
) -> None:
    text = str(network)
    for edit in edits:
        text = edited(text, edit) or ">"
    try:
        read = parse(text)
    except RecipeError as refusal:
        if found := PLACE.match(str(refusal)):
            entry, character = map(int, found.groups())
            assert 1 <= entry <= text.count(">") + 1
            assert 1 <= character <= len(text) + 1
            assert text[: character - 1].count(">") == entry - 1
    else:
        assert parse(str(read)) == read


@given(network=..., spaces=SPACES)
def test_space_between_words_says_nothing(network: Network, spaces: list[str]) -> None:
    words = TOKEN.findall(str(network))
    text = spaces[0]
    for place, (word, after) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        space = spaces[place % len(spaces)]
        joined = not {word, after} & set("[]>=")  # only marks may touch their neighbours
        text += word + (space or " " if joined else space)
    assert parse(text) == network


@given(network=..., seed=st.integers(0, 99))
def test_the_order_of_a_layers_options_says_nothing(network: Network, seed: int) -> None:
    def shuffled(found: re.Match[str]) -> str:
        options = found[0].split()
        Random(seed).shuffle(options)
        return " " + " ".join(options)

    assert parse(re.sub(r"( \w+=[^ \]]+)+", shuffled, str(network))) == network


@given(before=st.lists(st.from_type(Layer), max_size=3), network=...)
def test_mirror_is_the_layers_before_the_latent_written_backwards(before: list[Layer], network: Network) -> None:
    head = " > ".join([*map(str, before), f"[{network.encoder[-1]}]"])
    back = [f"{layer.units} {layer.activation}" for layer in reversed(before)]
    assert parse(f"{head} > mirror > {network.output}") == parse(" > ".join([head, *back, network.output]))


@given(recipe=..., order=st.randoms(use_true_random=False))
def test_the_order_of_keys_and_of_what_is_at_its_default_says_nothing(recipe: Recipe, order: Random) -> None:
    values = list(json.loads(recipe.to_json()).items())
    order.shuffle(values)
    assert Recipe.from_json(json.dumps(dict(values))) == recipe
    plain = json.loads(Recipe(recipe.network, **{name: getattr(recipe, name) for name in CHOSEN}).to_json())
    left = {name: value for name, value in values if name in ("network", *CHOSEN) or plain.get(name) != value}
    assert Recipe.from_json(json.dumps(left)) == recipe


CHOSEN = ("loss", "optimizer", "corruption", "schedule", "epochs")
"""The fields that decide the defaults of others."""


@given(values=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4), recipe=...)
def test_json_of_a_recipe_with_any_values_is_read_or_refused(values: dict[str, Any], recipe: Recipe) -> None:
    try:
        read = Recipe.from_json(json.dumps({**json.loads(recipe.to_json()), **values}))
    except RecipeError:
        return
    assert Recipe.from_json(read.to_json()) == read


@given(values=st.dictionaries(st.sampled_from(FIELDS), OBJECTS, max_size=3))
@example({"epochs": 10**5000})
@example({"learning_rate": 10**5000})
@example({"loss": ["mse"]})
def test_any_values_make_a_recipe_or_a_refusal(values: dict[str, Any]) -> None:
    try:
        recipe = Recipe(**{"network": "[4 relu] > linear", **values})
    except RecipeError:
        return
    assert Recipe.from_json(recipe.to_json()) == recipe


@given(recipe=..., epochs=st.integers(0, 10**6), validation=st.floats(0, 0.9))
def test_an_id_knows_nothing_of_how_long_is_trained(recipe: Recipe, epochs: int, validation: float) -> None:
    longer = recipe.replace(epochs=epochs, validation=validation)
    assert member_id(longer, 0, "rows") == member_id(recipe, 0, "rows")


@given(recipe=..., data=st.data())
def test_another_number_is_another_id(recipe: Recipe, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(recipe.numbers)))
    other = data.draw(st.floats(0.0625, 0.9375, width=32))
    changed = recipe.with_numbers({name: other})
    with np.errstate(over="ignore"):  # what is too large for float32 is another number still
        same = np.float32(other) == np.float32(recipe.numbers[name])
    assert (member_id(changed, 0, "rows") == member_id(recipe, 0, "rows")) == same


@given(recipe=..., seeds=st.lists(st.integers(0, 2**32 - 1), unique=True, min_size=1, max_size=5))
def test_every_seed_has_an_id_of_its_own(recipe: Recipe, seeds: list[int]) -> None:
    ids = member_ids(recipe.grid(), seeds, "rows")
    assert ids == [member_id(recipe, seed, "rows") for seed in seeds]
    assert len(set(ids)) == len(seeds)


def test_every_field_of_a_recipe_is_asked_about() -> None:
    assert set(FIELDS) == {*LEGAL.keys() & set(FIELDS), "network"}


@pytest.mark.parametrize(
    ("name", "network", "fields"),
    [
        ("2270758f5f31fdcb", "[4 relu] > linear", {}),
        ("6a65500b86e423c2", "8 relu l1=1e-4 > [4 normal kl=0.5] > mirror > linear", {"loss": "huber"}),
        (
            "afa0acaaf8308c68",
            "8 relu > [4 linear] > mirror > linear",
            {"tied": True, "optimizer": "adamw", "clip_norm": 1.0},
        ),
        (
            "f80446c5f13a38dd",
            "[4 sigmoid] > sigmoid",
            {"loss": "bce", "corruption": "masking", "noise": 0.3, "agreement": True},
        ),
        (
            "ce5eb98a86f26fec",
            "[4 tanh] > linear",
            {"optimizer": "rmsprop", "schedule": "cosine", "epochs": 7, "contraction": 0.1},
        ),
        (
            "85cda4ef1cc9a52f",
            "[4 tanh] > linear",
            {"optimizer": "sgd", "nesterov": True, "momentum": 0.9, "initialisation": "keras"},
        ),
    ],
)
def test_ids_are_what_they_were_when_stores_were_written(name: str, network: str, fields: dict[str, Any]) -> None:
    # If one of these changes, so must FORMAT_VERSION or NUMERICS_VERSION: every store would train everything anew.
    assert member_id(Recipe(network, **fields), 1, "rows") == name
