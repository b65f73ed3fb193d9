"""A run as its store remembers it: what its cohort would say, without the rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.errors import Interrupted
from trasunto.runs import completion
from trasunto.runs.recall import recall
from trasunto.runs.store import Store
from trasunto.runs.train import train
from trasunto.spec import Recipe, Stopping

QUICK = Recipe("12 tanh > [4 tanh] > mirror > linear", optimizer="adam", learning_rate=0.03, batch_size=20, epochs=40)
LINEAR = Recipe("[2 linear] > linear", optimizer="sgd", batch_size=25, epochs=3)


@pytest.fixture(scope="module")
def table() -> Table:
    rows = np.random.default_rng(3).normal(size=(80, 10)).astype(np.float32)
    return from_arrays(rows[:50], test=rows[50:])


def remembered(store: Path, name: str) -> pd.DataFrame:
    with Store.open(store, write=False) as opened:
        run = opened.run(name)
        assert run is not None
        return recall(opened, run)


def test_a_grid_is_remembered_as_its_cohort_has_it(table: Table, tmp_path: Path) -> None:
    recipes = [LINEAR.replace(learning_rate=rate) for rate in (1e-30, 0.1, 1e30)]
    cohort = train([*recipes, LINEAR.replace(optimizer="adam")], table, seeds=2, store=tmp_path, name="a")
    assert {"finished", "stalled", "diverged"} == set(cohort.frame()["status"])
    told = remembered(tmp_path, "a")
    pd.testing.assert_frame_equal(told, cohort.frame(), check_like=True)
    numbers = ["learning_rate", "momentum", "beta1", "beta2", "epsilon"]
    assert list(told.columns[:10]) == ["id", "network", "loss", "optimizer", *numbers, "seed"]


def test_a_rule_is_remembered(table: Table, tmp_path: Path) -> None:
    recipes = [QUICK, QUICK.replace(learning_rate=1e30), QUICK.replace(learning_rate=1e-5)]
    cohort = train(recipes, table, store=tmp_path, name="a", stopping=Stopping(patience=3))
    assert {"stopped", "diverged", "finished"} == set(cohort.frame()["status"])
    pd.testing.assert_frame_equal(remembered(tmp_path, "a"), cohort.frame())


def test_a_run_stays_at_its_own_epoch_when_its_members_go_on(table: Table, tmp_path: Path) -> None:
    recipes = [LINEAR.replace(learning_rate=0.1), LINEAR.replace(learning_rate=1e6)]
    short = train(recipes, table, store=tmp_path, name="short", epochs=1)
    long = train(recipes, table, store=tmp_path, name="long", epochs=30)
    assert "diverged" not in set(short.frame()["status"])
    assert "diverged" in set(long.frame()["status"])
    now = train(recipes, table, store=tmp_path, name="short", epochs=1).frame()
    pd.testing.assert_frame_equal(remembered(tmp_path, "short"), now)
    pd.testing.assert_frame_equal(remembered(tmp_path, "long"), long.frame())


def test_a_run_remembers_to_which_epoch_each_of_its_members_was_asked_for(table: Table, tmp_path: Path) -> None:
    recipes = [LINEAR.replace(learning_rate=rate) for rate in (0.1, 0.01, 1e30)]
    cohort = train(recipes, table, epochs=[4, 1, 2], store=tmp_path, name="a")
    told = remembered(tmp_path, "a")
    assert told["epochs"].tolist()[:2] == [4, 1]
    pd.testing.assert_frame_equal(told, cohort.frame())


def test_what_was_broken_off_is_still_training(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(completion, "CHECKPOINT_SECONDS", 0.0)
    with pytest.raises((KeyboardInterrupt, Interrupted)):
        train(LINEAR, table, seeds=2, store=tmp_path, name="a", observe=stop)
    told = remembered(tmp_path, "a")
    assert told["status"].tolist() == ["training"] * 2
    assert told["reason"].str.contains("of 3 epochs are done").all()
