from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.models.file import open_model

Typed = Callable[..., Any]
Refused = Callable[..., str]

QUICK = ("--network", "[1 tanh] > linear", "--epochs", 3, "--batch-size", 32, "--seeds", 1)
LABELLED = ("--label", "Class", "--normal", 0, "--drop", "Time")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file of rows whose columns follow one number, save for one in 20, which is labelled 1."""
    chance = np.random.default_rng(0)
    base, strange = chance.normal(size=200), np.arange(200) % 20 == 3
    frame = pd.DataFrame({"Time": range(200), "a": base, "b": -base + 9 * strange, "Class": strange.astype(int)})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


def test_a_detector_is_trained_kept_and_reported(typed: Typed, rows: Path, tmp_path: Path) -> None:
    done = typed("detect", "rows.csv", *LABELLED, *QUICK, "--false-alarms", 0.1, "--out", "d.trasunto")
    assert done.code == 0, done.err
    assert "isolation forest" in done.lines[0]
    assert any("at most 0.1 of normal rows are flagged (marginal guarantee)" in line for line in done.lines)
    assert "The strangest rows:" in done.out
    assert "Score rows with: trasunto score d.trasunto rows.csv --out scores.parquet" in done.lines
    assert done.lines[-2:] == ["d.trasunto", "d-report/report.html"]
    assert "training: 100% done" in done.err
    assert open_model(tmp_path / "d.trasunto").threshold.kind == "false_alarms"
    page = (tmp_path / "d-report" / "report.html").read_text()
    assert "trasunto detect rows.csv --out d.trasunto --false-alarms 0.1" in page
    assert "--label Class --normal 0 --drop Time" in page


def test_the_command_in_the_report_makes_the_same_detector(typed: Typed, rows: Path, tmp_path: Path) -> None:
    import shlex

    options = ("--from-labels", "--costs", "1,50", "--calibration", "0.3", "--score", "mse")
    assert typed("detect", "rows.csv", *LABELLED, *QUICK, *options, "--out", "d.trasunto").code == 0
    command = json.loads((tmp_path / "d-report" / "facts.json").read_text())["run"]["command"]
    first = (tmp_path / "d.trasunto").rename(tmp_path / "first.trasunto")
    assert typed(*shlex.split(command)[1:]).code == 0
    frame = pd.read_csv(rows)
    one, other = open_model(first), open_model(tmp_path / "d.trasunto")
    assert np.array_equal(one.score(frame), other.score(frame))
    assert one.threshold == other.threshold


def test_the_command_in_the_report_says_that_there_is_no_header(typed: Typed, tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(60, 3))
    np.savetxt(tmp_path / "bare.csv", values, delimiter=",")
    assert typed("detect", "bare.csv", "--no-header", *QUICK, "--out", "d.trasunto").code == 0
    command = json.loads((tmp_path / "d-report" / "facts.json").read_text())["run"]["command"]
    assert "--no-header" in command.split()


def test_json_is_one_document(typed: Typed, rows: Path) -> None:
    done = typed("detect", "rows.csv", *LABELLED, *QUICK, "--out", "d.trasunto", "--json")
    told = json.loads(done.out)
    assert (told["model"], told["report"]) == ("d.trasunto", "d-report/report.html")
    assert told["facts"]["detection"]["anomalies"] == 10
    assert (told["settings"]["threshold"], told["settings"]["rate"]) == ("cross_fitted", 0.01)
    assert "About 0.01 of later normal rows are flagged" in told["facts"]["threshold"]["guarantee"]


def test_rows_without_labels_make_a_detector(typed: Typed, rows: Path) -> None:
    done = typed("detect", "rows.csv", "--drop", "Class", *QUICK, "--contamination", 0.05, "--out", "d.trasunto")
    assert done.code == 0, done.err
    assert "Without known anomalies" in done.lines[0]
    assert "8 of 160 training rows are" in done.out


def test_a_dry_run_says_the_price_and_writes_nothing(typed: Typed, rows: Path, tmp_path: Path) -> None:
    done = typed("detect", "rows.csv", *LABELLED, "--out", "d.trasunto", "--dry-run", "--epochs", 2)
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith("to train: ")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_help_names_every_score(typed: Typed) -> None:
    from trasunto.models.scoring import SCORES

    done = typed("detect", "--help")
    told = " ".join(done.out.split())
    assert all(score in told for score in SCORES)
    assert "trasunto detect rows.csv --out rows.trasunto" in told
    assert "Passes over the training rows" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--label", "Clas", "--normal", 0), "no column 'Clas' for label, did you mean 'Class'?"),
        (("--label", "Class"), "not which of its labels is that of normal rows"),
        (("--label", "Class", "--normal", 7), "no normal rows: none is labelled"),
        (("--normal", 0), "no labels to tell normal rows by"),
        (("--drop", "Tim"), "did you mean 'Time'?"),
        ((*LABELLED, "--contamination", "0.1", "--false-alarms", "0.1"), "are different thresholds"),
        ((*LABELLED, "--contamination", "x"), "--contamination must be a number, not 'x'"),
        ((*LABELLED, "--contamination", "0.9"), "contamination is 0.9"),
        ((*LABELLED, "--false-alarms", "0"), "rate of false alarms is 0"),
        ((*LABELLED, "--false-alarms", "0.001"), "cannot promise a rate of 0.001"),
        ((*LABELLED, "--confidence", "0.9"), "--confidence belongs to --false-alarms"),
        ((*LABELLED, "--recall", "0.9"), "belong to --from-labels"),
        ((*LABELLED, "--from-labels", "--costs", "1"), "--costs takes two numbers"),
        ((*LABELLED, "--from-labels", "--recall", "2"), "recall is 2"),
        (("--from-labels", "--drop", "Class"), "no known anomalies"),
        ((*LABELLED, "--false-alarms", "0.1", "--calibration", "1"), "cannot be kept for calibration"),
        ((*LABELLED, "--score", "mes"), "did you mean 'mse'?"),
        ((*LABELLED, "--seeds", "0"), "seeds must be a count from 1"),
        ((*LABELLED, "--network", "[4 sigmoyd] > linear"), "did you mean 'sigmoid'?"),
        ((*LABELLED, "--epochs", "x"), "epochs must be"),
        ((*LABELLED, "--scaling", "log"), "scaling"),
        ((*LABELLED, "--report", "rows.csv"), "'rows.csv' is a file"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_left(
    typed: Typed, rows: Path, tmp_path: Path, options: tuple[object, ...], said: str
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = typed("detect", "rows.csv", *QUICK, *options, "--out", "d.trasunto")
    assert (done.code, done.out) == (2, ""), done
    assert said in done.err
    assert [line for line in done.err.splitlines() if not line.startswith("training: ")] == [done.err.splitlines()[-1]]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_network_that_diverges_is_kept_in_the_store_and_makes_no_detector(
    typed: Typed, rows: Path, tmp_path: Path
) -> None:
    done = typed("detect", "rows.csv", *QUICK, *LABELLED, "--learning-rate", "1e30", "--out", "d.trasunto")
    assert (done.code, done.out) == (2, "")
    assert "diverged" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "runs"]


def test_a_single_class_is_refused(refused: Refused, tmp_path: Path) -> None:
    pd.DataFrame({"a": range(20), "Class": 0}).to_csv(tmp_path / "one.csv", index=False)
    said = refused("detect", "one.csv", "--label", "Class", "--normal", 0, *QUICK, "--out", "d.trasunto")
    assert "every row of one.csv is labelled 0" in said


@pytest.mark.parametrize("out", ["d.pkl", "nowhere/d.trasunto", "rows.csv"])
def test_an_output_that_cannot_be_is_refused_first(refused: Refused, rows: Path, out: str) -> None:
    assert out in refused("detect", "no-such-rows.csv", *QUICK, "--out", out)


@pytest.mark.parametrize(("name", "content"), [("r.parquet", b"PAR1"), ("r.csv", b""), ("r.csv.gz", b"\x1f\x8b no")])
def test_rows_that_cannot_be_read_are_refused(refused: Refused, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refused("detect", name, *QUICK, "--out", "d.trasunto")


def test_a_detector_whose_networks_learnt_nothing_is_not_made(typed: Typed, rows: Path, tmp_path: Path) -> None:
    done = typed("detect", rows.name, *LABELLED, *QUICK, "--learning-rate", 1e-12, "--out", "d.trasunto")
    assert done.code == 2
    assert "the network stalled, so there is nothing to detect with: after 3 epochs the test_loss is" in done.err
    assert not (tmp_path / "d.trasunto").exists()
    assert not (tmp_path / "d-report").exists()


def test_a_detector_that_was_not_trained_says_so(typed: Typed, rows: Path) -> None:
    words = [0 if word == 3 else word for word in QUICK]
    done = typed("detect", rows.name, *LABELLED, *words, "--out", "d.trasunto")
    assert done.code == 0, done.err
    assert "Its networks were not trained: it was asked for 0 epochs." in done.lines


def test_an_output_that_cannot_reach_the_rows_is_said_on_stderr_and_in_the_report(
    typed: Typed, rows: Path, tmp_path: Path
) -> None:
    words = ["[1 tanh] > sigmoid" if word == "[1 tanh] > linear" else word for word in QUICK]
    done = typed("detect", rows.name, *LABELLED, *words, "--out", "d.trasunto")
    assert done.code == 0, done.err
    (said,) = {line for line in done.err.splitlines() if "out of its reach" in line}
    assert said.startswith("trasunto: output 'sigmoid' gives values from 0 to 1, and ")
    run = json.loads((tmp_path / "d-report" / "facts.json").read_text())["run"]
    assert f"{said.removeprefix('trasunto: ')}." in run["remarks"]


def test_every_field_of_a_recipe_reaches_a_detector(typed: Typed, rows: Path) -> None:
    fields = "--loss huber --huber-delta 0.5 --optimizer sgd --nesterov --momentum 0.5 --schedule step"
    schedule = "--schedule-epochs 2 --schedule-factor 0.5"
    words = (*fields.split(), *schedule.split())
    done = typed("detect", "rows.csv", *LABELLED, *QUICK, *words, "--out", "d.trasunto", "--json")
    recipe = json.loads(json.loads(done.out)["settings"]["recipe"])
    assert (recipe["loss"], recipe["huber_delta"], recipe["optimizer"]) == ("huber", 0.5, "sgd")
    assert (recipe["nesterov"], recipe["momentum"]) == (True, 0.5)
    assert (recipe["schedule"], recipe["schedule_epochs"], recipe["schedule_factor"]) == ("step", 2, 0.5)
    assert schedule in Path("d-report/report.html").read_text()
