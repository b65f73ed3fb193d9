"""Imputation and scaling of numbers, and its inverse."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trasunto.errors import DataError

Numbers = float | np.ndarray


def scaled(values: np.ndarray, centre: Numbers, spread: Numbers, fill: Numbers) -> np.ndarray:
    """Impute and scale numbers ``(n,)`` or ``(n, k)``; overflows are clipped to the largest float.

    Parameters
    ----------
    centre, spread, fill
        As in :class:`Scale`; for k columns, ``(k,)``.
    """
    filled = np.where(np.isnan(values), fill, values)
    with np.errstate(over="ignore"):
        prepared: np.ndarray = (filled - centre) / spread
        if not np.isfinite(prepared).all():
            halved = (filled / 2 - np.asarray(centre) / 2) / spread * 2
            prepared = np.nan_to_num(np.where(np.isfinite(prepared), prepared, halved))
    return prepared


@dataclass(frozen=True)
class Scale:
    """Imputation and scaling of a number: ``(value - centre) / spread``.

    Attributes
    ----------
    centre, spread
        In the number's unit; `spread` is above 0.
    fill
        Replacement of a missing number, in its unit.
    """

    centre: float
    spread: float
    fill: float

    def refuse_nonsense(self, name: str, absent: object) -> None:
        """Refuse numbers that are not finite, and a spread that is not above 0."""
        finite = all(
            isinstance(value, float) and math.isfinite(value) for value in (self.centre, self.spread, self.fill)
        )
        if not finite or self.spread <= 0 or type(absent) is not int:
            raise DataError(
                f"column '{name}' is prepared with centre {self.centre}, spread {self.spread} and fill {self.fill}"
                "; they must be finite numbers, the spread above 0"
            )

    def prepare(self, values: np.ndarray) -> np.ndarray:
        """Impute and scale n numbers, ``(n,)``."""
        return scaled(values, self.centre, self.spread, self.fill)

    def restore(self, prepared: np.ndarray) -> np.ndarray:
        """Return prepared numbers in their unit."""
        restored: np.ndarray = prepared * self.spread + self.centre
        return restored
