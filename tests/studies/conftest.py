"""Grids of made-up members, as a cohort's ``history()`` shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

Curve = Callable[[float, float, int, int], float]
"""(learning rate, momentum, seed, epoch) -> test error, NaN once diverged."""

HistoryOf = Callable[..., pd.DataFrame]


@pytest.fixture
def history_of() -> HistoryOf:
    """Return a maker of histories; as in a real one, a member that diverged has no rows from then on."""

    def make(
        curve: Curve, rates: tuple[float, ...], momenta: tuple[float, ...], epochs: int, seeds: int = 1
    ) -> pd.DataFrame:
        members = [(rate, momentum, seed) for rate in rates for momentum in momenta for seed in range(seeds)]
        rows: list[dict[str, Any]] = [
            {"id": f"{number:016x}", "learning_rate": rate, "momentum": momentum, "seed": seed, "epoch": epoch}
            | {"test_error": curve(rate, momentum, seed, epoch)}
            for number, (rate, momentum, seed) in enumerate(members)
            for epoch in range(epochs + 1)
        ]
        return pd.DataFrame([row for row in rows if np.isfinite(float(row["test_error"]))])

    return make
