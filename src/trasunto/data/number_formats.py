"""Numbers as people write them: separators of thousands, decimal commas, currencies, per cent, accounting negatives."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

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
    blanks
        Texts that are no numbers, and stand for a missing one: "unknown".

    Examples
    --------
    >>> NumberFormat(".", ",", "$").read(["$1,234.50", "(1,000)", "-3", "1,23"]).tolist()
    [1234.5, -1000.0, -3.0, nan]
    """

    decimal: str = "."
    thousands: str = ""
    sign: str = ""
    blanks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = self.decimal in DECIMALS and self.thousands in THOUSANDS and isinstance(self.sign, str)
        known = known and all(isinstance(blank, str) for blank in self.blanks)
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
        if self.blanks:
            last = "" if len(self.blanks) == 1 else f" and {self.blanks[-1]!r}"
            spelt = ", ".join(map(repr, self.blanks[:-1] or self.blanks)) + last
            parts.append(f"where {spelt} count{'' if last else 's'} as missing")
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
        # Groups of two are Indian (12,34,567); none begins with 0, for 0,123 is less than one.
        inner = rf"(?:{apart}\d{{2,3}})*" if self.thousands == "," else rf"(?:{apart}\d{{3}})*"
        groups = rf"[1-9]\d{{0,2}}{inner}{apart}\d{{3}}"
        # No one groups the digits before an exponent: 3,267e+02 has a decimal comma.
        body = rf"(?:{groups}(?:{point}\d*)?|(?:\d+(?:{point}\d*)?|{point}\d+)(?:[eE][-+]?\d+)?)"
        sign = rf"{re.escape(self.sign)}\.?" if self.sign else "(?!)"
        gap, pole = rf"[{_SPACES}]*", rf"[-+{_MINUS[1:]}]"
        return re.compile(
            rf"(?P<open>\()?{gap}(?P<first>{pole})?{gap}(?P<before>{sign})?{gap}(?P<second>{pole})?{gap}(?P<body>{body})"
            rf"{gap}(?P<after>{sign})?{gap}(?P<last>[{_MINUS}])?{gap}(?P<after_last>{sign})?(?P<close>\))?"
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self) | {"blanks": list(self.blanks)}


def format_from_json(content: object) -> NumberFormat | None:
    """Read what `to_json` wrote, or None for null.

    Raises
    ------
    TypeError, DataError
        If it is not that.
    """
    if content is None:
        return None
    fields: dict[str, Any] = dict(content)  # type: ignore[call-overload]
    return NumberFormat(**fields | {"blanks": tuple(fields.get("blanks", ()))})


FITTING = 0.99
"""The share of a column's cells that must be written in one format for it to be read so."""

_SAMPLE = 2_000
"""Texts by which formats that do not fit are told early."""

_CODES = re.compile(
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NGN|NOK|NZD|"
    "PEN|PHP|PKR|PLN|RMB|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|[Kk]r|zł|Kč|Ft|S?Fr|lei|Rs|RM|%"
)
_BESIDE_SIGNS = re.compile(rf"[\d\s.,'\u2019()+{_SPACES}{_MINUS[1]}-]+")


class Guess(NamedTuple):
    """How the cells of a column seem to be written.

    Attributes
    ----------
    form
        The format that most of them fit.
    share
        How many of them do, 0 to 1.
    rival
        Another format that fits as many and reads other numbers in a cell of both, where there is one.
    """

    form: NumberFormat
    share: float
    rival: NumberFormat | None


def guess_format(texts: Sequence[str], counts: np.ndarray, decimal: str | None, thousands: str | None) -> Guess:
    """Find the format that most cells of a column are written in.

    Parameters
    ----------
    texts, counts
        The different texts of the column, and how many cells, ``(k,)``, hold each.
    decimal, thousands
        The marks, where they are known.
    """
    sign = _sign_of(texts, counts)
    order = [(".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'")]
    marks = [pair for pair in order if decimal in (None, pair[0]) and thousands in (None, pair[1])]
    total, found = counts.sum(), []
    sampled = slice(None, None, max(len(texts) // _SAMPLE, 1))
    for mark in marks:
        form = NumberFormat(*mark, sign)
        if np.isnan(form.read(texts[sampled])).mean() > 1 - FITTING / 2:
            continue
        values = form.read(texts)
        found.append((float(counts[~np.isnan(values)].sum() / total), form, values))
    if not found:
        return Guess(NumberFormat(), 0.0, None)
    share, form, values = max(found, key=lambda one: one[0])  # of equals, the first
    # Of a cell that only one of them can read there is nothing to choose.
    rivals = [
        other for also, other, read in found if also == share and (~np.isnan(read + values) & (read != values)).any()
    ]
    # A point before three digits of a per cent is a decimal point, as everywhere in numbers without commas.
    certain = sign == "%" and form.decimal == "." and not any("," in text for text in texts)
    return Guess(form, share, None if certain or not rivals else rivals[0])


def _sign_of(texts: Sequence[str], counts: np.ndarray) -> str:
    """Return the currency's sign or code, or %, that most cells with one have; empty where there is none."""
    tally: Counter[str] = Counter()
    for text, count in zip(texts, counts.tolist(), strict=True):
        left = _BESIDE_SIGNS.sub("", text) if len(text) < 64 else ""
        if left and _is_sign(left):
            tally[left] += count
    return tally.most_common(1)[0][0] if tally else ""


def _is_sign(text: str) -> bool:
    if _CODES.fullmatch(text):
        return True
    return len(text) <= 4 and sum(unicodedata.category(letter) == "Sc" for letter in text) == 1 and not text.isdigit()
