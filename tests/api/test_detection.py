from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.api import detection
from trasunto.api.detection import make_detector, plan_detector, price_of_detector
from trasunto.api.watching import Told
from trasunto.cohort.training import Step
from trasunto.errors import Interrupted, TrasuntoError
from trasunto.models import defaults, document, fitting
from trasunto.models.file import open_model
from trasunto.models.goals import contamination, cross_fitted
from trasunto.models.model import Model
from trasunto.runs import completion
from trasunto.runs.store import Store

FIELDS = {"network": "[1 tanh] > linear", "epochs": 3, "batch_size": 32}


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of rows whose columns follow one number, save for one in 20, which is labelled 1."""
    monkeypatch.chdir(tmp_path)
    chance = np.random.default_rng(0)
    base, strange = chance.normal(size=200), np.arange(200) % 20 == 3
    frame = pd.DataFrame({"Time": range(200), "a": base, "b": -base + 9 * strange, "Class": strange.astype(int)})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


def left(folder: Path) -> list[str]:
    """Return what lies in a folder beside the store."""
    return sorted(path.name for path in folder.iterdir() if path.name != "runs")


def test_a_detector_is_a_file_and_a_report(rows: Path, tmp_path: Path) -> None:
    told: list[Told] = []
    plan = plan_detector(str(rows), fields=FIELDS, seeds=2, label="Class", normal="0", drop=("Time",))
    made = make_detector(plan, tmp_path / "d.trasunto", watch=told.append, command="trasunto detect")
    assert left(tmp_path) == ["d-report", "d.trasunto", "rows.csv"]
    assert left(tmp_path / "d-report") == ["facts.json", "figures", "report.html", "report.md"]
    again = open_model(made.path)
    frame = pd.read_csv(rows)
    assert np.array_equal(again.score(frame), made.model.score(frame))
    assert again.entrance.ignored == ("Time", "Class")
    facts = json.loads((tmp_path / "d-report" / "facts.json").read_text())
    assert facts["run"]["work"] == {"members_trained": 22, "members_reused": 0, "network_epochs": 66}
    (study,) = facts["studies"]
    assert (study["study"], study["verdict"]) == ("detection", made.findings.verdict)
    assert study["facts"]["strangest"][0]["row"].startswith("row ")
    assert made.findings.verdict.split(":")[0].endswith(("an isolation forest", "on these rows"))
    assert [one.stage for one in told][-1] == "measuring"
    assert (told[-1].compiling.now, told[-1].compiling.later, told[-1].compiling.awaited) == (0, 0, 0.0)
    forecasts = [one.forecast for one in told if one.forecast]
    assert len(forecasts) == len(told)
    assert [one.done for one in forecasts] == sorted(one.done for one in forecasts)
    assert all(one.done + one.awaited <= one.total * (1 + 1e-9) for one in forecasts)
    assert told[-2].share == 1.0
    assert list(dict.fromkeys(one.stage for one in told)) == ["training", "cross-fitting", "measuring"]
    assert facts["studies"][0]["settings"]["threshold"] == "cross_fitted"


def test_what_is_not_said_is_as_usual(rows: Path) -> None:
    plan = plan_detector(str(rows), drop=("Class",))
    assert plan.recipe == defaults.recipe(3)
    assert (plan.seeds, plan.score, plan.goal) == (defaults.SEEDS, defaults.SCORE, cross_fitted(defaults.RATE))
    changed = plan_detector(str(rows), drop=("Class",), fields={"epochs": 2})
    assert changed.recipe == plan.recipe.replace(epochs=2)


def test_a_price_counts_all_networks(rows: Path) -> None:
    usual = plan_detector(str(rows), fields=FIELDS, seeds=3, drop=("Class",))
    cost = price_of_detector(usual)
    assert (cost.members, cost.epochs) == (33, 99), "a threshold for later rows takes ten folds more"
    alone = price_of_detector(replace(usual, goal=contamination(0.1)))
    assert (alone.members, alone.epochs) == (3, 9)
    assert alone.programs == cost.programs


def test_rows_that_are_arrays_make_a_detector(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(80, 3)))
    plan = plan_detector(str(tmp_path / "rows.npz"), fields=FIELDS, seeds=1)
    made = make_detector(plan, tmp_path / "d.trasunto")
    assert made.findings.facts.strangest[0].row.startswith(("training row", "test row"))


def same_model(one: Path, other: Path) -> bool:
    """Say whether two files hold the same model, but for when it was made."""
    (first, arrays), (second, others) = (document.write(open_model(path)) for path in (one, other))
    known, told = json.loads(first), json.loads(second)
    alike = known | {"created": ""} == told | {"created": ""}
    return alike and all(np.array_equal(array, others[name], equal_nan=True) for name, array in arrays.items())


def test_networks_are_kept_as_runs_and_not_trained_again(rows: Path, tmp_path: Path) -> None:
    plan = plan_detector(str(rows), fields=FIELDS, seeds=2, drop=("Class",))
    first = make_detector(plan, tmp_path / "first.trasunto", store=tmp_path / "kept")
    assert price_of_detector(plan, tmp_path / "kept").members == 0
    steps: list[Step] = []
    again = make_detector(plan, tmp_path / "again.trasunto", store=tmp_path / "kept", observe=steps.append)
    assert steps == []
    assert same_model(first.path, again.path)
    work = json.loads((tmp_path / "again-report" / "facts.json").read_text())["run"]["work"]
    assert work == {"members_trained": 0, "members_reused": 22, "network_epochs": 0}
    with Store.open(tmp_path / "kept", write=False) as store:
        own, *folds = [run.name for run in store.runs()]
        assert folds == [f"{own}-fold-{number}" for number in range(1, 11)]
        assert store.run(own).ids == tuple(member.id for member in next(plan.fitting.requests).members)  # type: ignore[union-attr]


def test_a_detector_with_a_store_is_one_that_is_made_in_memory(rows: Path, tmp_path: Path) -> None:
    plan = plan_detector(str(rows), fields=FIELDS | {"epochs": 30, "validation": 0.2}, seeds=2, drop=("Class",))
    made = make_detector(plan, tmp_path / "d.trasunto", store=tmp_path / "kept").model
    alone = fitting.fit_model(plan.table, plan.recipe, seeds=2, stopping=defaults.stopping())
    for one, other in zip(made.weights, alone.weights, strict=True):
        assert all(np.array_equal(one[name], array) for name, array in other.items())
    assert made.threshold == alone.threshold
    for course, other_course in zip(made.courses, alone.courses, strict=True):
        assert (course.epoch, course.epochs, *course.outcome) == (
            other_course.epoch,
            other_course.epochs,
            *other_course.outcome,
        )
        for name, curve in other_course.history.items():
            assert np.array_equal(course.history[name], curve, equal_nan=True)


@pytest.mark.parametrize("part", [0, 4])
def test_a_detector_that_was_interrupted_is_gone_on_with(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """Interrupted while its own networks, or those of a part of the rows, are trained."""
    plan = plan_detector(str(rows), fields=FIELDS | {"epochs": 12}, seeds=2, drop=("Class",))
    whole = make_detector(plan, tmp_path / "whole.trasunto", store=tmp_path / "undisturbed")
    monkeypatch.setattr(completion, "CHECKPOINT_SECONDS", 0.0)
    begun: set[str] = set()

    def stop(told: Told) -> None:
        if told.networks is not None and told.networks.trained == 2 * part and told.networks.epochs > 24 * part + 13:
            begun.add(told.stage)
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, Interrupted)):
        make_detector(plan, tmp_path / "d.trasunto", store=tmp_path / "kept", watch=stop)
    assert begun == {"cross-fitting" if part else "training"}
    assert not (tmp_path / "d.trasunto").exists()
    assert 0 < price_of_detector(plan, tmp_path / "kept").epochs < price_of_detector(plan, tmp_path / "none").epochs
    made = make_detector(plan, tmp_path / "d.trasunto", store=tmp_path / "kept")
    assert same_model(made.path, whole.path)


def test_labels_without_a_normal_one_are_asked_about(rows: Path) -> None:
    with pytest.raises(TrasuntoError, match="not which of its labels is that of normal rows"):
        plan_detector(str(rows), label="Class")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seeds": 0}, "seeds must be a count from 1"),
        ({"score": "mean"}, "score 'mean'"),
        ({"fields": {"epoch": 1}}, "did you mean"),
    ],
)
def test_what_cannot_be_planned_is_refused(rows: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(TrasuntoError, match=said):
        plan_detector(str(rows), drop=("Class",), **options)  # type: ignore[arg-type]


def fail(*_: object, **__: object) -> Model:
    raise TrasuntoError("no")


@pytest.mark.parametrize("step", ["fit_model", "save", "_write", "_findings"])
def test_whatever_fails_leaves_nothing_behind(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    plan = plan_detector(str(rows), fields=FIELDS, seeds=1, drop=("Class",))
    monkeypatch.setattr(detection, step, fail)
    with pytest.raises(TrasuntoError, match="no"):
        make_detector(plan, tmp_path / "d.trasunto")
    assert left(tmp_path) == ["rows.csv"]


def test_a_folder_that_was_there_stays(rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    plan = plan_detector(str(rows), fields=FIELDS, seeds=1, drop=("Class",))
    monkeypatch.setattr(detection, "fit_model", fail)
    with pytest.raises(TrasuntoError):
        make_detector(plan, tmp_path / "d.trasunto", report=tmp_path / "mine")
    assert left(tmp_path) == ["mine", "rows.csv"]


Write = Callable[[Path], object]


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda folder: (folder / "d.trasunto").write_text("mine"), "d.trasunto' exists"),
        (lambda folder: (folder / "d-report").write_text("mine"), "d-report' is a file"),
    ],
)
def test_what_is_in_the_way_is_refused_before_training(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write, said: str
) -> None:
    write(tmp_path)
    monkeypatch.setattr(detection, "fit_model", lambda *_, **__: pytest.fail("trained"))
    plan = plan_detector(str(rows), fields=FIELDS, seeds=1, drop=("Class",))
    with pytest.raises(TrasuntoError, match=said):
        make_detector(plan, tmp_path / "d.trasunto")


def test_networks_that_stalled_are_counted_in_what_is_said(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit_model(*asked: Any, **options: Any) -> Model:
        made = fitting.fit_model(*asked, **options)
        first, second = made.courses
        return replace(made, courses=(first, replace(second, status="stalled", reason="after 3 epochs it has risen")))

    monkeypatch.setattr(detection, "fit_model", fit_model)
    plan = plan_detector(str(rows), fields=FIELDS, seeds=2, label="Class", normal="0", drop=("Time",))
    made = make_detector(plan, tmp_path / "d.trasunto")
    said = "1 of its 2 networks stalled, and the scores are averaged over all of them: after 3 epochs it has risen."
    assert said in made.findings.details
    assert said in json.loads((tmp_path / "d-report" / "facts.json").read_text())["studies"][0]["details"]
