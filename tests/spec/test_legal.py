from __future__ import annotations

import inspect
import math

import numpy as np
import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Recipe
from trasunto.spec.legal import (
    CHOICES,
    DEFAULTED,
    LEGAL,
    LOSSES,
    NUMBERS,
    OPTIMIZERS,
    defaults,
    describe,
    unused,
)


def test_every_field_of_a_recipe_but_its_network_has_a_rule() -> None:
    fields = set(inspect.signature(Recipe).parameters) - {"network"}
    assert fields <= set(LEGAL)


@pytest.mark.parametrize("name", LEGAL)
def test_every_named_value_explains_itself_with_what_is_legal(name: str) -> None:
    assert LEGAL[name].legal in describe(name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_default_is_legal(optimizer: str, loss: str) -> None:
    for name, value in defaults(optimizer, loss).items():
        assert NUMBERS[name].check(name, value) == value


def test_optimizers_have_the_defaults_of_the_libraries_that_users_know() -> None:
    assert OPTIMIZERS["adam"]["epsilon"] == 1e-8
    assert OPTIMIZERS["adam_keras"]["epsilon"] == 1e-7
    assert OPTIMIZERS["rmsprop"]["decay"] == 0.99
    assert OPTIMIZERS["adamw"]["weight_decay"] == 1e-2


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1, -0.5, True, None, "0.5", [0.5], 10**400])
def test_no_number_may_be_missing_negative_infinite_or_of_another_type(name: str, value: object) -> None:
    with pytest.raises(RecipeError, match=f"^{name} must be "):
        NUMBERS[name].check(name, value)


@pytest.mark.parametrize("name", ["momentum", "beta1", "beta2", "decay", "drop", "validation"])
def test_a_share_reaches_from_0_to_just_below_1(name: str) -> None:
    assert NUMBERS[name].check(name, 0) == 0.0
    assert NUMBERS[name].check(name, math.nextafter(1, 0)) < 1
    with pytest.raises(RecipeError, match=r"a number in \[0, 1\), not 1\.0"):
        NUMBERS[name].check(name, 1)


@pytest.mark.parametrize("name", ["learning_rate", "epsilon", "huber_delta"])
def test_what_is_divided_by_or_stepped_with_must_be_above_0(name: str) -> None:
    assert NUMBERS[name].check(name, 5e-324) > 0
    with pytest.raises(RecipeError, match=r"a finite number above 0, not 0\.0"):
        NUMBERS[name].check(name, 0)


@pytest.mark.parametrize(("name", "least"), [("units", 1), ("batch_size", 1), ("epochs", 0), ("order_seed", 0)])
def test_a_count_is_a_whole_number_from_its_least(name: str, least: int) -> None:
    checked = NUMBERS[name].check(name, np.int64(least))
    assert checked == least
    assert type(checked) is int
    for wrong in (least - 1, least + 0.5, 64.0, 2**32):
        with pytest.raises(RecipeError, match=f"{name} must be a whole number from {least} to "):
            NUMBERS[name].check(name, wrong)


def test_a_negative_zero_becomes_zero_so_that_equal_numbers_print_alike() -> None:
    assert math.copysign(1, NUMBERS["drop"].check("drop", -0.0)) == 1


@pytest.mark.parametrize("name", CHOICES)
def test_a_wrong_word_is_refused_with_the_legal_ones(name: str) -> None:
    for wrong in {"nonsense", "", None, 3} - set(CHOICES[name].words):
        with pytest.raises(RecipeError, match=f"{name} '.*' is not known") as refusal:
            CHOICES[name].check(name, wrong)
        assert all(word in str(refusal.value) for word in CHOICES[name].words)


def test_a_number_that_nobody_takes_is_refused_with_those_that_are_taken() -> None:
    assert str(unused("momentum", "adam", "huber")) == (
        "momentum is not used by optimizer 'adam' with loss 'huber' "
        "(they take learning_rate, beta1, beta2, epsilon, huber_delta)"
    )
    assert set(DEFAULTED) <= set(NUMBERS)
