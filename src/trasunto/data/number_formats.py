"""Numbers as people write them: separators of thousands, decimal commas, currencies, per cent, accounting negatives."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trasunto.errors import DataError

DECIMALS = (".", ",")
THOUSANDS = ("", ",", ".", " ", "'")

_SPACES = " \u00a0\u2009\u202f\u2007"
_ONE_OF = {",": ",", ".": r"\.", " ": f"[{_SPACES}]", "'": "['\u2019]", "": "(?!)"}
_MINUS = "-\u2212"
_EDGES = f"{_SPACES}\t"

SAID = {",": "a comma", ".": "a point", " ": "a space", "'": "an apostrophe"}


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one column are written.

    A minus may stand before or after the number, and parentheses around it mean minus, as accountants write. The sign
    may stand before or after the number or be left out; only where it is ``%`` must every number but 0 have it. A per
    cent is kept in per cents: ``12 %`` is 12.

    Attributes
    ----------
    decimal
        What the decimals begin with, a point or a comma.
    thousands
        What stands between groups of thousands: a comma, a point, a space (of any width), an apostrophe, or nothing.
    sign
        A currency's sign or code, or ``%``; empty where there is none.

    Examples
    --------
    >>> NumberFormat(".", ",", "$").read(["$1,234.50", "(1,000)", "-3", "1,23"]).tolist()
    [1234.5, -1000.0, -3.0, nan]
    """

    decimal: str = "."
    thousands: str = ""
    sign: str = ""

    def __post_init__(self) -> None:
        known = self.decimal in DECIMALS and self.thousands in THOUSANDS and isinstance(self.sign, str)
        if not known or self.decimal == self.thousands:
            raise DataError(
                f"numbers with the decimal mark {self.decimal!r}, thousands apart by {self.thousands!r} and the sign "
                f"{self.sign!r} are no format that is known"
            )

    @property
    def said(self) -> str:
        """What the format is, for readers: "decimals with a comma, thousands apart by a point, in €"."""
        parts = [f"decimals with {SAID[self.decimal]}"]
        if self.thousands:
            parts.append(f"thousands apart by {SAID[self.thousands]}")
        if self.sign:
            parts.append("in per cent (12 % is 12)" if self.sign == "%" else f"in {self.sign}")
        return ", ".join(parts)

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Return the numbers that n texts are, ``(n,)`` float64; NaN for a text that is not written so."""
        return np.array([self._read(text) for text in texts], dtype=np.float64)

    def _read(self, text: str) -> float:
        found = self._pattern.fullmatch(text.strip(_EDGES))
        if found is None:
            return math.nan
        part = found.groupdict()
        minuses = [sign for sign in (part["first"], part["second"], part["last"]) if sign and sign in _MINUS]
        accounting = part["open"] is not None
        if accounting != (part["close"] is not None) or len(minuses) + accounting > 1:
            return math.nan
        number = self._number(part["body"])
        if self.sign == "%" and number and not (part["before"] or part["after"]):
            return math.nan
        return -number if minuses or accounting else number

    def _number(self, body: str) -> float:
        if self.thousands:
            body = re.sub(_ONE_OF[self.thousands], "", body)
        return float(body.replace(self.decimal, "."))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        apart, point = _ONE_OF[self.thousands], _ONE_OF[self.decimal]
        # Groups of two are Indian: 12,34,567.
        groups = (
            rf"\d{{1,3}}(?:{apart}\d{{2,3}})*{apart}\d{{3}}"
            if self.thousands == ","
            else rf"\d{{1,3}}(?:{apart}\d{{3}})+"
        )
        body = rf"(?:(?:{groups}|\d+)(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?"
        sign = rf"{re.escape(self.sign)}\.?" if self.sign else "(?!)"
        gap, pole = rf"[{_SPACES}]*", rf"[-+{_MINUS[1:]}]"
        return re.compile(
            rf"(?P<open>\()?{gap}(?P<first>{pole})?{gap}(?P<before>{sign})?{gap}(?P<second>{pole})?{gap}(?P<body>{body})"
            rf"{gap}(?P<after>{sign})?{gap}(?P<last>[{_MINUS}])?{gap}(?P<after_last>{sign})?(?P<close>\))?"
        )

    def to_json(self) -> dict[str, str]:
        """Return plain JSON."""
        return {"decimal": self.decimal, "thousands": self.thousands, "sign": self.sign}


def format_from_json(content: object) -> NumberFormat | None:
    """Read what `to_json` wrote, or None for null.

    Raises
    ------
    TypeError, DataError
        If it is not that.
    """
    return None if content is None else NumberFormat(**dict(content))  # type: ignore[call-overload]
