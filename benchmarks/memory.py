"""The most memory that this process has held, as the system counts it."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def forget_peak() -> None:
    """Let `peak` begin anew, from what is held now; Linux alone can."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """Return the most memory that this process has held, in MiB.

    Linux counts it for each program anew; what `getrusage` says begins with the peak of whoever started the process.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 2**10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2 ** (20 if sys.platform == "darwin" else 10)
