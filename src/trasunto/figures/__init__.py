"""Facts drawn: one file per figure, one theme, and no number computed here that the facts do not hold.

:func:`pictures` gives every picture of a study's findings. Importing this package loads matplotlib, so it is imported
where figures are asked for; drawers are imported when they are needed.

To add a study's figures: write one file per figure with ``draw(facts, ...) -> Figure``, one function
``pictures(findings) -> list[Picture]`` with their names and captions, and name that in the study.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from trasunto.figures.backend import load_matplotlib
from trasunto.studies.registry import STUDIES

if TYPE_CHECKING:
    from trasunto.figures.theme import Picture
    from trasunto.studies import Findings

__all__ = ["pictures"]

load_matplotlib()  # before any drawer does


def pictures(findings: Findings) -> list[Picture]:
    """Draw everything there is to see in `findings`, in the order that a reader should see it."""
    module, _, function = STUDIES[findings.study].pictures.partition(":")
    if not module:
        return []
    drawn: list[Picture] = getattr(importlib.import_module(module), function)(findings)
    return drawn
