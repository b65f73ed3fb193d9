from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trasunto
from trasunto.api.reproduction import command_of
from trasunto.studies.loss import Settings

Typed = Callable[..., Any]


@pytest.fixture(autouse=True)
def small_paper(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    """The paper on tiny images, its cross entropy study with two networks of one epoch."""
    table = trasunto.read(tiny)
    monkeypatch.setattr("trasunto.api.reproduction.load", lambda name: table)
    monkeypatch.setattr(Settings, "reduced", classmethod(lambda cls: cls(hidden=2, epochs=1, seeds=2)))


def test_a_paper_is_run_again_into_a_report(typed: Typed, tmp_path: Path) -> None:
    done = typed("reproduce", "mnist", "--part", "loss", "--out", "paper")
    assert done.code == 0, done.err
    assert done.lines[-1] == "paper/report.html"
    assert done.lines[-2].startswith("took ")
    assert done.lines[-3].startswith("loss: ")
    assert re.match(r"loss: 0% done, .* so far, about .* left$", done.err.splitlines()[0])
    assert (tmp_path / "paper" / "facts.json").exists()
    assert (tmp_path / "runs" / "store.sqlite").exists()


def test_json_names_verdicts_and_the_report(typed: Typed, tmp_path: Path) -> None:
    done = typed("reproduce", "mnist", "--part", "loss", "--store", "kept", "--json")
    document = json.loads(done.out)
    assert [study["study"] for study in document["studies"]] == ["loss"]
    assert document["report"] == "out/report.html"
    assert "loss: " in done.err
    assert (tmp_path / "kept" / "store.sqlite").exists()


def test_a_dry_run_counts_and_writes_nothing(typed: Typed, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = typed("reproduce", "mnist", "--part", "loss", "--dry-run")
    assert done.lines[0] == "to train: 4 members in 2 programs, 4 network-epochs"
    assert done.lines[-1].endswith("in runs")
    assert sorted(tmp_path.rglob("*")) == before


def test_rows_that_are_not_there_are_refused_before_anything_is_made(refused: Typed, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert "--path is not for it" in refused("reproduce", "mnist", "--path", "rows.csv")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_command_in_the_report_names_the_file_that_was_given() -> None:
    said = command_of("fraud", True, ["depth-loss"], "my cards.csv")
    assert said == "trasunto reproduce fraud --full --part depth-loss --path 'my cards.csv'"
