"""A measurement in a process of its own, so that nothing before it disturbs its time or its memory.

``measured`` starts ``python -m MODULE JOB``; that module's own `main` does the job and calls `answer`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.memory import peak
from benchmarks.peers.client import ROOT, TAIL
from trasunto.cohort.devices import training_devices


def measured(module: str, job: Mapping[str, Any], cache: Path, source: Path | None = None) -> dict[str, Any]:
    """Let a fresh process do a job, with its compiled programs in `cache`, and return the facts that it prints.

    The package is imported from the folder `source`, where one is given.

    Raises
    ------
    RuntimeError
        The process failed; its last words are quoted.
    """
    command = [sys.executable, "-m", module, json.dumps(job)]
    surroundings = environment(cache) | ({} if source is None else {"PYTHONPATH": str(source)})
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module} ended with code {done.returncode} on {job}:\n{done.stderr[-TAIL:]}")
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def environment(cache: Path) -> dict[str, str]:
    """Return this process's environment, but with compiled programs kept in a folder of our own."""
    kept = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    return {**kept, "XDG_CACHE_HOME": str(cache)}


def answer(facts: Mapping[str, Any]) -> None:
    """Print what was found, as the last line of a process started by `measured`."""
    print(json.dumps(facts), flush=True)


def bare() -> float:
    """Start JAX as training does and return the peak memory before there is any work, in MiB."""
    training_devices()
    return peak()
