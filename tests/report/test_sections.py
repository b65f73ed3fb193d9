from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from trasunto.report import Drawing, Report
from trasunto.studies.findings import Findings

Build = Callable[..., Report]


@pytest.mark.parametrize("name", ["../outside", "a/b", "A3", "", "a--b", "curve.png", "curve\n"])
def test_a_figure_name_that_is_no_plain_file_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="kebab case"):
        Drawing(name=name, caption="", sha256="", width=1, height=1)


def test_figures_are_numbered_across_studies(build: Build, findings: Findings) -> None:
    report = build((findings, replace(findings, study="demonstration")))
    assert report.order == {"hidden-size-curve": 1, "demonstration-curve": 2}
    assert report.row_figures == (2,)


def test_two_figures_of_one_name_would_overwrite_each_other_and_are_refused(build: Build, findings: Findings) -> None:
    with pytest.raises(ValueError, match="hidden-size-curve"):
        build((findings, findings))


def test_a_picture_must_be_there_for_every_figure(report: Report) -> None:
    assert set(report.pictures) == {figure.name for figure in report.figures}
    assert report.studies[0].title == "Hidden size"
