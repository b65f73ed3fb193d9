"""How a member's training ended, as a store's curves tell it."""

from __future__ import annotations

import pandas as pd

from trasunto.cohort.outcome import (
    DAMAGED,
    DIVERGED,
    FINISHED,
    MEASURES,
    STALLED,
    STOPPED,
    TRAINING,
    Outcome,
    diverged,
    judge,
    judge_stopped,
    settings_of,
    stopped,
)

__all__ = [
    "DAMAGED",
    "DIVERGED",
    "FINISHED",
    "MEASURES",
    "STALLED",
    "STOPPED",
    "TRAINING",
    "Outcome",
    "curve_of",
    "diverged",
    "judge",
    "judge_stopped",
    "settings_of",
    "stopped",
]


def curve_of(long: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Return one member's history as values by (epoch, metric)."""
    return {(int(e), str(m)): float(v) for e, m, v in zip(long["epoch"], long["metric"], long["value"], strict=True)}
