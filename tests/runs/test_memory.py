"""The memory that training takes is what was said before it started, and none of it is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import psutil
import pytest

from benchmarks.memory import forget_peak, peak
from benchmarks.plans import PLANS
from trasunto.data import from_arrays
from trasunto.spec import Recipe

ROOT = Path(__file__).parents[2]
MIB = 2**20


def grown(name: str) -> dict[str, int]:
    """Train a plan, and return the memory that was estimated and by how much the process grew, in bytes."""
    from trasunto.cohort.devices import training_devices
    from trasunto.cohort.footprint import memory_needed
    from trasunto.cohort.plan import plan
    from trasunto.cohort.request import make_request
    from trasunto.runs.lookup import jobs_left
    from trasunto.runs.train import train

    rows, recipes, seeds = PLANS[name]
    table = rows()
    devices = training_devices()
    before = psutil.Process().memory_info().rss
    forget_peak()
    request = make_request(recipes, table, seeds, 2, [], None)
    with tempfile.TemporaryDirectory() as folder:
        estimated = memory_needed(plan(jobs_left(request, Path(folder)), len(devices)), len(devices))
        train(recipes, table, seeds=seeds, epochs=2, snapshots=[], store=folder)
    return {"estimated": estimated, "grown": int(peak() * MIB) - before}


def left_behind(cohorts: int = 1000, settled: int = 100) -> dict[str, int]:
    """Train cohorts of new rows into one store, and return by how much the process grew after some, in bytes."""
    from trasunto.runs.train import train

    recipe = Recipe("[2 tanh] > linear", optimizer="sgd", learning_rate=0.1, batch_size=8, epochs=1)
    x = np.random.default_rng(0).random((cohorts, 40, 3)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(cohorts):
            train(recipe, from_arrays(x[number, :32], test=x[number, 32:]), store=folder)
            if number + 1 == settled:
                before = psutil.Process().memory_info().rss
    return {"grown": psutil.Process().memory_info().rss - before}


def measured(name: str, programs: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.runs.test_memory", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "XDG_CACHE_HOME": str(programs)},
    )
    told: dict[str, int] = json.loads(done.stdout)
    return told


@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", ["programs", "programs-deep", "batch", "512", "adam-512", "tabular-1"])
def test_a_process_grows_by_what_was_estimated(name: str, tmp_path: Path) -> None:
    anew, again = measured(name, tmp_path), measured(name, tmp_path)
    assert again["estimated"] < anew["estimated"], "programs that are on disk are known to take less"
    for told in (anew, again):
        assert abs(told["grown"] - told["estimated"]) < 0.3 * told["estimated"], (anew, again)


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_a_thousand_cohorts_leave_nothing_behind(tmp_path: Path) -> None:
    told = measured("cohorts", tmp_path)
    assert told["grown"] < 6 * MIB, told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(left_behind() if sys.argv[1] == "cohorts" else grown(sys.argv[1])))
