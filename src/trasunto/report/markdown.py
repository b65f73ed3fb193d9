"""The report as Markdown, for places that show no HTML; pictures are linked from ``figures/`` beside it."""

from __future__ import annotations

import functools
import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from trasunto import wording
from trasunto.report.sections import VERSION, Report

MARKER = "<!-- trasunto report"
"""Begins every report.md of ours; a file without it is never replaced."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$!])")
_LEADING = re.compile(r"^([-+=]|\d+[.)](?= |$))")


class Verbatim(str):
    """Markdown that is finished: not to be escaped again."""

    __slots__ = ()


def render_markdown(report: Report) -> str:
    """Return `report` as Markdown, with pictures at ``figures/NAME.png``."""
    return _environment().get_template("report.md.j2").render(report=report, run=report.run, version=VERSION)


def escaped(text: str) -> str:
    """Return `text` on one line, so that Markdown prints it as it is, inside a table as well."""
    line = _SPECIAL.sub(r"\\\1", " ".join(wording.legible(text).split()))
    return _LEADING.sub(lambda start: f"{start[1][:-1]}\\{start[1][-1]}", line)


def as_code(text: str) -> Verbatim:
    """Return `text` as an indented code block, which no text can end early."""
    return Verbatim("\n".join(f"    {line}" for line in wording.legible(text).splitlines()))


def _finished(output: Any) -> str:
    return output if isinstance(output, Verbatim) else escaped(str(output))


@functools.cache
def _environment() -> Environment:
    # Markdown has its own escapes, so HTML's are off and every value goes through `escaped` instead (ruff S701).
    environment = Environment(
        loader=PackageLoader("trasunto.report"),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(wording.FILTERS, code=as_code)
    return environment
