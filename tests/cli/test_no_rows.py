"""``--no-rows``: what is written can be passed on, for no row of the data can be recognised in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import trasunto

Typed = Callable[..., Any]
NONE = b"No row of the data can be recognised in this report"
SECRET = 31415.926
DETECT = ("detect", "rows.csv", "--network", "[1 tanh] > linear", "--epochs", 2, "--seeds", 1, "--out", "d.trasunto")
STUDY = ("study", "demonstration", "--set", "hidden=2", "--set", "epochs_shown=0,1", "--seeds", 1, "--set", "shared=1")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file of rows, one of which is strange by a number that is found nowhere else."""
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(120, 2)), columns=["a", "b"])
    frame.loc[17, "a"] = SECRET
    frame.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


def shows(content: bytes) -> bool:
    return any(digits in content for digits in (b"31415.926", b"31,415", b"31416", b"3.142e+04", b"3.1416e+04"))


def test_a_detectors_report_shows_its_strangest_rows(typed: Typed, rows: Path, tmp_path: Path) -> None:
    done = typed(*DETECT)
    assert done.code == 0, done.err
    held = files(tmp_path / "d-report")
    assert shows(held["facts.json"])
    assert shows(done.out.encode())
    assert {"figures/detection-scores.png", "figures/detection-reasons.png"} <= set(held)
    assert NONE not in held["report.html"]
    drawn = json.loads(held["facts.json"])["studies"][0]["figures"]
    assert {one["name"]: one["shows_rows"] for one in drawn} == {"detection-scores": False, "detection-reasons": True}


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_detectors_report_can_be_had_without_rows(
    typed: Typed, rows: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    done = typed(*DETECT, "--no-rows", *more)
    assert done.code == 0, done.err
    held = files(tmp_path / "d-report")
    assert not any(shows(content) for content in (*held.values(), done.out.encode()))
    assert [name for name in held if name.startswith("figures/")] == ["figures/detection-scores.png"]
    assert NONE in held["report.html"]
    assert NONE in held["report.md"]
    assert b" --no-rows" in held["report.html"]


def test_a_page_without_rows_is_made_of_a_report_with_some(typed: Typed, rows: Path, tmp_path: Path) -> None:
    assert typed(*DETECT).code == 0
    before = files(tmp_path / "d-report")
    done = typed("report", "d-report", "--no-rows", "--out", "page.html")
    assert (done.code, done.lines) == (0, ["page.html"])
    page = (tmp_path / "page.html").read_bytes()
    assert NONE in page
    assert page.count(b"<img") == before["report.html"].count(b"<img") - 1
    assert files(tmp_path / "d-report") == before


def test_the_report_in_its_folder_is_not_robbed_of_its_rows(typed: Typed, rows: Path, tmp_path: Path) -> None:
    assert typed(*DETECT).code == 0
    before = files(tmp_path)
    done = typed("report", "d-report", "--no-rows")
    assert (done.code, done.out) == (2, "")
    assert "--no-rows needs --out" in done.err
    assert files(tmp_path) == before


@pytest.mark.parametrize("no_rows", [False, True])
def test_a_study_leaves_out_the_images_and_what_was_drawn_of_them(
    typed: Typed, tiny: Path, tmp_path: Path, no_rows: bool
) -> None:
    done = typed(*STUDY, "--data", tiny, "--index", "test:3", "--json", *(["--no-rows"] if no_rows else []))
    assert done.code == 0, done.err
    held = files(tmp_path / "out" / "demonstration")
    (study,) = json.loads(held["facts.json"])["studies"]
    for facts in (study["facts"], json.loads(done.out)["facts"]):
        assert ("drawings" in facts) is not no_rows
        assert facts["moments"]
    assert ("figures/a6-drawings.png" in held) is not no_rows
    assert (NONE in held["report.html"]) is no_rows
    assert (b" --no-rows" in held["report.html"]) is no_rows


def test_a_paper_is_run_again_without_rows(
    typed: Typed, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trasunto.studies.demonstration import Settings
    from trasunto.studies.images import RowImage

    table = trasunto.read(tiny)
    small = Settings((RowImage("test", 3),), epochs_shown=(0, 1), hidden=2, seeds=1, shared=1)
    monkeypatch.setattr("trasunto.api.reproduction.load", lambda name: table)
    monkeypatch.setattr(Settings, "reduced", classmethod(lambda cls: small))
    done = typed("reproduce", "mnist", "--part", "demonstration", "--no-rows")
    assert done.code == 0, done.err
    held = files(tmp_path / "out")
    assert set(held) == {"report.html", "report.md", "facts.json"}
    assert "drawings" not in json.loads(held["facts.json"])["studies"][0]["facts"]
    assert NONE in held["report.html"]
    assert b"trasunto reproduce mnist --no-rows --part demonstration" in held["report.html"]


def test_an_answer_in_python_reports_without_rows(tiny: Path, tmp_path: Path) -> None:
    from trasunto.studies.images import RowImage

    answer = trasunto.study(
        "demonstration",
        trasunto.read(tiny),
        store=tmp_path / "runs",
        images=(RowImage("test", 3),),
        hidden=2,
        epochs_shown=(0, 1),
        seeds=1,
        shared=1,
    )
    page = answer.report(tmp_path / "out", rows=False)
    assert NONE in page.read_bytes()
    assert not (tmp_path / "out" / "figures").exists()
