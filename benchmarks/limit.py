"""What the machine can do at most: single-precision products, of a square and of the papers' shapes, and memory."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from threadpoolctl import threadpool_info, threadpool_limits

from benchmarks.turns import table

SHAPES = {
    "2048 x 2048 x 2048 (the peak)": (2048, 2048, 2048),
    "1000 x 784 x 64": (1000, 784, 64),
    "1000 x 784 x 512": (1000, 784, 512),
    "64 x 64 x 32": (64, 64, 32),
    "64 x 29 x 64": (64, 29, 64),
}
COPIED = 2**28  # bytes, far more than any cache holds


def measure(quick: bool) -> dict[str, Any]:
    """Measure products with NumPy's BLAS on one core and on all, and how fast memory is copied."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rates: dict[str, dict[str, float]] = {}
    for name, (r, k, c) in SHAPES.items():
        rates[name] = {}
        for threads in (1, cores):
            with threadpool_limits(threads):
                rates[name][str(threads)] = _rate(r, k, c, 3 if quick else 12)
    return {
        "processor": _processor(),
        "cores": cores,
        "memory_gib": psutil.virtual_memory().total / 2**30,
        "blas": " ".join(f"{one['internal_api']} {one['version']} ({one.get('architecture')})" for one in _blas()[:1]),
        "versions": {name: version(name) for name in ("trasunto", "jax", "jaxlib", "numpy", "scipy", "numba")},
        "python": platform.python_version(),
        "gflops": rates,
        "copied_gib_per_second": _copies(3 if quick else 8),
    }


def peak(facts: dict[str, Any]) -> float:
    """Return the peak of all cores, GFLOP/s."""
    return float(facts["gflops"][next(iter(SHAPES))][str(facts["cores"])])


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    cores = facts["cores"]
    rows = [[name, f"{each['1']:.0f}", f"{each[str(cores)]:.0f}"] for name, each in facts["gflops"].items()]
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    return (
        f"{facts['processor']}, {cores} cores, {facts['memory_gib']:.0f} GiB. Python {facts['python']}; {versions}; "
        f"BLAS of NumPy: {facts['blas']}. Memory is copied at {facts['copied_gib_per_second']:.1f} GiB/s (read and "
        f"written).\n\nSingle-precision matrix products in GFLOP/s, the best of several:\n\n"
        + table(["product", "one core", f"{cores} cores"], rows)
    )


def _rate(r: int, k: int, c: int, repeats: int) -> float:
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(r, k)).astype(np.float32), draw.normal(size=(k, c)).astype(np.float32)
    out = np.empty((r, c), np.float32)
    often = max(1, round(2e8 / (r * k * c)))  # short products are timed many at a time

    def once() -> float:
        began = time.perf_counter()
        for _ in range(often):
            np.matmul(a, b, out=out)
        return (time.perf_counter() - began) / often

    return 2 * r * k * c / min(once() for _ in range(repeats)) / 1e9


def _copies(repeats: int) -> float:
    source, target = np.ones(COPIED // 8), np.zeros(COPIED // 8)

    def once() -> float:
        began = time.perf_counter()
        np.copyto(target, source)
        return time.perf_counter() - began

    return 2 * COPIED / min(once() for _ in range(repeats)) / 2**30


def _blas() -> list[dict[str, Any]]:
    return [library for library in threadpool_info() if library["user_api"] == "blas"]


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
