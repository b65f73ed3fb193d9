"""Axes of measures and of parameters: logarithmic where values span much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from trasunto.figures import theme


def scale(
    axes: Axes,
    which: Literal["x", "y"],
    values: Sequence[float],
    span: float = 10.0,
    subdivisions: Sequence[float] = (),
) -> None:
    """Make an axis logarithmic where all values are above 0 and the largest is more than `span` times the smallest."""
    known = np.array([value for value in values if np.isfinite(value)])
    if known.size and known.min() > 0 and known.max() / known.min() > span:
        theme.log_axis(axes, which, subdivisions or theme.fine(known))
        axes.minorticks_off()
