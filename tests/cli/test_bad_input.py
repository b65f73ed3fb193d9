"""Everything a user can get wrong, typed in: exit code 2, one sentence that names the thing, nothing half-written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Refused = Callable[..., str]
Typed = Callable[..., Any]
QUICK = ("train", "[2 sigmoid] > linear", "--epochs", 1, "--batch-size", 16)


def test_a_truncated_file(refused: Refused, tiny: Path) -> None:
    images = tiny / "train-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-5])
    assert str(images) in refused(*QUICK, "--data", tiny)


def test_a_mislabelled_file(refused: Refused, tiny: Path) -> None:
    labels = tiny / "train-labels-idx1-ubyte"
    labels.rename(tiny / "train-images-idx3-ubyte")
    assert "train-images-idx3-ubyte" in refused(*QUICK, "--data", tiny)


def test_images_and_labels_of_different_counts(refused: Refused, tiny: Path, write_idx: Callable[..., Path]) -> None:
    write_idx(tiny / "train-labels-idx1-ubyte", np.zeros(47))
    assert "48 rows and 47 labels" in refused(*QUICK, "--data", tiny)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_not_finite(refused: Refused, tmp_path: Path, value: float) -> None:
    rows = np.ones((6, 2, 2), np.float32)
    rows[4, 0, 1] = value
    np.savez(tmp_path / "rows.npz", x=rows)
    sentence = refused(*QUICK, "--data", tmp_path / "rows.npz")
    assert f"{value} in row 4, column 1 (pixel_0_1)" in sentence


@pytest.mark.parametrize("index", ["48", "train:48", "test:16"])
def test_an_image_index_out_of_range(refused: Refused, tiny: Path, index: str) -> None:
    number = index.rpartition(":")[2]
    sentence = refused("data", "show", tiny, "--index", index, "--out", "picture.png")
    assert f"no image {number} (legal: 0 to {int(number) - 1})" in sentence
    if ":" in index:
        assert f"no image {number}" in refused("study", "demonstration", "--data", tiny, "--reduced", "--index", index)


def test_an_index_that_is_no_number(refused: Refused, tiny: Path) -> None:
    assert "'me.png'" in refused("data", "show", tiny, "--index", "me.png", "--out", "picture.png")
    assert "'485'" in refused("study", "demonstration", "--data", tiny, "--index", "485")


def test_an_image_of_rows_that_are_none(refused: Refused, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.ones((6, 2)))
    assert "no images" in refused("data", "show", "rows.npz", "--index", "1", "--out", "picture.png")


def test_an_index_without_a_place_to_draw_it(refused: Refused, tiny: Path) -> None:
    assert "--out" in refused("data", "show", tiny, "--index", "1")


def test_a_bad_recipe_text(refused: Refused, tiny: Path) -> None:
    sentence = refused("train", "8 relu > [4 sigmoyd] > linear", "--data", tiny)
    assert "entry 2, character 13: activation 'sigmoyd' is not known, did you mean 'sigmoid'?" in sentence


@pytest.mark.parametrize("rate", ["nan", "inf", "0", "-1", "fast"])
def test_a_learning_rate_that_is_none(refused: Refused, tiny: Path, rate: str) -> None:
    assert "learning_rate must be a finite number above 0, not" in refused(*QUICK, "--learning-rate", rate)
    if rate != "fast":
        assert "learning_rate must be" in refused(*QUICK, "--vary", f"learning_rate=0.1,{rate}")


@pytest.mark.parametrize("momentum", ["1", "-0.1", "nan"])
def test_a_momentum_outside_its_range(refused: Refused, momentum: str) -> None:
    assert "momentum must be a number in [0, 1), not" in refused(*QUICK, "--optimizer", "sgd", "--momentum", momentum)


@pytest.mark.parametrize(
    ("option", "text", "named"),
    [
        ("--loss", "bcee", "did you mean 'bce'?"),
        ("--epochs", "2.5", "'2.5'"),
        ("--batch-size", "0", "batch_size"),
        ("--momentum", "0.5", "not used by optimizer 'adam'"),
        ("--seeds", "0", "seeds"),
        ("--seeds", "x", "'x'"),
        ("--snapshots", "0,9", "snapshot epoch 9"),
        ("--vary", "learning_rate", "--vary 'learning_rate' lacks its value"),
        ("--vary", "learning_rat=1", "did you mean 'learning_rate'?"),
        ("--vary", "learning_rate=1,x", "'x'"),
        ("--data", "mnits", "did you mean 'mnist'?"),
        ("--data", "[red]no[/red]", "[red]no[/red]"),
        ("--out", "members.txt", ".csv or .parquet"),
        ("--out", "nowhere/members.csv", "nowhere"),
    ],
)
def test_an_option_with_a_value_that_it_cannot_have(
    refused: Refused, tiny: Path, option: str, text: str, named: str
) -> None:
    data = () if option == "--data" else ("--data", tiny)
    assert named in refused(*QUICK, *data, option, text)


def test_a_file_that_is_there_is_not_overwritten(refused: Refused, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("mine")
    assert "'members.csv' exists" in refused(*QUICK, "--data", tiny, "--out", "members.csv")
    (tmp_path / "picture.png").write_text("mine")
    assert "'picture.png' exists" in refused("data", "show", tiny, "--index", "1", "--out", "picture.png")


def test_a_named_run_with_other_data(typed: Typed, tiny: Path) -> None:
    assert typed(*QUICK, "--data", tiny, "--name", "mine").code == 0
    np.savez("rows.npz", x=np.random.default_rng(0).random((20, 3)))
    done = typed(*QUICK, "--data", "rows.npz", "--name", "mine")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "'mine'" in done.err


def test_a_store_of_a_newer_version(typed: Typed, refused: Refused, tiny: Path, tmp_path: Path) -> None:
    typed(*QUICK, "--data", tiny)
    with sqlite3.connect(tmp_path / "runs" / "store.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'format'")
    connection.close()
    done = typed(*QUICK, "--data", tiny)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "999" in done.err


def test_a_store_that_is_something_else(refused: Refused, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    assert "letter.txt" in refused(*QUICK, "--data", tiny, "--store", "letter.txt")


@pytest.mark.parametrize("command", [("study", "loss"), ("reproduce", "mnist", "--part", "loss")])
def test_an_output_folder_that_cannot_be_written(
    refused: Refused, tiny: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    data = ("--data", tiny) if command[0] == "study" else ()
    assert "letter.txt" in refused(*command, *data, "--out", "letter.txt")
    assert "letter.txt" in refused(*command, *data, "--out", "letter.txt/out")


def test_a_report_that_trasunto_did_not_write(refused: Refused, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("mine")
    assert "report.html" in refused("study", "loss", "--data", tiny, "--out", "out")


def test_more_memory_than_there_is(typed: Typed, tiny: Path) -> None:
    done = typed("train", "[900000000 relu] > linear", "--data", tiny)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "GiB is free" in done.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("study",), "name one of learning-rate-momentum"),
        (("study", "hiden-size"), "did you mean 'hidden-size'?"),
        (("study", "loss", "--set", "hiden=3"), "did you mean 'hidden'?"),
        (("study", "loss", "--epochs", "x"), "setting epochs must be a whole number, not 'x'"),
        (("study", "loss", "--epochs", "2", "--set", "epochs=3"), "given twice"),
        (("study", "loss", "--image", "me.png"), "'loss' draws no images"),
        (("study", "loss", "--data", "nothing"), "'nothing'"),
        (("study", "loss", "--out", "loss.html"), "'loss.html' names a page"),
        (("reproduce", "minst"), "did you mean 'mnist'?"),
        (("reproduce", "mnist", "--part", "los"), "did you mean 'loss'?"),
        (("report", "nowhere"), "'nowhere' holds no report"),
        (("data", "show", "nothing"), "'nothing'"),
    ],
)
def test_a_name_that_is_none(refused: Refused, words: tuple[str, ...], named: str) -> None:
    assert named in refused(*words)


def test_a_picture_that_is_none(refused: Refused, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "me.png").write_text("not a picture")
    sentence = refused("study", "demonstration", "--data", tiny, "--reduced", "--image", "me.png")
    assert "me.png cannot be read as a picture" in sentence


@pytest.mark.parametrize("on", ["cluster", "local", "local:0", "local:many", "ray:"])
def test_workers_that_are_none(refused: Refused, on: str) -> None:
    for command in (QUICK, ("study", "hidden-size"), ("reproduce", "mnist")):
        assert f"invalid value for on: '{on}'" in refused(*command, "--on", on)
