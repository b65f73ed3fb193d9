"""The environment of this process: cores, free memory, versions of packages."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata

import psutil


def cores() -> list[int]:
    """Return the numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # a hundred times as fast as psutil, and asked at every call
        return sorted(os.sched_getaffinity(0))
    if hasattr(psutil.Process, "cpu_affinity"):
        return psutil.Process().cpu_affinity() or [0]
    return list(range(os.cpu_count() or 1))


def free_memory() -> int:
    """Return how many bytes this machine could hand out now."""
    return int(psutil.virtual_memory().available)


version = cache(metadata.version)
"""Return the version of a package, without importing it; to find it, a file is read and parsed."""


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the version of Python and of each package, without importing any of them.

    Examples
    --------
    >>> list(versions(["jax", "numpy"]))
    ['python', 'jax', 'numpy']
    """
    return {"python": platform.python_version()} | {package: version(package) for package in packages}
