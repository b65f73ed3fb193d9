from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from trasunto.studies import STUDIES

Typed = Callable[..., Any]
QUICK = ("study", "demonstration", "--set", "hidden=2", "--set", "epochs_shown=0,1", "--seeds", 1, "--set", "shared=1")


def test_the_list_shows_every_study_with_its_question_and_settings(typed: Typed) -> None:
    done = typed("study", "--list")
    for name, study in STUDIES.items():
        assert name in done.lines
        assert f"  {study.question}" in done.lines
    assert "  --set hidden=64,128,256,512" in done.lines
    assert [row["study"] for row in json.loads(typed("study", "--list", "--json").out)] == list(STUDIES)


def test_a_study_answers_in_sentences_and_leaves_a_report(typed: Typed, tiny: Path, tmp_path: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--index", "test:3", "--index", "train:0")
    assert done.code == 0, done.err
    assert done.lines[-1] == "out/demonstration/report.html"
    facts = json.loads((tmp_path / "out/demonstration/facts.json").read_text())
    assert facts["studies"][0]["verdict"] in done.lines
    assert any(line.startswith("took ") for line in done.lines)
    assert (tmp_path / "runs" / "store.sqlite").exists()


def test_any_picture_can_be_demonstrated(typed: Typed, tiny: Path, tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 200, np.uint8)).save(tmp_path / "me.png")
    done = typed(*QUICK, "--data", tiny, "--image", "me.png", "--out", "mine", "--store", "kept", "--json")
    document = json.loads(done.out)
    assert document["study"] == "demonstration"
    assert document["report"] == "mine/report.html"
    assert document["settings"]["images"] == [{"path": "me.png"}]
    assert "demonstration: " in done.err
    assert (tmp_path / "kept" / "store.sqlite").exists()


def test_a_dry_run_counts_and_writes_nothing(typed: Typed, tiny: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = typed("study", "loss", "--data", tiny, "--reduced", "--seeds", 3, "--dry-run")
    assert done.lines[0] == "to train: 6 members in 2 programs, 30 network-epochs"
    assert sorted(tmp_path.rglob("*")) == before


def test_settings_are_changed_by_their_type(typed: Typed, tiny: Path) -> None:
    done = typed(
        "study", "hidden-size", "--data", tiny, "--set", "hidden=2,4,8", "--epochs", 7, "--seeds", 1, "--dry-run"
    )
    assert done.lines[0] == "to train: 3 members in 3 programs, 21 network-epochs"


def test_a_question_that_cannot_be_asked_of_the_rows_leaves_nothing(refused: Typed, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(f"{i},{i * i % 7}\n" for i in range(30)))
    before = sorted(tmp_path.rglob("*"))
    said = refused("study", "depth-separation", "--data", "rows.csv", "--seeds", 2)
    assert "has no anomalies" in said
    assert "--normal 0" in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_table_can_be_asked_and_the_report_says_how(typed: Typed, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(120, 3))
    text = "".join(f"{a},{b},{a + b},{int(c > 1)}\n" for a, b, c in rows)
    (tmp_path / "rows.csv").write_text("a,b,sum,Class\n" + text)
    settings = ("--set", "latent=1,2", "--seeds", 2, "--epochs", 2)
    done = typed("study", "latent-loss", "--data", "rows.csv", "--label", "Class", "--normal", "0", *settings, "--json")
    assert done.code == 0, done.err
    facts = json.loads((tmp_path / "out/latent-loss/facts.json").read_text())
    again = "--data rows.csv --epochs 2 --seeds 2 --set latent=1,2 --label Class --normal 0"
    assert facts["run"]["command"] == f"trasunto study latent-loss {again}"


def test_an_output_that_cannot_reach_the_rows_is_said_and_stands_in_the_report(typed: Typed, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=x[:40], x_test=x[40:])
    words = ("study", "hidden-size", "--data", "rows.npz", "--set", "hidden=1,2", "--epochs", 1, "--seeds", 1)
    outputs = ("--network", "[{hidden} sigmoid] > sigmoid")
    done = typed(*words, *outputs)
    assert done.code == 0, done.err
    (said,) = [line for line in done.err.splitlines() if "out of its reach" in line]
    facts = json.loads((tmp_path / "out/hidden-size/facts.json").read_text())
    assert facts["run"]["remarks"] == [f"{said.removeprefix('trasunto: ')}."]


def test_cross_entropy_outside_0_to_1_is_refused_before_a_folder_is_made(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=x[:40], x_test=x[40:])
    words = ("study", "learning-rate-momentum", "--data", "rows.npz", "--set", "loss=bce")
    assert "loss 'bce' needs values between 0 and 1" in refused(*words)
    assert not (tmp_path / "out").exists()


def test_the_network_is_an_argument_and_stands_in_the_command(typed: Typed, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=x[:40], x_test=x[40:])
    words = ("study", "hidden-size", "--data", "rows.npz", "--set", "hidden=1,2", "--epochs", 1, "--seeds", 1)
    done = typed(*words, "--network", "[{hidden} tanh] > linear", "--optimizer", "rmsprop")
    assert done.code == 0, done.err
    assert "Networks: [{hidden} tanh] > linear, rmsprop, minibatches of 16 (given)." in done.lines
    command = json.loads((tmp_path / "out/hidden-size/facts.json").read_text())["run"]["command"]
    assert command.endswith("--network '[{hidden} tanh] > linear' --optimizer rmsprop")
    refused = typed("study", "loss", "--data", "rows.npz", "--optimizer", "adam")
    assert (refused.code, refused.err.count("takes no recipe")) == (2, 1)
