from __future__ import annotations

import itertools
import math

import pytest

from trasunto.errors import RecipeError
from trasunto.spec import Recipe, lr_factor

NETWORK = "[8 relu] > linear"


def test_a_constant_rate_is_multiplied_by_exactly_one() -> None:
    assert [lr_factor(Recipe(NETWORK), epoch) for epoch in (1, 7, 500)] == [1.0] * 3


def test_a_cosine_begins_at_the_whole_rate_and_ends_at_its_share() -> None:
    recipe = Recipe(NETWORK, schedule="cosine", schedule_epochs=10, schedule_factor=0.2)
    course = [lr_factor(recipe, epoch) for epoch in range(1, 14)]
    assert course[0] == 1.0
    assert course[5] == pytest.approx(0.6)
    assert course[10:] == pytest.approx([0.2] * 3)
    assert all(later <= earlier for earlier, later in itertools.pairwise(course))


def test_a_cosine_takes_the_recipes_epochs_as_a_number_of_its_own() -> None:
    recipe = Recipe(NETWORK, schedule="cosine", epochs=30)
    assert recipe.schedule_epochs == 30
    assert lr_factor(recipe.replace(epochs=60), 31) == pytest.approx(
        0.0
    )  # asked for longer, the course stays what it was


def test_steps_come_after_whole_periods() -> None:
    recipe = Recipe(NETWORK, schedule="step", schedule_epochs=3, schedule_factor=0.5)
    assert [lr_factor(recipe, epoch) for epoch in range(1, 8)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_a_plateau_is_counted_as_pytorch_counts_it() -> None:
    recipe = Recipe(NETWORK, schedule="plateau", schedule_epochs=1, schedule_factor=0.5)
    curve = [9.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5]
    # Waits after epochs 2 and 3 exceed a patience of 1; 0.5 is new in epoch 4, and flat for four epochs after.
    assert [lr_factor(recipe, epoch, curve[:epoch]) for epoch in range(1, 10)] == [
        1,
        1,
        1,
        0.5,
        0.5,
        0.5,
        0.25,
        0.25,
        0.125,
    ]


def test_a_plateau_looks_at_no_epoch_that_is_still_to_come() -> None:
    recipe = Recipe(NETWORK, schedule="plateau", schedule_epochs=1, schedule_factor=0.5)
    curve = [9.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert lr_factor(recipe, 3, curve) == lr_factor(recipe, 3, curve[:3])


def test_a_loss_that_is_no_number_is_no_fall() -> None:
    recipe = Recipe(NETWORK, schedule="plateau", schedule_epochs=1, schedule_factor=0.5)
    assert lr_factor(recipe, 4, [1.0, 1.0, math.nan, math.nan]) == 0.5


@pytest.mark.parametrize("schedule", ["step", "plateau"])
def test_a_period_of_no_epochs_is_refused(schedule: str) -> None:
    with pytest.raises(RecipeError, match=f"schedule_epochs must be above 0 with schedule '{schedule}'"):
        Recipe(NETWORK, schedule=schedule, schedule_epochs=0)


def test_numbers_of_a_schedule_are_refused_without_one() -> None:
    with pytest.raises(RecipeError, match=r"schedule_factor is not used without a schedule .*cosine, step, plateau"):
        Recipe(NETWORK, schedule_factor=0.5)
