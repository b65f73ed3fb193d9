from __future__ import annotations

import hashlib

import pytest

from trasunto import figures
from trasunto.figures.theme import Picture
from trasunto.report import Report, Run, compose
from trasunto.studies.findings import Findings


def test_facts_and_settings_become_plain_values(report: Report) -> None:
    (study,) = report.studies
    assert study.facts == {
        "cells": [{"units": 64, "error": 0.0125}, {"units": 128, "error": 0.0081}],
        "best": 128,
        "p": None,
    }
    assert study.settings == {"units": [64, 128], "learning_rate": 0.95}


def test_every_number_of_the_paper_keeps_its_ratio_and_interval(report: Report) -> None:
    gap, few = report.studies[0].numbers
    assert (gap.ratio, gap.low, gap.high) == (0.051 / 0.05, 0.049, 0.053)
    assert (few.ratio, few.paper_says) == (None, "64 is too few")


def test_a_figure_carries_its_size_and_the_checksum_of_its_file(report: Report) -> None:
    (figure,) = report.figures
    assert (figure.width, figure.height) == (192, 96)
    assert figure.sha256 == hashlib.sha256(report.pictures[figure.name]).hexdigest()
    assert report.pictures[figure.name].startswith(b"\x89PNG")


def test_a_figure_is_marked_where_whoever_drew_it_says_that_it_shows_rows(run: Run, findings: Findings) -> None:
    def drawn(found: Findings) -> list[Picture]:
        figure = figures.theme.canvas(width=2, height=1)[0]
        return [Picture("a", "", figure), Picture("b", "", figure, shows_rows=True)]

    assert compose(run, [findings], draw=drawn).row_figures == (2,)


def test_without_a_drawer_the_studys_own_figures_are_drawn(
    run: Run, findings: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def pictures(found: Findings) -> list[Picture]:
        asked.append(found.study)
        return []

    monkeypatch.setattr(figures, "pictures", pictures)
    assert compose(run, [findings]).figures == ()
    assert asked == ["hidden-size"]
