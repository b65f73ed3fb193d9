"""The memory that is free, and how memory is written."""

from __future__ import annotations


def free_memory() -> int:
    """Return how many bytes this machine could hand out now."""
    import psutil

    return int(psutil.virtual_memory().available)


def gib(number: float) -> str:
    """Write bytes as GiB, MiB or KiB.

    Examples
    --------
    >>> gib(1536), gib(3 * 2**30)
    ('2 KiB', '3.0 GiB')
    """
    if number < 2**20:
        return f"{number / 2**10:.0f} KiB"
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"
