"""The memory that is free."""

from __future__ import annotations


def free_memory() -> int:
    """Return how many bytes this machine could hand out now."""
    import psutil

    return int(psutil.virtual_memory().available)
