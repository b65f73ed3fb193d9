from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.runs.store import Store

Typed = Callable[..., Any]
QUICK = ("train", "[2 sigmoid] > linear", "--epochs", 2, "--batch-size", 16, "--optimizer", "sgd")


def test_members_are_printed_best_first_and_how_to_look_at_them(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--vary", "learning-rate=0.001,0.1", "--vary", "momentum=0,0.9")
    assert done.code == 0
    rows = [line.split() for line in done.lines if " finished " in line]
    assert len(rows) == 4
    losses = [float(row[2]) for row in rows]
    assert losses == sorted(losses)
    assert (rows[0][0], rows[0][1]) == ("0.1", "0.9")
    assert any(line.startswith("training: 100% done") for line in done.err.splitlines())
    assert "    cohort = trasunto.train(recipe.grid(learning_rate=[0.001, 0.1], momentum=[0.0, 0.9])" in done.out


def test_words_vary_beside_numbers_and_members_of_other_losses_are_not_ranked(typed: Typed, tiny: Path) -> None:
    words = [*QUICK[:1], "[2 sigmoid] > sigmoid", *QUICK[2:], "--data", tiny]
    vary = ["--vary", "loss=mse,bce", "--vary", "tied=false,true", "--vary", "learning-rate=0.1,0.2"]
    assert typed(*words, *vary, "--dry-run").lines[0] == "to train: 8 members in 4 programs, 16 network-epochs"
    done = typed(*words, *vary, "--out", "members.csv")
    assert done.code == 0
    assert "8 members, in the order asked, for they minimise different losses (mse, bce)" in done.out
    rows = [line.split() for line in done.lines if " finished " in line]
    assert [row[:3] for row in rows] == [
        [loss, tied, rate] for loss in ("mse", "bce") for tied in ("no", "yes") for rate in ("0.1", "0.2")
    ]
    assert "cohort = trasunto.train(recipe.grid(loss=['mse', 'bce'], tied=[False, True], learning_rate=" in done.out
    assert "cohort.best('test_error').reconstruct(" in done.out
    frame = pd.read_csv("members.csv")
    assert frame["tied"].tolist() == [False, False, True, True] * 2
    shown = typed("runs", "show", done.lines[0].split()[0])
    assert "in the order asked, for they minimise different losses (mse, bce):" in shown.lines
    document = json.loads(typed("runs", "show", done.lines[0].split()[0], "--json").out)
    assert [member["loss"] for member in document["members"]] == ["mse"] * 4 + ["bce"] * 4


def test_a_word_that_varies_brings_the_numbers_it_takes(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK[:-2], "--data", tiny, "--momentum", 0.5, "--vary", "optimizer=rmsprop,sgd", "--vary",
                 "corruption=none,masking", "--json")  # fmt: skip
    members = json.loads(done.out)["members"]
    assert sorted((one["optimizer"], one["corruption"], one["momentum"]) for one in members) == [
        (optimizer, corruption, 0.5) for optimizer in ("rmsprop", "sgd") for corruption in ("", "masking")
    ]


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        (
            "hidden=16,32",
            "hidden cannot vary within a grid, whose members share a network: `trasunto study hidden-size`",
        ),
        ("latent=2,4", "`trasunto study latent-loss`"),
        ("network=[2 relu] > linear", "`trasunto sweep`"),
        ("loss=mse,bec", "loss 'bec' is not known, did you mean 'bce'?"),
        ("tied=maybe", "--vary tied must be true or false, not 'maybe'"),
        ("batch_size=8,x", "--vary batch_size must be a whole number, not 'x'"),
        ("loss=", "loss must be given a list of values"),
    ],
)
def test_what_cannot_vary_is_refused_in_one_sentence(typed: Typed, tiny: Path, vary: str, said: str) -> None:
    done = typed(*QUICK, "--data", tiny, "--vary", vary)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_a_second_call_trains_nothing_and_says_the_same(typed: Typed, tiny: Path) -> None:
    first, second = (typed(*QUICK, "--data", tiny) for _ in range(2))
    assert "training:" in first.err
    assert second.err == ""
    assert second.out == first.out


def test_failures_are_results_with_their_sentences(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--vary", "learning_rate=0.1,1e3,1e30")
    assert done.code == 0
    assert "stalled: after 2 epochs the test_loss is" in done.out
    assert "diverged: the loss was no longer finite in epoch 1 (learning_rate 1e+30" in done.out


def test_of_many_members_the_rest_is_counted(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--seeds", 23)
    assert "23 members, best first" in done.out
    assert sum(" finished " in line for line in done.lines) == 20
    assert "and 3 more: 3 finished" in done.lines


def test_json_is_one_strict_document_alone_on_stdout(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--vary", "learning_rate=0.1,1e30", "--json")

    def strict(constant: str) -> None:
        raise AssertionError(constant)

    document = json.loads(done.out, parse_constant=strict)
    assert document["epochs"] == 2
    assert [member["status"] for member in document["members"]] == ["finished", "diverged"]
    assert document["members"][1]["test_loss"] is None
    assert "training: 100% done" in done.err


@pytest.mark.parametrize(("ending", "read"), [("csv", pd.read_csv), ("parquet", pd.read_parquet)])
def test_the_table_of_members_is_written(typed: Typed, tiny: Path, ending: str, read: Callable[..., Any]) -> None:
    done = typed(*QUICK, "--data", tiny, "--seeds", 2, "--out", f"members.{ending}")
    assert done.lines[-1] == f"members.{ending}"
    frame = read(f"members.{ending}")
    assert len(frame) == 2
    assert {"id", "learning_rate", "seed", "status", "test_loss"} <= set(frame)
    assert frame["test_loss"].is_monotonic_increasing


def test_a_dry_run_counts_and_writes_nothing(typed: Typed, tiny: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = typed(*QUICK, "--data", tiny, "--seeds", 3, "--out", "members.csv", "--dry-run")
    assert done.lines[0] == "to train: 3 members in 1 program, 6 network-epochs"
    assert [line.partition(":")[0] for line in done.lines] == ["to train", "time", "memory", "disk"]
    document = json.loads(typed(*QUICK, "--data", tiny, "--seeds", 3, "--dry-run", "--json").out)
    assert (document["members"], document["programs"], document["network_epochs"]) == (3, 1, 6)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_knows_what_is_there_already(typed: Typed, tiny: Path) -> None:
    typed(*QUICK, "--data", tiny)
    assert typed(*QUICK, "--data", tiny, "--dry-run").lines == ["nothing is left to train: runs holds it all"]


def test_every_option_of_the_recipe_reaches_it(typed: Typed, tiny: Path) -> None:
    done = typed(*QUICK, "--data", tiny, "--nesterov", "--momentum", 0.5, "--validation", 0.25, "--loss", "huber",
                 "--huber-delta", 2, "--name", "mine", "--snapshots", "0,1", "--store", "kept", "--json")  # fmt: skip
    document = json.loads(done.out)
    (member,) = document["members"]
    assert (document["run"], document["store"]) == ("mine", "kept")
    assert (member["loss"], member["huber_delta"], member["momentum"]) == ("huber", 2.0, 0.5)
    assert member["validation_loss"] > 0


def test_npz_files_are_data_too(typed: Typed, tmp_path: Path) -> None:
    import numpy as np

    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).random((20, 3)))
    done = typed(*QUICK, "--data", "rows.npz")
    assert done.code == 0
    assert "train_loss" in done.out
    assert "test_loss" not in done.out


def test_ctrl_c_leaves_a_run_that_the_same_command_goes_on_with(tiny: Path, tmp_path: Path) -> None:
    words = ["train", "[2 relu] > linear", "--data", "tiny", "--epochs", "10000", "--batch-size", "16"]
    command = [sys.executable, "-m", "trasunto", *words]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "networks" not in (line := running.stderr.readline()):
            pass
        assert line.startswith("training:")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    told = [line for line in said.splitlines() if not line.startswith("training:")]
    assert "what was done is kept in runs" in told[0]
    assert told[1:] == [f"go on with: {shlex.join(['trasunto', *words])}"]
    with Store.open(tmp_path / "runs", write=False) as store:
        (run,) = store.runs()
        assert store.progress(run.ids)[run.ids[0]].epoch > 0


def test_an_output_that_cannot_reach_the_rows_is_said_and_kept(typed: Typed, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    words = ("train", "[2 tanh] > sigmoid", "--data", "rows.npz", "--epochs", 1, "--out", "members.csv")
    done = typed(*words)
    assert done.code == 0, done.err
    said = [line for line in done.err.splitlines() if "out of its reach" in line]
    assert len(said) == 1
    assert said[0].startswith("trasunto: output 'sigmoid' gives values from 0 to 1, and ")
    assert pd.read_csv(tmp_path / "members.csv")["remark"].tolist() == [said[0].removeprefix("trasunto: ")]
    name = done.lines[0].split()[0]
    assert said[0].removeprefix("trasunto: ") in typed("runs", "show", name).lines


def test_cross_entropy_of_values_beyond_1_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=255 * np.random.default_rng(0).random((40, 3), np.float32))
    words = ("train", "[2 relu] > sigmoid", "--loss", "bce", "--data", "rows.npz")
    assert "loss 'bce' needs values between 0 and 1" in refused(*words)
    assert "loss 'bce' needs values between 0 and 1" in refused(*words, "--dry-run")
    assert not (tmp_path / "runs").exists()
