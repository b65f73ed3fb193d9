"""How numbers are filled and scaled, and brought back to their units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trasunto.errors import DataError

Numbers = float | np.ndarray


def scaled(values: np.ndarray, centre: Numbers, spread: Numbers, fill: Numbers) -> np.ndarray:
    """Return numbers ``(n,)`` or ``(n, k)``, filled and scaled; what is beyond all floats becomes the largest there is.

    Parameters
    ----------
    centre, spread, fill
        As of a :class:`Scale`; of k columns, ``(k,)``.
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
    """How a number is filled and scaled: ``(value - centre) / spread``.

    Attributes
    ----------
    centre, spread
        In the number's unit; `spread` is above 0.
    fill
        What stands in for a missing number, in its unit.
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
        """Return n numbers filled and scaled, ``(n,)``."""
        return scaled(values, self.centre, self.spread, self.fill)

    def restore(self, prepared: np.ndarray) -> np.ndarray:
        """Return prepared numbers in their unit."""
        restored: np.ndarray = prepared * self.spread + self.centre
        return restored
