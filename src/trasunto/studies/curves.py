"""Curves of a cohort as an array, in the order in which its members were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def curves(frame: pd.DataFrame, history: pd.DataFrame, column: str, epochs: int, recipes: int) -> NDArray[np.float64]:
    """Return one column of a cohort's ``history()`` up to `epochs`, as (recipes, seeds, t + 1) with epoch 0 first.

    The order of members is that of ``frame()``: recipes x seeds, seeds fastest. A store may hold more epochs than were
    asked for; those are left out. An epoch that a member does not have is NaN.
    """
    shown = history[history["epoch"] <= epochs]
    wide = shown.pivot(index="id", columns="epoch", values=column)
    wide = wide.reindex(index=frame["id"], columns=range(epochs + 1))
    return wide.to_numpy(dtype=np.float64).reshape(recipes, -1, epochs + 1)
