from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.errors import RecipeError
from trasunto.spec import Stopping
from trasunto.spec.stopping import monitored

CURVE = [1.0, 0.5, 0.4, 0.41, 0.42, 0.3]


def test_it_stops_when_the_loss_has_not_fallen_for_its_patience() -> None:
    assert Stopping(patience=2).ends_at(CURVE) == 4
    assert Stopping(patience=3).ends_at(CURVE) is None


def test_the_best_epoch_is_that_of_the_lowest_loss_and_else_the_last() -> None:
    assert Stopping(patience=2).best_of(CURVE[:5]) == 2
    assert Stopping(patience=2, best=False).best_of(CURVE[:5]) == 4


def test_a_fall_smaller_than_the_least_is_none() -> None:
    assert Stopping(patience=2, least=0.2).ends_at(CURVE) == 3
    assert Stopping(patience=2, least=0.2).best_of(CURVE) == 1


def test_a_loss_that_is_no_number_never_counts_as_lower() -> None:
    assert Stopping(patience=2).best_of([1.0, 0.5, math.nan, math.nan]) == 1


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.integers(1, 5))
def test_what_it_says_of_a_curve_does_not_change_when_the_curve_goes_on(curve: list[float], patience: int) -> None:
    rule = Stopping(patience=patience)
    ends = [rule.ends_at(curve[:length]) for length in range(1, len(curve) + 1)]
    said = [end for end in ends if end is not None]
    assert said == [said[0]] * len(said) if said else True
    if said:
        assert ends[said[0]] == said[0]  # at once, in the epoch that it names
        assert rule.best_of(curve[: said[0] + 1]) == said[0] - patience


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"patience": 0}, "patience must be a whole number of epochs from 1 on, not 0"),
        ({"patience": True}, "patience must be a whole number"),
        ({"measure": "loss"}, "measure 'loss' is not known"),
        ({"least": -1.0}, "least must be a finite number of at least 0, not -1.0"),
    ],
)
def test_what_is_no_rule_is_refused(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        Stopping(**wrong)  # type: ignore[arg-type]


def test_the_first_loss_that_there_is_is_watched_unless_another_is_named() -> None:
    assert monitored(["test_loss", "train_loss"]) == "test_loss"
    assert monitored(["test_loss", "train_loss"], Stopping(measure="train_loss")) == "train_loss"
    with pytest.raises(RecipeError, match=r"stopping watches the validation_loss, and there are no validation rows"):
        monitored(["test_loss", "train_loss"], Stopping(measure="validation_loss"))
