"""Document A's whole grid of learning rates and momenta, as its user trains it: with a store, and tested."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import jax

import trasunto
from benchmarks.apart import answer, bare, measured
from benchmarks.memory import peak
from benchmarks.turns import table
from trasunto.cohort.training import Step
from trasunto.data import Table
from trasunto.spec import Grid
from trasunto.studies import cells
from trasunto.studies.learning_rate_momentum import STEPS

TITLE = "The whole grid of document A"
BATCH = 1000
COMPILING = "/jax/core/compile/backend_compile_duration"
PAPER_ROWS = 60_000
"""Rows that the document trains on."""


def measure(quick: bool) -> dict[str, Any]:
    """Train the grid for one epoch in a process of its own, with nothing compiled before."""
    job = {"rows": 2_000, "every": 6} if quick else {"rows": None, "every": 1}
    with tempfile.TemporaryDirectory() as cache:
        found = measured("benchmarks.whole_grid", job, Path(cache))
    print(f"  {found['networks']} networks: {found['seconds']:.1f} s, {found['mebibytes']:.0f} MiB", flush=True)
    return found


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    networks, steps = facts["networks"], facts["steps"]
    each = 1e3 * facts["seconds"] / networks / steps
    rows = [
        ["seconds in all", f"{facts['seconds']:.1f}"],
        ["seconds of compiling, summed over devices", f"{facts['compiling']:.1f}"],
        ["ms a network and minibatch, everything counted", f"{each:.2f}"],
        ["ms a network and minibatch, once compiled", f"{facts['milliseconds']:.2f}"],
        ["MiB over the bare process", f"{facts['mebibytes']:,.0f}"],
        ["MiB in the store", f"{facts['stored']:,.0f}"],
    ]
    few = "" if facts["rows"] == PAPER_ROWS else f", not the document's {PAPER_ROWS:,}"
    return (
        f"{facts['learning_rates']} learning rates x {facts['momenta']} momenta of `{facts['network']}`, one epoch of "
        f"{facts['rows']:,} images of {facts['data']}{few}, in minibatches of {facts['batch']:,}, each network tested "
        f"on {facts['test_rows']:,} images before and after it, its weights and curves kept in a store; nothing was "
        f"compiled before.\n\n"
        + table(["", "all networks"], rows)
        + f"\nAn epoch of all {networks:,} networks takes {facts['seconds']:.0f} s with compiling, testing and storing "
        f"and at most {facts['mebibytes']:,.0f} MiB of memory over that of the process before it.\n"
    )


def main() -> None:
    """Train the grid that the command line describes."""
    job = json.loads(sys.argv[1])
    axis = STEPS[:: job["every"]]
    compiled: list[float] = []

    def listen(event: str, duration_secs: float, **_: str | int) -> None:
        if event == COMPILING:
            compiled.append(duration_secs)

    jax.monitoring.register_event_duration_secs_listener(listen)
    before = bare()
    digits = trasunto.load("mnist").take(slice(job["rows"]))
    grid = cells.grid(cells.NETWORK, "mse", BATCH, axis, axis)
    found = _trained(grid, digits)
    assert digits.test is not None
    answer(
        {
            "network": cells.NETWORK,
            "learning_rates": len(axis),
            "momenta": len(axis),
            "networks": len(grid),
            "data": str(digits.provenance),
            "rows": digits.n,
            "test_rows": digits.test.n,
            "batch": BATCH,
            **found,
            "compiling": sum(compiled),
            "mebibytes": peak() - before,
        }
    )


def _trained(grid: Grid, digits: Table) -> dict[str, float]:
    """Train every cell into a new store; `milliseconds` is the median over chunks, most of which compile nothing."""
    steps, each = -(-digits.n // BATCH), []

    def observe(step: Step) -> None:
        if step.event.epoch == 1:
            each.append(1e3 * step.event.seconds / len(step.event.jobs) / steps)

    with tempfile.TemporaryDirectory() as store:
        began = time.perf_counter()
        trasunto.train(grid, digits, epochs=1, store=store, observe=observe)
        seconds = time.perf_counter() - began
        stored = sum(file.stat().st_size for file in Path(store).rglob("*") if file.is_file()) / 2**20
    return {"steps": steps, "seconds": seconds, "milliseconds": median(each), "stored": stored}


if __name__ == "__main__":
    main()
