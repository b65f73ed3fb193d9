"""Questions: each with what to train, what to measure and the plain sentence that the facts support.

A study returns :class:`~trasunto.studies.findings.Findings` and draws nothing (see ``figures``). Errors are
reconstruction errors: lower is better.

To add a study: write its module, which ends with a :class:`~trasunto.studies.study.Study`, name its place in
``registry.py`` and, if a paper asks its question, the paper's answer in ``papers.py``.
"""

from __future__ import annotations

from trasunto.studies.findings import Comparison, Findings, Request
from trasunto.studies.registry import STUDIES, register_study
from trasunto.studies.study import Study

__all__ = ["STUDIES", "Comparison", "Findings", "Request", "Study", "register_study"]
