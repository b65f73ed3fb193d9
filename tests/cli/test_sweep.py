from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Typed = Callable[..., Any]

SWEEP = """
data = "tiny"
sampler = "random"
cohort = 2
budget = { networks = 4 }

[recipe]
network = "[2 sigmoid] > sigmoid"
optimizer = "sgd"
epochs = 2

[space]
momentum = [0.0, 0.5]
learning_rate = { range = [1e-3, 1e-1], log = true }
"""


@pytest.fixture
def file(tiny: Path, tmp_path: Path) -> Path:
    path = tmp_path / "widths.toml"
    path.write_text(SWEEP)
    return path


def test_a_sweep_ranks_in_words_and_leaves_a_report(typed: Typed, file: Path, tmp_path: Path) -> None:
    done = typed("sweep", file.name)
    assert done.code == 0, done.err
    assert done.lines[-1] == "out/widths/report.html"
    assert done.lines[0].startswith("Best of 4 designs that finished: momentum ")
    assert any("rank" in line and "test_loss" in line for line in done.lines)
    facts = json.loads((tmp_path / "out/widths/facts.json").read_text())
    assert facts["studies"][0]["verdict"] == done.lines[0]
    assert facts["run"]["command"] == "trasunto sweep widths.toml"
    assert (tmp_path / "runs/sweeps/widths/trials.jsonl").exists()


def test_the_same_command_trains_nothing_and_a_larger_one_goes_on(typed: Typed, file: Path) -> None:
    typed("sweep", file.name)
    assert typed("sweep", file.name, "--dry-run").lines == ["nothing is left to train: runs holds it all"]
    dry = typed("sweep", file.name, "--networks", 6, "--dry-run")
    assert dry.lines[0].startswith("to train: 2 members in 1 program")
    document = json.loads(typed("sweep", file.name, "--networks", 6, "--json").out)
    assert document["facts"]["networks"] == 6
    assert document["sweep"] == "widths"


def test_a_dry_run_writes_nothing(typed: Typed, file: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = typed("sweep", file.name, "--seeds", 3, "--networks", 12, "--dry-run", "--json")
    assert json.loads(done.out)["members"] == 12
    assert sorted(tmp_path.rglob("*")) == before


def test_rows_can_be_named_on_the_command_line(typed: Typed, file: Path, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(120, 3))
    text = "".join(f"{a},{b},{a + b},{int(c > 1)}\n" for a, b, c in rows)
    (tmp_path / "rows.csv").write_text("a,b,sum,Class\n" + text)
    file.write_text(SWEEP.replace("sigmoid", "linear").replace("cohort", 'measure = "auroc"\ncohort'))
    done = typed("sweep", file.name, "--data", "rows.csv", "--label", "Class", "--normal", 0, "--name", "mine")
    assert done.code == 0, done.err
    facts = json.loads((tmp_path / "out/mine/facts.json").read_text())
    assert facts["run"]["command"].endswith("--data rows.csv --name mine --label Class --normal 0")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("learning_rate =", "lerning_rate =", "did you mean 'learning_rate'"),
        ("networks = 4", "network = 4", "did you mean 'networks'"),
        ('sampler = "random"', 'sampler = "rondom"\nmeasure = "accuracy"', "measure 'accuracy' is not known"),
        ('data = "tiny"', 'data = "tinny"', "there is no data set, folder or file 'tinny'"),
        ("cohort = 2", 'cohort = 2\nmeasure = "auroc"', "needs at least 6 anomalies"),
        ("[space]", "[space", "is not TOML"),
    ],
)
def test_a_file_with_a_mistake_is_refused_and_nothing_is_left(
    old: str, new: str, said: str, refused: Typed, file: Path, tmp_path: Path
) -> None:
    file.write_text(SWEEP.replace(old, new))
    before = sorted(tmp_path.rglob("*"))
    assert said in refused("sweep", file.name)
    assert sorted(tmp_path.rglob("*")) == before


def test_options_that_do_not_fit_are_refused(refused: Typed, file: Path) -> None:
    assert "there is no sweep file 'none.toml'" in refused("sweep", "none.toml")
    assert "--networks must be a whole number" in refused("sweep", file.name, "--networks", "many")
    assert "for rows that --data names" in refused("sweep", file.name, "--label", "Class")
    assert "names a page, and a folder is asked for" in refused("sweep", file.name, "--out", "a.html")


def test_another_space_under_the_same_name_is_refused(typed: Typed, refused: Typed, file: Path) -> None:
    typed("sweep", file.name)
    file.write_text(SWEEP.replace("[0.0, 0.5]", "[0.0, 0.9]"))
    assert "sweep 'widths' in runs was begun with different space" in refused("sweep", file.name, "--out", "other")


@pytest.fixture
def standardised(tmp_path: Path) -> Path:
    x = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=x)
    return tmp_path / "sweep.toml"


FIXED = """
data = "rows.npz"
sampler = "grid"
measure = "train_accuracy"
budget = { networks = 4 }

[recipe]
network = "[2 linear] > sigmoid"
epochs = 1
agreement = true
"""


def test_a_loss_that_means_nothing_on_the_rows_is_refused_before_training(
    refused: Callable[..., str], standardised: Path, tmp_path: Path
) -> None:
    standardised.write_text(FIXED + 'loss = "bce"\n[space]\nlearning_rate = [0.1, 0.01]\n')
    assert "loss 'bce' needs values between 0 and 1" in refused("sweep", standardised.name)
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "out").exists()


def test_a_design_whose_loss_means_nothing_on_the_rows_is_left_out(typed: Typed, standardised: Path) -> None:
    standardised.write_text(FIXED + '[space]\nloss = ["bce", "mse"]\n')
    assert "to train: 1 member" in typed("sweep", standardised.name, "--networks", 1, "--dry-run").out
    done = typed("sweep", standardised.name)
    assert done.code == 0, done.err
    assert done.lines[0].startswith("One design finished: loss mse")
    assert "Not trained: 1 proposal that broke a constraint or cannot be trained." in done.lines
    assert sum("out of its reach" in line for line in done.err.splitlines()) == 1


def test_a_design_whose_networks_stalled_is_shown_as_such(typed: Typed, file: Path) -> None:
    file.write_text(SWEEP.split("[space]")[0] + "[space]\nlearning_rate = [1e-30, 0.1]\n")
    done = typed("sweep", file.name, "--sampler", "grid")
    assert done.code == 0, done.err
    (heads,) = [line for line in done.lines if line.startswith("rank")]
    assert heads.split()[-1] == "status"
    ended = [line.split()[-1] for line in done.lines if "learning rate" in line or "learning_rate" in line]
    assert sorted(word for word in ended if word in ("finished", "stalled")) == ["finished", "stalled"]
    assert any(line.startswith("1 design of those that finished has networks that stalled") for line in done.lines)
