"""A report put together from findings: values copied, pictures drawn, nothing computed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from trasunto.report.facts import plain
from trasunto.report.rows import without_rows
from trasunto.report.sections import Drawing, Number, Report, Run, StudySection

if TYPE_CHECKING:
    from trasunto.figures.theme import Picture
    from trasunto.studies.findings import Comparison, Findings

Draw: TypeAlias = "Callable[[Findings], Sequence[Picture]]"

_CSS_PIXELS_PER_INCH = 96


def compose(run: Run, findings: Iterable[Findings], draw: Draw | None = None, *, rows: bool = True) -> Report:
    """Return the report of `findings`, drawn by `draw` (by default :func:`trasunto.figures.pictures`).

    With `rows` False everything in which rows of the data can be recognised is left out.
    """
    sections, pngs = [], {}
    for found in findings:
        drawn = [_drawing(picture) for picture in (draw or _draw)(found) if rows or not picture.shows_rows]
        sections.append(_section(found, tuple(drawing for drawing, _ in drawn)))
        pngs.update({drawing.name: png for drawing, png in drawn})
    report = Report(run=run, studies=tuple(sections), pictures=pngs)
    return report if rows else without_rows(report)


def _draw(found: Findings) -> Sequence[Picture]:
    from trasunto.figures import pictures

    return pictures(found)


def _section(found: Findings, figures: tuple[Drawing, ...]) -> StudySection:
    return StudySection(
        study=found.study,
        experiments=tuple(found.experiments),
        question=found.question,
        verdict=found.verdict,
        paper_answer=found.paper_answer,
        details=tuple(found.details),
        numbers=tuple(_number(comparison) for comparison in found.comparisons),
        figures=figures,
        settings=plain(found.settings),
        facts=(facts := plain(found.facts)),
        seconds=found.seconds,
        row_facts=tuple(name for name in found.row_facts if facts.get(name)),
    )


def _number(comparison: Comparison) -> Number:
    return Number(**vars(comparison), ratio=comparison.ratio)


def _drawing(picture: Picture) -> tuple[Drawing, bytes]:
    from trasunto.figures.theme import png

    content = png(picture.figure)
    width, height = picture.figure.get_size_inches() * _CSS_PIXELS_PER_INCH
    drawing = Drawing(
        name=picture.name,
        caption=picture.caption,
        sha256=hashlib.sha256(content).hexdigest(),
        width=round(width),
        height=round(height),
        shows_rows=picture.shows_rows,
    )
    return drawing, content
