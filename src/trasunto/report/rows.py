"""Rows of the data in a report: where they are, and the same report without them.

Figures say themselves whether rows can be recognised in them. What is left out is gone from the page, from
``facts.json`` and from ``figures/`` alike.
"""

from __future__ import annotations

from dataclasses import replace

from trasunto.report.sections import Report, StudySection


def without_rows(report: Report) -> Report:
    """Return `report` without the figures and the facts in which rows of the data can be recognised."""
    studies = tuple(map(_without, report.studies))
    kept = {figure.name for study in studies for figure in study.figures}
    return replace(
        report, studies=studies, pictures={name: png for name, png in report.pictures.items() if name in kept}
    )


def _without(study: StudySection) -> StudySection:
    figures = tuple(figure for figure in study.figures if not figure.shows_rows)
    facts = {name: fact for name, fact in study.facts.items() if name not in study.row_facts}
    return replace(study, figures=figures, facts=facts, row_facts=())
