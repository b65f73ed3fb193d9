"""Number formats: thousands separators, decimal commas, currencies, per cent, accounting negatives."""

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
    """Format of the numbers of one column.

    A minus may precede or follow the number; parentheses mean minus, as in accounting. The sign may precede or follow
    the number or be missing; only ``%`` is required for every number but 0. Per cent are not divided: ``12 %`` is 12.

    Attributes
    ----------
    decimal
        Decimal mark, a point or a comma.
    thousands
        Thousands separator: a comma, a point, a space (of any width), an apostrophe, or empty.
    sign
        A currency's sign or code, or ``%``, or empty.
    blanks
        Texts that stand for a missing number, such as "unknown".

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
        """Description in words: "decimals with a comma, thousands apart by a point, in €"."""
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
        """Parse n texts as float64, ``(n,)``; NaN for a text of another format."""
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
        # Groups of two are Indian (12,34,567); none begins with 0, since 0,123 is less than one.
        inner = rf"(?:{apart}\d{{2,3}})*" if self.thousands == "," else rf"(?:{apart}\d{{3}})*"
        groups = rf"[1-9]\d{{0,2}}{inner}{apart}\d{{3}}"
        # Digits before an exponent are never grouped: 3,267e+02 has a decimal comma.
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
    """Restore a format from `to_json`'s value, or None from null.

    Raises
    ------
    TypeError, DataError
        If it is invalid.
    """
    if content is None:
        return None
    fields: dict[str, Any] = dict(content)  # type: ignore[call-overload]
    return NumberFormat(**fields | {"blanks": tuple(fields.get("blanks", ()))})


FITTING = 0.99
"""Share of a column's cells that must have one format."""

_SAMPLE = 2_000
"""Texts sampled to reject formats early."""

_CODES = re.compile(
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MXN|MYR|NGN|NOK|NZD|"
    "PEN|PHP|PKR|PLN|RMB|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR|[Kk]r|zł|Kč|Ft|S?Fr|lei|Rs|RM|%"
)
_BESIDE_SIGNS = re.compile(rf"[\d\s.,'\u2019()+{_SPACES}{_MINUS[1]}-]+")


class Guess(NamedTuple):
    """Most likely format of a column.

    Attributes
    ----------
    form
        The format that fits most cells.
    share
        Share of cells that it fits, 0 to 1.
    rival
        Another format that fits as many but parses other numbers, or None.
    """

    form: NumberFormat
    share: float
    rival: NumberFormat | None


def guess_format(texts: Sequence[str], counts: np.ndarray, decimal: str | None, thousands: str | None) -> Guess:
    """Guess the format that fits most cells of a column.

    Parameters
    ----------
    texts, counts
        The distinct texts of the column, and their counts, ``(k,)``.
    decimal, thousands
        The marks, if known.
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
    # Cells that only one format can parse are not ambiguous.
    rivals = [
        other for also, other, read in found if also == share and (~np.isnan(read + values) & (read != values)).any()
    ]
    # A point before three digits of a per cent is a decimal point, as everywhere in numbers without commas.
    certain = sign == "%" and form.decimal == "." and not any("," in text for text in texts)
    return Guess(form, share, None if certain or not rivals else rivals[0])


def _sign_of(texts: Sequence[str], counts: np.ndarray) -> str:
    """Return the most frequent currency sign or code, or %; empty if there is none."""
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
