from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Typed = Callable[..., Any]


@pytest.fixture
def folder(typed: Typed, tiny: Path, tmp_path: Path) -> Path:
    done = typed("study", "demonstration", "--data", tiny, "--reduced", "--set", "hidden=2", "--index", "test:1")
    assert done.code == 0, done.err
    return tmp_path / "out" / "demonstration"


def test_a_page_is_made_again_from_its_facts(typed: Typed, folder: Path) -> None:
    page = (folder / "report.html").read_text()
    (folder / "report.html").unlink()
    done = typed("report", folder)
    assert (done.code, done.lines) == (0, [str(folder / "report.html")])
    assert (folder / "report.html").read_text() == page


def test_a_page_alone_goes_where_it_is_asked_for(typed: Typed, folder: Path, tmp_path: Path) -> None:
    done = typed("report", folder, "--out", "alone.html", "--json")
    assert json.loads(done.out) == {"report": "alone.html"}
    assert "<html" in (tmp_path / "alone.html").read_text()


def test_a_file_of_others_is_not_replaced(typed: Typed, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alone.html").write_text("mine")
    done = typed("report", folder, "--out", "alone.html")
    assert done.code == 2
    assert (tmp_path / "alone.html").read_text() == "mine"
