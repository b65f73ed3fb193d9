"""Stopping early, keeping the best epoch, and a learning rate that looks back: the same whether interrupted or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trasunto.cohort.memory import fit
from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.errors import Interrupted, RecipeError
from trasunto.runs import completion
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train
from trasunto.spec import Recipe, Stopping, lr_factor

QUICK = Recipe("12 tanh > [4 tanh] > mirror > linear", optimizer="adam", learning_rate=0.03, batch_size=20, epochs=60)
RULE = Stopping(patience=3)


@pytest.fixture(scope="module")
def table() -> Table:
    """Few rows and many features: the held-out loss turns up again after a while."""
    rows = np.random.default_rng(3).normal(size=(80, 10)).astype(np.float32)
    return from_arrays(rows[:50], test=rows[50:])


def curve_of(cohort: Cohort, id: str) -> list[float]:
    history = cohort.history()
    return [float(value) for value in history[history["id"] == id]["test_loss"]]


def test_a_member_stops_by_its_rule_and_is_looked_at_at_its_best_epoch(table: Table, tmp_path: Path) -> None:
    cohort = train(QUICK, table, seeds=3, store=tmp_path, stopping=RULE)
    for member, row in zip(cohort.members, cohort.frame().itertuples(), strict=True):
        curve = curve_of(cohort, member.id)
        assert row.status == "stopped"
        assert len(curve) - 1 == RULE.ends_at(curve)
        assert len(curve) - 1 < QUICK.epochs
        assert row.epochs == member.epoch == int(np.argmin(curve)) == len(curve) - 1 - RULE.patience
        assert "test_loss had not fallen for 3 epochs" in str(row.reason)
        error = np.mean((member.reconstruct(table.test.x) - table.test.x) ** 2)  # type: ignore[union-attr]
        assert error == pytest.approx(min(curve), rel=1e-5), "the weights are those of the best epoch"


def test_asked_again_nothing_is_trained_and_without_the_rule_it_goes_on(table: Table, tmp_path: Path) -> None:
    stopped = train(QUICK, table, store=tmp_path, stopping=RULE)
    steps: list[Step] = []
    again = train(QUICK, table, store=tmp_path, stopping=RULE, observe=steps.append)
    assert steps == []
    assert again.frame().drop(columns="seconds").equals(stopped.frame().drop(columns="seconds"))
    longer = train(QUICK, table, store=tmp_path, observe=steps.append)
    assert len(steps) == QUICK.epochs - (len(stopped.history()) - 1)
    whole = train(QUICK, table, store=tmp_path / "whole")
    assert longer.history()["test_loss"].equals(whole.history()["test_loss"])
    assert (
        train(QUICK, table, store=tmp_path / "whole", stopping=RULE).frame()["epochs"].equals(stopped.frame()["epochs"])
    )


def test_a_rule_that_keeps_the_last_epoch_keeps_the_last(table: Table, tmp_path: Path) -> None:
    rule = Stopping(patience=3, best=False)
    cohort = train(QUICK, table, store=tmp_path, stopping=rule)
    assert cohort.members[0].epoch == len(cohort.history()) - 1


def test_a_rule_that_watches_rows_that_are_not_there_is_refused(table: Table, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="validation_loss, and there are no validation rows"):
        train(QUICK, table, store=tmp_path / "none", stopping=Stopping(measure="validation_loss"))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("schedule", ["cosine", "step", "plateau"])
def test_a_schedule_takes_up_its_course_after_an_interruption(
    schedule: str, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = QUICK.replace(schedule=schedule, schedule_epochs=1 if schedule == "plateau" else 4, epochs=24)
    whole = train(recipe, table, store=tmp_path / "whole")
    curve = curve_of(whole, whole.members[0].id)
    paces = [lr_factor(recipe, epoch, curve[:epoch]) for epoch in range(1, 25)]
    assert len(set(paces)) > 1, "the course must turn for this to show anything"
    monkeypatch.setattr(completion, "CHECKPOINT_SECONDS", 0.0)

    def interrupt(step: Step) -> None:
        if step.event.epoch == 17:
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, Interrupted)):
        train(recipe, table, store=tmp_path / "parts", observe=interrupt)
    parts = train(recipe, table, store=tmp_path / "parts")
    assert parts.history()["test_loss"].equals(whole.history()["test_loss"])
    for name, array in whole.members[0].weights.items():
        assert np.array_equal(array, parts.members[0].weights[name])


def test_training_in_memory_is_training_with_a_store(table: Table, tmp_path: Path) -> None:
    cohort = train(QUICK, table, seeds=2, store=tmp_path, stopping=RULE)
    for member, fitted in zip(cohort.members, fit(QUICK, table, [0, 1], stopping=RULE), strict=True):
        curve = curve_of(cohort, member.id)
        assert (fitted.status, fitted.epoch, fitted.epochs) == ("stopped", member.epoch, len(curve) - 1)
        np.testing.assert_allclose(fitted.history["test_loss"], curve, rtol=1e-6)
        for name, array in member.weights.items():
            np.testing.assert_allclose(fitted.weights[name], array, rtol=1e-5, atol=1e-6)


def test_members_that_stop_at_different_epochs_do_not_disturb_each_other(table: Table, tmp_path: Path) -> None:
    grid = QUICK.grid(learning_rate=[0.003, 0.01, 0.03, 0.1])
    together = train(grid, table, store=tmp_path / "together", stopping=RULE)
    assert len(set(together.frame()["epochs"])) > 1
    for i in range(len(grid)):
        alone = train(grid.recipe_at(i), table, store=tmp_path / "alone", stopping=RULE)
        np.testing.assert_allclose(
            curve_of(alone, alone.members[0].id), curve_of(together, together.members[i].id), rtol=1e-5
        )
