"""Domains of parameters in a space: a choice of values, a range of numbers, a range of whole numbers.

Each domain can be drawn from, listed for a grid, asked whether it holds a value, and written as the table it is read
from.
"""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from trasunto.errors import RecipeError, one_of

Value: TypeAlias = str | float | int | bool
"""What a parameter can have: a scalar that TOML and JSON can write."""

LARGEST = sys.float_info.max
"""Bounds are no larger, whole ones neither: they are compared and drawn as floating-point numbers."""

MOST_POINTS = 10_000
"""A grid lists no more of a parameter's values where it is told how many."""

KINDS = ("choices", "range", "integers")
OPTIONS = {"choices": (), "range": ("log", "points"), "integers": ("log", "step", "points")}
"""What may stand beside each kind in a table, ``when`` apart."""


@dataclass(frozen=True)
class Choices:
    """One of some values, in no order."""

    values: tuple[Value, ...]

    def draw(self, random: np.random.Generator) -> Value:
        """Return one of the values, each as likely."""
        return self.values[int(random.integers(len(self.values)))]

    def listed(self) -> Sequence[Value]:
        """Return the values of a grid."""
        return self.values

    def corners(self) -> tuple[Value, ...]:
        """Return the values that have to be legal for all to be."""
        return self.values

    def __contains__(self, value: object) -> bool:
        return any(type(value) is type(one) and value == one for one in self.values)

    def to_dict(self) -> dict[str, Any]:
        """Return the table that this is read from."""
        return {"choices": list(self.values)}

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))


@dataclass(frozen=True)
class Range:
    """A number from `low` to `high`, both included; drawn and listed by its logarithm where `log` is set.

    `points` is how many of them a grid lists, evenly; None where it cannot be listed.
    """

    low: float
    high: float
    log: bool = False
    points: int | None = None

    def draw(self, random: np.random.Generator) -> Value:
        """Return a number of the range."""
        share = float(random.random())
        return _between(self.low, self.high, share, self.log)

    def listed(self) -> Sequence[Value]:
        """Return the values of a grid; none where `points` is not given."""
        if self.points is None:
            return ()
        last = max(self.points - 1, 1)
        values = (_between(self.low, self.high, place / last, self.log) for place in range(self.points))
        return tuple(dict.fromkeys(values))

    def corners(self) -> tuple[Value, ...]:
        """Return the values that have to be legal for all to be."""
        return (self.low, self.high)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, float | int) and not isinstance(value, bool) and self.low <= value <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Return the table that this is read from."""
        return {"range": [self.low, self.high]} | _unusual(log=(self.log, False), points=(self.points, None))

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}{', logarithmic' if self.log else ''}"


@dataclass(frozen=True)
class Integers:
    """A whole number from `low` to `high`, both included.

    With `log` it is drawn by its logarithm and listed as doublings of `low`; otherwise every `step`-th is there.
    `points` lists so many instead, evenly.
    """

    low: int
    high: int
    log: bool = False
    step: int = 1
    points: int | None = None

    def draw(self, random: np.random.Generator) -> Value:
        """Return a whole number of the range."""
        if not self.log:
            return self.low + self.step * int(random.integers((self.high - self.low) // self.step + 1))
        # From half below the lowest to half above the highest, so that both ends are as likely as their share.
        drawn = _between(self.low - 0.5, self.high + 0.5, float(random.random()), log=True)
        return min(max(round(drawn), self.low), self.high)

    def listed(self) -> Sequence[Value]:
        """Return the values of a grid."""
        if self.points is not None:
            last = max(self.points - 1, 1)
            places = (_between(self.low, self.high, place / last, self.log) for place in range(self.points))
            return tuple(dict.fromkeys(self._nearest(place) for place in places))
        if not self.log:
            return range(self.low, self.high + 1, self.step)
        return tuple(self.low * 2**power for power in range(int(math.log2(self.high / self.low) + 1e-9) + 1))

    def corners(self) -> tuple[Value, ...]:
        """Return the values that have to be legal for all to be."""
        return (self.low, self._nearest(self.high))

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            return False
        return self.log or (value - self.low) % self.step == 0

    def to_dict(self) -> dict[str, Any]:
        """Return the table that this is read from."""
        unusual = _unusual(log=(self.log, False), step=(self.step, 1), points=(self.points, None))
        return {"integers": [self.low, self.high]} | unusual

    def __str__(self) -> str:
        step = f", every {self.step}" if self.step > 1 else ""
        return f"{self.low} to {self.high}{', logarithmic' if self.log else step}"

    def _nearest(self, place: float) -> int:
        if self.log:
            return round(place)
        steps = min(round((place - self.low) / self.step), (self.high - self.low) // self.step)
        return self.low + self.step * steps


Domain: TypeAlias = Choices | Range | Integers


def read_domain(what: str, given: object) -> Domain:
    """Read a domain from a list of choices or a table of TOML, without its ``when``.

    Raises
    ------
    RecipeError
        It is none; the sentence begins with `what`.

    Examples
    --------
    >>> read_domain("width", {"integers": [16, 128], "log": True}).listed()
    (16, 32, 64, 128)
    """
    if isinstance(given, list | tuple):
        given = {"choices": given}
    if not isinstance(given, Mapping):
        raise RecipeError(
            f"{what} must be a list of choices, or a table with one of {', '.join(KINDS)}, not {reprlib.repr(given)}"
        )
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise RecipeError(f"{what} must have exactly one of {', '.join(KINDS)}; it has {', '.join(kinds) or 'none'}")
    kind = kinds[0]
    for key in given:
        if key not in (kind, "when", *OPTIONS[kind]):
            raise one_of(f"{what}: key", str(key), (kind, "when", *OPTIONS[kind]), RecipeError)
    return _READERS[kind](what, given)


def _choices(what: str, given: Mapping[str, Any]) -> Choices:
    values = given["choices"]
    if not isinstance(values, list | tuple) or not values:
        raise RecipeError(f"{what}: choices must be a list of at least one value, not {reprlib.repr(values)}")
    for value in values:
        if not isinstance(value, str | bool | int | float) or (isinstance(value, float) and not math.isfinite(value)):
            raise RecipeError(
                f"{what}: choices are texts, finite numbers, true or false, and {reprlib.repr(value)} is none"
            )
    if len(set(values)) < len(values):  # 1, 1.0 and true are one
        raise RecipeError(f"{what}: choices list a value twice ({', '.join(map(str, values))})")
    return Choices(tuple(values))


def _range(what: str, given: Mapping[str, Any]) -> Range:
    low, high = _bounds(what, "range", given["range"], whole=False)
    log = _switch(what, "log", given)
    if log and low <= 0:
        raise RecipeError(f"{what}: a logarithmic range must begin above 0, not at {low:g}")
    return Range(low, high, log, _count(what, "points", given, MOST_POINTS))


def _integers(what: str, given: Mapping[str, Any]) -> Integers:
    low, high = _bounds(what, "integers", given["integers"], whole=True)
    log, step = _switch(what, "log", given), _count(what, "step", given)
    if log and step is not None:
        raise RecipeError(f"{what}: step and log cannot both be given: logarithmic integers have no even step")
    if log and low < 1:
        raise RecipeError(f"{what}: logarithmic integers must begin at 1 or above, not at {low:g}")
    return Integers(int(low), int(high), log, step or 1, _count(what, "points", given, MOST_POINTS))


_READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Domain]] = {
    "choices": _choices,
    "range": _range,
    "integers": _integers,
}


def _bounds(what: str, kind: str, given: object, *, whole: bool) -> tuple[float, float]:
    number = "whole numbers" if whole else "finite numbers"
    pair = list(given) if isinstance(given, list | tuple) else []
    kinds = (int,) if whole else (int, float)
    fine = all(isinstance(bound, kinds) and not isinstance(bound, bool) and abs(bound) <= LARGEST for bound in pair)
    if len(pair) != 2 or not fine:
        raise RecipeError(f"{what}: {kind} must be two {number}, [lowest, highest], not {reprlib.repr(given)}")
    low, high = pair if whole else (float(pair[0]) + 0.0, float(pair[1]) + 0.0)
    if low >= high:
        raise RecipeError(f"{what}: {kind} must rise from lowest to highest, and [{low:g}, {high:g}] does not")
    return low, high


def _switch(what: str, key: str, given: Mapping[str, Any]) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise RecipeError(f"{what}: {key} must be true or false, not {reprlib.repr(value)}")
    return value


def _count(what: str, key: str, given: Mapping[str, Any], most: float = math.inf) -> int | None:
    value = given.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise RecipeError(f"{what}: {key} must be a whole number from 1 on, not {reprlib.repr(value)}")
    if value is not None and value > most:
        raise RecipeError(f"{what}: {key} must be at most {most:,}, not {reprlib.repr(value)}")
    return value


def _between(low: float, high: float, share: float, log: bool) -> float:
    """Return the number at a share of the way from `low` to `high`, which rounding never takes it beyond."""
    found = low * (high / low) ** share if log else low + share * (high - low)
    return min(max(found, low), high)


def _unusual(**given: tuple[Any, Any]) -> dict[str, Any]:
    return {name: value for name, (value, usual) in given.items() if value != usual}
