"""Reports: a page to read, facts to compute with, and pictures: ``report.html``, ``facts.json``, figures.

A report is values (:mod:`~trasunto.report.sections`) until it is written. The page asks nothing of any network: styles
and pictures are inside it. Every word that comes from data is escaped. ``facts.json`` holds what the page holds, so the
page can be made again from it without training.

A caller asks :func:`prepare_folder` before training, so that a folder that cannot be written costs no minutes, and
afterwards :func:`compose` and :func:`write_report`. Nothing that trasunto did not write is ever replaced.

A report says when rows of the data can be recognised in it; :func:`without_rows` leaves them out.

In every ratio here ours is divided by the paper's; seconds are wall time.
"""

from __future__ import annotations

from trasunto.report.composition import compose
from trasunto.report.facts import ReportError
from trasunto.report.folder import load_facts, prepare_folder, write_page, write_report
from trasunto.report.rows import without_rows
from trasunto.report.sections import DataUsed, Drawing, Machine, Number, Report, Run, StudySection, Work
from trasunto.report.surroundings import data_used, installed_versions, this_machine

__all__ = [
    "DataUsed",
    "Drawing",
    "Machine",
    "Number",
    "Report",
    "ReportError",
    "Run",
    "StudySection",
    "Work",
    "compose",
    "data_used",
    "installed_versions",
    "load_facts",
    "prepare_folder",
    "this_machine",
    "without_rows",
    "write_page",
    "write_report",
]
