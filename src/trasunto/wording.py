"""Wording of numbers, times and names: the same in messages, on a report's page and in Markdown."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

NOTHING = "–"
"""Printed where a value does not exist."""

LARGEST = sys.float_info.max
"""Whole numbers beyond it are written as infinity, too."""

_SHOWN = 12
"""Values of a list that are written out; of a longer one its ends and its length are."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

# Control characters are no HTML, surrogates no UTF-8, and the direction overrides would let a file's name rewrite the
# line it is printed in.
_ILLEGIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_APOSTROPHE = re.compile(r"(?<=\w)'")


def legible(text: str) -> str:
    """Return `text` with every character that cannot be printed safely replaced by U+FFFD."""
    return _ILLEGIBLE.sub("\ufffd", text)


def prose(text: str) -> str:
    """Return a sentence as a printer sets it: curled apostrophes, and no line ending before a percent sign.

    Examples
    --------
    >>> prose("the paper's answer")
    'the paper’s answer'
    """
    return _APOSTROPHE.sub("’", text).replace(" %", "\N{NO-BREAK SPACE}%")


def number(value: float | None, digits: int = 4, *, keep_zeros: bool = False) -> str:
    """Return `value` to so many significant digits, with thousands separated.

    Examples
    --------
    >>> number(0.233811, 6), number(1805), number(0.05), number(0.0512, keep_zeros=True), number(1.5e-7)
    ('0.233811', '1,805', '0.05', '0.05120', '1.5 × 10⁻⁷')
    """
    if value is None:
        return NOTHING
    if abs(value) > LARGEST:
        return "∞" if value > 0 else "−∞"
    if math.isnan(value):
        return "not a number"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace("-", "−")
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])  # after rounding: 0.99999 has exponent 0
    if not -5 < exponent < 9:
        mantissa = _trimmed(f"{value / 10.0**exponent:.{digits - 1}f}", keep_zeros)
        return f"{mantissa} × 10{str(exponent).translate(_SUPERSCRIPTS)}".replace("-", "−")
    return _trimmed(f"{value:,.{max(digits - 1 - exponent, 0)}f}", keep_zeros).replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """Return "low to high" where both bounds exist, else nothing; a line may end after "to" only."""
    if low is None or high is None:
        return ""
    return f"{number(low, keep_zeros=True)}\N{NO-BREAK SPACE}to {number(high, keep_zeros=True)}"


def ratio(value: float | None) -> str:
    """Return a ratio with three decimals, or in significant digits where it is far from 1."""
    if value is None or not 0.1 <= abs(value) < 100:
        return number(value, 3)
    return f"{value:.3f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Return a time as a reader would say it.

    Examples
    --------
    >>> duration(3.24), duration(112), duration(6480)
    ('3.2 s', '1 min 52 s', '1 h 48 min')
    """
    if not seconds < math.inf:
        return number(seconds)
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def moment(iso: str) -> str:
    """Return an ISO 8601 time in words, in UTC where it carries an offset, and anything else unchanged."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    if when.tzinfo is None:
        return f"{when.day} {when:%B %Y, %H:%M}"
    when = when.astimezone(UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def value(content: Any) -> str:
    """Return any plain value in words: numbers rounded, truth as yes or no, lists joined."""
    if content is None:
        return NOTHING
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, int | float):
        return number(content, 5)
    if isinstance(content, list | tuple):
        return _listed([value(entry) for entry in content])
    if isinstance(content, dict):
        return _listed([f"{label(key)} {value(entry)}" for key, entry in content.items()])
    return str(content)


def label(key: str) -> str:
    """Return a field's name as words."""
    return key.replace("_", " ")


def amount(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural where that is due.

    Examples
    --------
    >>> amount(1, "network"), amount(1805, "network")
    ('1 network', '1,805 networks')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def byte_size(number: float) -> str:
    """Write bytes as GiB, MiB or KiB.

    Examples
    --------
    >>> byte_size(1536), byte_size(3 * 2**30)
    ('2 KiB', '3.0 GiB')
    """
    if number < 2**20:
        return f"{number / 2**10:.0f} KiB"
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"


def rows_notice(figures: Sequence[int], facts: Sequence[str] = ()) -> str:
    """Return the sentence that says whether rows of the data can be recognised in a report.

    Parameters
    ----------
    figures, facts
        The numbers of such figures, and the names of such facts in the ``facts.json`` beside it.
    """
    if not figures and not facts:
        return "No row of the data can be recognised in this report: it holds numbers computed from all of them."
    named = []
    if figures:
        named.append(f"figure\N{NO-BREAK SPACE}{figures[0]} shows some of them")
    if len(figures) > 1:
        named = [f"figures {', '.join(map(str, figures[:-1]))} and {figures[-1]} show some of them"]
    if facts:
        named.append(f"facts.json holds some under {' and '.join(facts)}")
    return f"This report holds rows of the data: {', and '.join(named)}. Their licence goes with it."


FILTERS: dict[str, Callable[..., Any]] = {
    "amount": amount,
    "duration": duration,
    "interval": interval,
    "label": label,
    "moment": moment,
    "number": number,
    "prose": prose,
    "ratio": ratio,
    "rows_notice": rows_notice,
    "value": value,
}
"""What templates may call, on the page and in Markdown alike."""


def _listed(entries: list[str]) -> str:
    if len(entries) > _SHOWN:
        return f"{', '.join(entries[:3])}, …, {entries[-1]} ({len(entries):,} values)"
    return ", ".join(entries) or "none"


def _trimmed(digits: str, keep_zeros: bool) -> str:
    return digits if keep_zeros or "." not in digits else digits.rstrip("0").rstrip(".")
