from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from trasunto.report import Report, Run, compose, load_facts, without_rows, write_page, write_report
from trasunto.report.markdown import render_markdown
from trasunto.report.page import render_page
from trasunto.studies.findings import Findings

Build = Callable[..., Report]
SECRET = "0.271828"


@dataclass(frozen=True)
class Drawn:
    best: int
    drawings: tuple[dict[str, Any], ...] = field(metadata={"rows": True})


@pytest.fixture
def showing(build: Build, findings: Findings) -> Report:
    """A report of two studies, one of which shows rows in its figure and holds some among its facts."""
    rows = Drawn(128, ({"image": "test image 3", "pixels": [0.5, float(SECRET)]},))
    return build((findings, replace(findings, study="demonstration", facts=rows)))


def written(report: Report, folder: Path) -> dict[str, bytes]:
    write_report(folder, report)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_with_rows_says_where_they_are(showing: Report) -> None:
    said = "figure\N{NO-BREAK SPACE}2 shows some of them, and facts.json holds some under drawings. Their licence goes"
    assert said in render_page(showing)
    assert said.replace("\N{NO-BREAK SPACE}", " ") in render_markdown(showing)
    alone = render_page(showing, alone=True)
    assert "figure\N{NO-BREAK SPACE}2 shows some of them. Their licence goes with it." in alone


def test_rows_among_the_facts_alone_are_owned_up_to(showing: Report) -> None:
    studies = tuple(replace(study, figures=()) for study in showing.studies)
    assert "This report holds rows of the data: facts.json holds some under drawings." in render_page(
        replace(showing, studies=studies)
    )


def test_without_rows_nothing_of_them_is_left_in_the_folder(showing: Report, tmp_path: Path) -> None:
    with_rows, without = written(showing, tmp_path / "with"), written(without_rows(showing), tmp_path / "without")
    assert any(SECRET.encode() in content for content in with_rows.values())
    assert not any(SECRET.encode() in content for content in without.values())
    assert set(with_rows) - set(without) == {"figures/demonstration-curve.png"}
    for name in ("report.html", "report.md"):
        assert b"No row of the data can be recognised in this report" in without[name]
    kept, left = (json.loads(files["facts.json"])["studies"] for files in (with_rows, without))
    assert left[0] == kept[0]
    assert left[1] == kept[1] | {"facts": {"best": 128}, "figures": [], "row_facts": []}


def test_a_report_without_rows_takes_the_figures_of_the_one_before_it_away(showing: Report, tmp_path: Path) -> None:
    written(showing, tmp_path)
    assert "figures/demonstration-curve.png" not in written(without_rows(showing), tmp_path)
    assert load_facts(tmp_path).row_figures == ()


def test_a_page_alone_can_be_had_without_rows(showing: Report, tmp_path: Path) -> None:
    page = write_page(tmp_path / "page.html", without_rows(showing)).read_text()
    assert page.count("<img") == 1
    assert "No row of the data can be recognised" in page


def test_what_shows_no_row_stays_as_it_is(report: Report) -> None:
    assert render_page(without_rows(report)) == render_page(report)


def test_findings_can_be_composed_without_rows(run: Run, showing: Report, findings: Findings) -> None:
    from trasunto.figures.theme import Picture, canvas

    def drawn(found: Findings) -> list[Picture]:
        return [Picture("a", "", canvas(width=2, height=1)[0], shows_rows=True)]

    found = replace(findings, study="demonstration", facts=Drawn(2, ({"pixels": [1]},)))
    report = compose(run, [found], draw=drawn, rows=False)
    assert (report.figures, dict(report.pictures), report.studies[0].facts) == ((), {}, {"best": 2})
