"""The report as one HTML file that asks for nothing: styles inside, pictures as data, everything from data escaped."""

from __future__ import annotations

import base64
import functools
import math
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from trasunto import wording
from trasunto.analysis.intervals import LEVEL
from trasunto.report.sections import VERSION, Report
from trasunto.report.tables import tabulate

MARKER = '<meta name="generator" content="trasunto report'
"""Stands in the head of every page of ours; a file without it is never replaced."""


def render_page(report: Report, *, alone: bool = False) -> str:
    """Return `report` as a self-contained HTML page; one that stands `alone` promises no ``facts.json`` beside it."""
    images = {name: base64.b64encode(png).decode("ascii") for name, png in report.pictures.items()}
    template = _environment().get_template("page.html.j2")
    return template.render(
        report=report,
        run=report.run,
        images=images,
        alone=alone,
        marker_version=VERSION,
        level=wording.prose(f"{LEVEL:.0%}".replace("%", " %")),
    )


def mark(ratio: float | None) -> float | None:
    """Return where a ratio lies on a scale from half (-1) over equal (0) to double (1) and beyond, clipped at the ends.

    Ratios are compared by their logarithm: half is as far from equal as double.
    """
    if ratio is None or not 0 < ratio < math.inf:
        return None
    return max(-1.0, min(1.0, math.log2(ratio)))


def legible_parts(output: Any) -> Any:
    """Return text made legible, and leave markup that is already escaped, and anything else, as it is."""
    return wording.legible(output) if type(output) is str else output


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("trasunto.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=legible_parts,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(wording.FILTERS, mark=mark)
    environment.globals.update(tabulate=tabulate)
    return environment
