"""Members' stored curves, for the judgement of outcomes."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd


def curves_of(long: pd.DataFrame) -> dict[str, dict[tuple[int, str], float]]:
    """Return each member's history of `Store.curves` as values by (epoch, metric), by id."""
    curves: dict[str, dict[tuple[int, str], float]] = defaultdict(dict)
    columns = (long[name].tolist() for name in ("id", "epoch", "metric", "value"))
    for id, epoch, metric, value in zip(*columns, strict=True):
        curves[id][epoch, metric] = value
    return dict(curves)
