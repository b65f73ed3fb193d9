from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from trasunto.cli.recipe_options import chosen_fields
from trasunto.models import defaults
from trasunto.spec import Recipe
from trasunto.spec.legal import LOSSES, OPTIMIZERS

WITHOUT_AN_OPTION = {"network", "frozen"}  # an argument; and of use only with weights to start from
FIELDS = sorted(set(inspect.signature(Recipe).parameters) - WITHOUT_AN_OPTION)


@pytest.mark.parametrize("command", ["train", "detect"])
def test_every_field_of_a_recipe_is_an_option_with_its_own_help(typed: Callable[..., Any], command: str) -> None:
    section = typed(command, "--help").out.partition("\nRecipe:\n")[2].partition("\n\n")[0]
    for name in FIELDS:
        assert re.search(rf"^  --{name.replace('_', '-')}( VALUE)?  +[A-Z]", section, re.MULTILINE), name


def test_the_help_of_a_detector_names_its_own_defaults(typed: Callable[..., Any]) -> None:
    printed = " ".join(typed("detect", "--help").out.split())
    assert f"torch, keras; default {defaults.recipe(1).initialisation} " in printed


@pytest.mark.parametrize("word", [*LOSSES, *OPTIMIZERS, "default adam", "default 0.001", "default 0 (sgd)"])
def test_the_help_names_legal_values_and_defaults(typed: Callable[..., Any], word: str) -> None:
    assert word in " ".join(typed("train", "--help").out.split())


def test_numbers_are_read_as_their_rules_say() -> None:
    given = {"epochs": "3", "learning_rate": "1e-2", "loss": "bce", "nesterov": True, "data": "mnist", "momentum": None}
    assert chosen_fields(given) == {"epochs": 3, "learning_rate": 0.01, "loss": "bce", "nesterov": True}


def test_what_is_no_number_is_left_for_the_rule_to_refuse() -> None:
    assert chosen_fields({"epochs": "2.5", "momentum": "high"}) == {"epochs": "2.5", "momentum": "high"}


def test_none_is_the_empty_word_where_there_is_one() -> None:
    assert chosen_fields({"corruption": "none", "loss": "none"}) == {"corruption": "", "loss": "none"}


def test_a_switch_that_is_not_typed_is_not_chosen() -> None:
    assert chosen_fields({"nesterov": False}) == {}
