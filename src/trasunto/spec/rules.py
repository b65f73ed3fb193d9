"""The three kinds of legal value: a number in a range, one word of several, yes or no.

Each rule says what its value means, which values are legal, and refuses the others with one sentence.
"""

from __future__ import annotations

import math
import numbers
import reprlib
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from trasunto.errors import RecipeError, one_of


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a real number, of Python or NumPy; a truth value is none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


@dataclass(frozen=True)
class Number:
    """A number from `low` up to but without `high`; without `low` itself where it must be `above`."""

    meaning: str
    low: int = 0
    high: float = math.inf
    above: bool = False
    whole: bool = False

    @property
    def legal(self) -> str:
        """The legal values in words."""
        if self.whole:
            return f"a whole number from {self.low} to {int(self.high) - 1:,}"
        if math.isfinite(self.high):
            return f"a number in {'(' if self.above else '['}{self.low}, {self.high:g})"
        return f"a finite number {'above' if self.above else 'of at least'} {self.low}"

    def admits(self, number: float) -> bool:
        """Say whether a number is in the range; NaN and infinity never are."""
        return (number > self.low or (number == self.low and not self.above)) and number < self.high

    def check(self, what: str, value: object) -> float:
        """Return the value as a Python number (an int where it must be whole).

        Raises
        ------
        RecipeError
            If it is not legal; the sentence begins with `what`.
        """
        number = self._read(value)
        if number is None:
            raise RecipeError(f"{what} must be {self.legal}, not {_told(value)}")
        if not self.admits(number):
            raise RecipeError(f"{what} must be {self.legal}, not {_told(number)}")
        return number

    def _read(self, value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return None
        if self.whole:
            return int(value) if isinstance(value, numbers.Integral) else None
        try:
            return float(value) + 0.0  # -0.0 becomes 0.0: equal numbers must print alike, or equal recipes get two ids
        except OverflowError:  # an integer too large for a float
            return math.inf


@dataclass(frozen=True)
class Choice:
    """One word of several."""

    meaning: str
    words: tuple[str, ...]

    @property
    def legal(self) -> str:
        """The legal values in words."""
        return ", ".join(self._shown)

    @property
    def _shown(self) -> list[str]:
        return [word or "''" for word in self.words]

    def check(self, what: str, value: object) -> str:
        """Return the word.

        Raises
        ------
        RecipeError
            If it is none of the legal ones; the sentence begins with `what` and names the nearest.
        """
        if isinstance(value, str) and value in self.words:
            return value
        raise one_of(what, value if isinstance(value, str) else _told(value), self._shown, RecipeError)


@dataclass(frozen=True)
class Switch:
    """Yes or no."""

    meaning: str
    legal: str = "true, false"

    def check(self, what: str, value: object) -> bool:
        """Return the value.

        Raises
        ------
        RecipeError
            If it is neither true nor false; the sentence begins with `what`.
        """
        if isinstance(value, bool | np.bool_):
            return bool(value)
        raise RecipeError(f"{what} must be true or false, not {_told(value)}")


def _told(value: object) -> str:
    """Return a value as a sentence quotes it, shortened."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes out no number of thousands of digits
        return "a number of too many digits"
