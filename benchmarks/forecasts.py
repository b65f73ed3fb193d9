"""The time that training takes beside what was said before it: ``python -m benchmarks.forecasts [PLAN ...]``.

Each of `plans.PLANS` is trained in a process of its own with an empty folder of compiled programs, and then again. Half
an hour on two cores.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.apart import answer, measured
from benchmarks.plans import PLANS
from benchmarks.turns import table
from trasunto.cohort.request import make_request
from trasunto.runs.forecast import forecast
from trasunto.runs.train import train

EPOCHS = 2


def main(names: list[str]) -> None:
    """Print a row for each plan."""
    rows = [_row(name) for name in names or PLANS]
    heads = ["plan", "compiled anew: estimated, s", "taken", "compiled before: estimated, s", "taken"]
    print(table(heads, rows))


def _row(name: str) -> list[str]:
    row = [name]
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            told = measured("benchmarks.forecasts", {"plan": name}, Path(cache))
            print(json.dumps(told), file=sys.stderr, flush=True)
            row += [f"{told['estimated']:.1f}", f"{told['taken']:.1f}"]
    return row


def spent(name: str) -> dict[str, Any]:
    """Train a plan; return the seconds that were estimated and taken, those of compiling, and of all processors."""
    rows, recipes, seeds = PLANS[name]
    given = rows()
    with tempfile.TemporaryDirectory() as store:
        cost = forecast([make_request(recipes, given, seeds, EPOCHS, [], None)], Path(store))
        begun, processor = time.perf_counter(), time.process_time()
        train(recipes, given, seeds=seeds, epochs=EPOCHS, snapshots=[], store=store)
        taken, processor = time.perf_counter() - begun, time.process_time() - processor
    return {
        "plan": name,
        "estimated": cost.seconds,
        "of it compiling": cost.compiling_seconds,
        "taken": taken,
        "processor": processor,
        "rate": cost.machine.rate,
        "slowness": cost.machine.slowness,
    }


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].startswith("{"):
        answer(spent(json.loads(sys.argv[1])["plan"]))
    else:
        main(sys.argv[1:])
