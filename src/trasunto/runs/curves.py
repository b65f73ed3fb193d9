"""A member's curve as a store keeps it, for the one judgement of how its training ended (`cohort.outcome`)."""

from __future__ import annotations

import pandas as pd


def curve_of(long: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Return one member's history as values by (epoch, metric)."""
    return {(int(e), str(m)): float(v) for e, m, v in zip(long["epoch"], long["metric"], long["value"], strict=True)}
