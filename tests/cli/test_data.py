from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import trasunto

Typed = Callable[..., Any]
Refused = Callable[..., str]
CARDS = """Time,Amount,Card,Class
1,10.5,red,0
2,,blue,0
3,30.25,red,0
4,12,blue,0
5,900,red,1
6,20,blue,0
"""


def test_the_list_says_what_is_here_and_where_the_rest_goes(typed: Typed) -> None:
    done = typed("data", "list")
    assert any(line.startswith("mnist ") and line.rstrip().endswith("here") for line in done.lines)
    assert any(line.startswith("fashion-mnist ") and "https://" in line for line in done.lines)
    assert "TRASUNTO_DATA is not set" in done.lines[-1]
    assert [(row["name"], row["present"]) for row in json.loads(typed("data", "list", "--json").out)] == [
        ("mnist", True),
        ("fashion-mnist", False),
        ("creditcard", False),
    ]


def test_a_data_set_is_shown_with_its_origin(typed: Typed, tiny: Path) -> None:
    done = typed("data", "show", tiny)
    told = {line.partition(":")[0]: line.partition(":")[2].strip() for line in done.lines}
    assert told["rows"] == "48 to train on, 16 to test on"
    assert told["features"] == "12 features (4 x 3 pixels), stored as uint8"
    assert told["labels"] == "0: 16, 1: 16, 2: 16"
    assert told["test labels"] == "0: 6, 1: 5, 2: 5"
    assert told["path"] == str(tiny)
    assert told["sha-256"].startswith(trasunto.read(tiny).provenance.sha256)


def test_what_is_left_aside_is_said_on_stderr(typed: Typed, tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + b"".join(size.to_bytes(4, "big") for size in (9, 2, 2))
    for name in ("train-images-idx3-ubyte", "other-images-idx3-ubyte"):
        (tmp_path / name).write_bytes(header + bytes(range(36)))
    done = typed("data", "show", str(tmp_path))
    assert done.code == 0
    assert done.err.startswith(f"trasunto: other-images-idx3-ubyte in {tmp_path} is not read; what is: train-images-")
    assert done.err.count("\n") == 1


def test_a_file_without_names_is_shown_where_that_is_said(typed: Typed, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "iris.data").write_text("".join(f"{number / 7:.2f},{number % 5},setosa\n" for number in range(30)))
    assert "looks like data" in refused("data", "show", "iris.data")
    done = typed("data", "show", "iris.data", "--no-header", "--drop", "x2", "--encoding", "ascii")
    assert "rows:         24 to train on, 6 to test on" in done.lines
    assert "features:     2 features, stored as float64" in done.lines


def test_json_holds_the_same(typed: Typed, tiny: Path) -> None:
    told = json.loads(typed("data", "show", tiny, "--json").out)
    assert (told["data"]["rows"], told["data"]["image_shape"], told["picture"]) == (48, [4, 3], None)
    assert told["data"]["labels"] == {"0": 16, "1": 16, "2": 16}


def test_rows_without_labels_or_with_very_many_are_shown_too(typed: Typed, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).random((40, 2)), y=np.arange(40))
    assert "labels:       40 different ones" in typed("data", "show", "rows.npz").lines
    np.save(tmp_path / "rows.npy", np.ones((4, 2)))
    assert "labels:       none" in typed("data", "show", "rows.npy").lines


def test_a_row_is_written_as_the_picture_that_it_is(typed: Typed, tiny: Path, tmp_path: Path) -> None:
    done = typed("data", "show", tiny, "--index", "test:5", "--out", "five.png")
    assert done.lines[-1] == "five.png"
    test = trasunto.read(tiny).test
    assert test is not None
    with Image.open(tmp_path / "five.png") as picture:
        assert np.asarray(picture).reshape(-1).tolist() == test.row(5).tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["five.png", "tiny"]


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    (tmp_path / "cards.csv").write_text(CARDS)
    return tmp_path / "cards.csv"


def test_columns_are_shown_with_what_is_missing_and_what_is_apart(typed: Typed, cards: Path) -> None:
    options = ("--label", "Class", "--drop", "Time", "--normal", "0", "--split", "last", "--test-share", "0.4")
    done = typed("data", "show", cards, *options)
    told = {line.partition(":")[0]: line.partition(":")[2].strip() for line in done.lines}
    assert told["rows"] == "3 to train on, 2 to test on, 1 apart"
    assert told["features"] == "3 features, stored as float64"
    assert told["columns"] == "2 columns, 1 of numbers and 1 of categories (Card: 2)"
    assert told["missing"] == "Amount: 1"
    assert (told["labels"], told["test labels"], told["apart"]) == ("0: 3", "0: 2", "1: 1")
    document = json.loads(typed("data", "show", cards, *options, "--json").out)["data"]
    assert (document["anomalies"], document["weighted"]) == (1, False)
    assert document["columns"][1] == {"name": "Card", "kind": "category", "categories": 2, "missing": 0}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--label", "class"), "has no column 'class' for label, did you mean 'Class'?"),
        (("--drop", "Time,Tme"), "has no column 'Tme' for drop"),
        (("--normal", "2", "--label", "Class"), "has no normal rows: none is labelled '2' (labels: 0, 1)"),
        (("--scaling", "standart"), "did you mean 'standard'?"),
        (("--missing", "refuse"), "column 'Amount' has no value in row 3 of "),
        (("--split", "group"), "name its column with group"),
        (("--test-share", "half"), "--test-share must be a number, not 'half'"),
        (("--test-share", "1"), "must be at least 0 and below 1"),
        (("--split-seed", "x"), "--split-seed must be a whole number, not 'x'"),
        (("--weight", "Class"), "the weight 'Class' is 0 in row 2 of "),
    ],
)
def test_columns_that_cannot_be_shown_so_are_refused(
    refused: Callable[..., str], cards: Path, options: tuple[str, ...], named: str
) -> None:
    assert named in refused("data", "show", cards, *options)
