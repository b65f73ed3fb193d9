"""Numbers as a reader wants them in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def percent(share: float) -> str:
    """Write a share (0..1) as a percentage, with a decimal only where whole numbers would hide it."""
    value = 100 * share
    near_an_end = 0 < value < 9.95 or 99 < value < 99.95
    return f"{value:.1f} %" if near_an_end else f"{value:.0f} %"


def several(count: int, thing: str, things: str = "") -> str:
    """Write a count with its noun: 1 cell, 3 cells."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def listed(items: Sequence[str], most: int = 6) -> str:
    """Write items as "a, b and c", and only the first `most` of a longer list."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def chance(p: float) -> str:
    """Write a p: exact enough to judge, never as a row of zeros."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def cell(learning_rate: float, momentum: float) -> str:
    """Name a cell of a learning-rate x momentum grid."""
    return f"{learning_rate:g}/{momentum:g}"


def error(value: float) -> str:
    """Write an error so that a small one does not read as zero, and one that is only rounding does.

    Examples
    --------
    >>> error(0.1), error(0.00012345), error(1e-9)
    ('0.1000', '0.00012', '0')
    """
    if abs(value) < 1e-6:
        return "0"
    return f"{value:.4f}" if abs(value) >= 1e-3 else f"{value:.2g}"
