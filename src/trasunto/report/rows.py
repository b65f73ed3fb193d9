"""Rows of the data in a report: where they are, and the same report without them.

Figures say themselves whether rows can be recognised in them. What is left out is gone from the page, from
``facts.json`` and from ``figures/`` alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trasunto.report.sections import ROW_FACTS, Report, StudySection


def without_rows(report: Report) -> Report:
    """Return `report` without the figures and the facts in which rows of the data can be recognised."""
    studies = tuple(map(_without, report.studies))
    kept = {figure.name for study in studies for figure in study.figures}
    return replace(
        report, studies=studies, pictures={name: png for name, png in report.pictures.items() if name in kept}
    )


def facts_without_rows(study: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a study's facts without those that hold rows of the data."""
    return {name: fact for name, fact in facts.items() if name not in ROW_FACTS.get(study, ())}


def _without(study: StudySection) -> StudySection:
    figures = tuple(figure for figure in study.figures if not figure.shows_rows)
    return replace(study, figures=figures, facts=facts_without_rows(study.study, study.facts))
