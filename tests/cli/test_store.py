from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Typed = Callable[..., Any]
QUICK = ("train", "[2 sigmoid] > linear", "--epochs", 2, "--batch-size", 16, "--optimizer", "sgd")


def flip(file: Path) -> str:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    return file.name


@pytest.fixture
def weights(typed: Typed, tiny: Path, tmp_path: Path) -> list[Path]:
    """The files of weights, first of epoch 1 and then of epoch 2, of a store with two members."""
    assert typed(*QUICK, "--data", tiny, "--seeds", 2, "--snapshots", 1).code == 0
    return sorted((tmp_path / "runs" / "weights").iterdir())


def test_a_sound_store_is_counted(typed: Typed, weights: list[Path]) -> None:
    done = typed("store", "check")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith(f"runs: 2 members, 1 run, {len(weights)} files of weights (")
    assert done.lines[1:] == ["everything is there"]
    document = json.loads(typed("store", "check", "--json").out)
    assert (document["sound"], document["sealed"], document["faults"], document["members"]) == (True, True, [], 2)


def test_damage_is_named_and_mended_on_the_rows_of_the_run(typed: Typed, weights: list[Path]) -> None:
    before = {file.name: file.read_bytes() for file in weights}
    name = flip(weights[0])
    weights[-1].unlink()
    done = typed("store", "check")
    assert done.code == 1
    assert f"weights/{name} is damaged (its SHA-256 is not that of what was written): weights of " in done.out
    assert f"weights/{weights[-1].name} is missing: weights of " in done.out
    assert done.lines[-2:] == ["2 faults", "trasunto store repair --store runs puts it right"]
    mended = typed("store", "repair")
    assert (mended.code, mended.lines[-2:]) == (0, ["now:", "everything is there"])
    assert any(line.startswith("trained again: 2 epochs of ") for line in mended.lines)
    assert typed("store", "check").code == 0
    assert {file.name: file.read_bytes() for file in weights} == before, "to the last bit"
    assert typed("store", "repair").lines[1:] == ["everything is there"]


def test_a_lost_database_is_put_back_from_its_copy(typed: Typed, weights: list[Path], tmp_path: Path) -> None:
    (tmp_path / "runs" / "store.sqlite").unlink()
    assert "store.sqlite is missing" in typed("store", "check").out
    assert "the database was put back from its copy" in typed("store", "repair").lines
    assert typed(*QUICK, "--data", "tiny", "--seeds", 2).err == "", "nothing is trained again"


def test_rows_that_were_columns_are_named_with_their_options(typed: Typed, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = "\n".join(f"{a},{b},{int(a > 1)}" for a, b in rng.normal(size=(60, 2)).round(3))
    (tmp_path / "cards.csv").write_text(f"Amount,Time,Class\n{rows}\n")
    assert typed(*QUICK, "--data", "cards.csv", "--label", "Class", "--drop", "Time").code == 0
    for file in (tmp_path / "runs" / "weights").iterdir():
        flip(file)
    refused = typed("store", "repair")
    assert refused.code == 1
    assert "are not the rows that it was trained on ('cards'): name those, prepared as they were then" in refused.out
    assert refused.lines[-1] == "1 fault", "the first epoch had been kept in passing only"
    document = json.loads(typed("store", "repair", "--label", "Class", "--drop", "Time", "--json").out)
    assert (document["after"]["sound"], document["left"]) == (True, [])
    assert list(document["retrained"].values()) == [[2]]


@pytest.mark.parametrize("command", ["check", "repair"])
def test_what_is_no_store_is_refused(typed: Typed, refused: Callable[..., str], command: str, tmp_path: Path) -> None:
    assert "there is no store at 'nowhere'" in refused("store", command, "--store", "nowhere")
    assert list(tmp_path.iterdir()) == []
