"""How a training ended, judged by curves written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trasunto.cohort.memory import fit
from trasunto.cohort.outcome import advice, is_worse, judge, judge_stopped, verdict
from trasunto.data import from_arrays
from trasunto.spec import Recipe, Stopping

PLAIN = Recipe("[2 linear] > linear", optimizer="sgd", learning_rate=0.1)
NOISY = PLAIN.replace(network="8 relu drop=0.5 > [2 linear] > 8 relu > linear")
RULE = Stopping(patience=2)


def status(before: float, after: float, last: int = 5, measure: str = "test_loss", recipe: Recipe = PLAIN) -> str:
    return judge(recipe, 0, {(0, measure): before, (last, measure): after}, last, last).status


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [(1.0, 0.9, "finished"), (1.0, 1.0, "stalled"), (1.0, 1.1, "stalled"), (2.0, 1.8e6, "stalled")],
)
def test_held_out_rows_decide_without_any_margin(before: float, after: float, word: str) -> None:
    assert status(before, after) == word
    assert verdict(before, after) == word


def test_an_error_of_nothing_cannot_fall_and_is_no_failure() -> None:
    assert status(0.0, 0.0) == "finished"


def test_held_out_rows_are_asked_before_training_rows() -> None:
    curve = {(0, "validation_loss"): 1.0, (5, "validation_loss"): 2.0, (5, "train_loss"): 0.1}
    assert judge(PLAIN, 0, curve, 5, 5).status == "stalled"
    assert judge(PLAIN, 0, curve | {(0, "test_loss"): 1.0, (5, "test_loss"): 0.5}, 5, 5).status == "finished"


def test_one_minibatch_and_one_epoch_leave_nothing_to_judge_by() -> None:
    """The training loss is taken before each step: after one step it is the untrained network's own."""
    rows = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    (fitted,) = fit(PLAIN.replace(epochs=1, batch_size=64), from_arrays(rows))
    assert fitted.history["train_loss"][1] == pytest.approx(fitted.history["train_loss"][0], rel=1e-5)
    assert fitted.status == "finished"


def test_training_losses_that_differ_by_rounding_alone_have_not_fallen() -> None:
    assert status(1.0, 1.0 - 1e-7, measure="train_loss") == "stalled"
    assert status(1.0, 1.0 - 1e-7, measure="test_loss") == "finished"
    assert status(1.0, 0.99, measure="train_loss") == "finished"


@pytest.mark.parametrize(
    "recipe",
    [
        NOISY,
        PLAIN.replace(corruption="gaussian", noise=0.5),
        PLAIN.replace(network="[2 normal] > linear"),
    ],
)
def test_training_losses_with_noise_on_may_lie_a_little_above_one_without(recipe: Recipe) -> None:
    assert status(1.0, 1.05, measure="train_loss", recipe=recipe) == "finished"
    assert status(1.0, 1.2, measure="train_loss", recipe=recipe) == "stalled"
    assert status(1.0, 1.05, measure="test_loss", recipe=recipe) == "stalled"


def test_the_sentence_says_from_what_to_what_a_loss_rose() -> None:
    rose = judge(PLAIN, 3, {(0, "train_loss"): 2.0, (20, "train_loss"): 1.8e6}, 20, 20)
    assert rose.reason == (
        "after 20 epochs the train_loss is 1.8e+06, risen from the untrained network's 2 "
        "(learning_rate 0.1, momentum 0, seed 3)"
    )
    assert is_worse(rose)
    assert "smaller learning rate" in advice(rose)
    still = judge(PLAIN, 3, {(0, "train_loss"): 2.0, (1, "train_loss"): 2.1}, 1, 1)
    assert "after 1 epoch the train_loss is 2.1, not below the untrained network's 2 " in still.reason
    assert not is_worse(still)
    assert "smaller" not in advice(still)


def test_a_loss_that_overflows_on_held_out_rows_has_risen() -> None:
    assert is_worse(judge(PLAIN, 0, {(0, "test_loss"): 2.0, (1, "test_loss"): math.inf}, 1, 1))


def test_nothing_is_said_of_what_was_not_trained_or_not_measured() -> None:
    assert judge(PLAIN, 0, {(0, "test_loss"): 1.0}, 0, 0).status == "finished"
    assert judge(PLAIN, 0, {(3, "train_loss"): 1.0}, 3, 3).status == "finished"
    assert judge(PLAIN, 0, {(0, "test_loss"): math.inf, (3, "test_loss"): math.inf}, 3, 3).status == "finished"
    assert judge(PLAIN, 0, {(0, "test_loss"): 1.0, (1, "test_loss"): 2.0}, 1, 3) == (
        "training",
        "1 of 3 epochs are done",
    )


def test_a_rule_that_ends_a_rising_loss_does_not_hide_it() -> None:
    rose = judge_stopped(PLAIN, 0, [2.0, 9.0, 40.0], RULE, "validation_loss")
    assert rose.status == "stalled"
    assert "risen from the untrained network's 2 " in rose.reason
    assert judge_stopped(PLAIN, 0, [2.0, 1.0, 9.0, 40.0], RULE, "validation_loss").status == "stopped"
    assert judge_stopped(PLAIN, 0, [2.0, 2.0, 2.0], RULE, "validation_loss").status == "stopped"


def test_training_that_goes_on_from_given_weights_need_not_improve_them() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    recipe = PLAIN.replace(epochs=60, batch_size=8)
    (trained,) = fit(recipe, from_arrays(rows))
    (again,) = fit(recipe.replace(learning_rate=1e-9, epochs=3), from_arrays(rows), starts=[trained.weights])
    assert (trained.status, again.status) == ("finished", "finished")
    (ruined,) = fit(recipe.replace(learning_rate=0.7, epochs=3), from_arrays(rows * 3), starts=[trained.weights])
    assert ruined.status in ("stalled", "diverged")
