"""What stores of many members cost to open, to close, to list and to show.

No member is trained: a store is filled as training fills it, with curves of some epochs and a pack for each chunk.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.apart import answer, measured
from benchmarks.turns import table
from trasunto.api.runs import describe_run, list_runs
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store
from trasunto.spec import Recipe

TITLE = "Stores of many members"
MEMBERS = (100, 10_000, 100_000)
LISTED = 10_000
"""Larger stores are opened and closed, and their runs not listed."""

CHUNK, EPOCHS, ROUNDS = 32, 10, 15
RUN = "many"
READ, WRITE, CLOSE = "opened for reading", "opened for writing", "closed after that"
LIST, SHOW = "`list_runs`", "`describe_run`"


def measure(quick: bool) -> dict[str, Any]:
    """Fill stores, and measure each in a process of its own."""
    points = []
    with tempfile.TemporaryDirectory() as name:
        for members in MEMBERS[: 1 if quick else None]:
            folder = Path(name) / str(members)
            fill(folder, members)
            job = {"store": str(folder), "listed": members <= LISTED}
            points.append({"members": members, **measured("benchmarks.stores", job, Path(name) / "cache")})
            print(f"  {members:,} members: {points[-1]}", flush=True)
    return {"epochs": EPOCHS, "rounds": ROUNDS, "points": points}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    heads = (READ, WRITE, CLOSE, LIST, SHOW)
    rows = [
        [f"{point['members']:,}", f"{point['mebibytes']:,.1f}", *(_milliseconds(point.get(head)) for head in heads)]
        for point in facts["points"]
    ]
    first, last = facts["points"][0], facts["points"][-1]
    return (
        f"Milliseconds, the median of {facts['rounds']}, once everything is imported. Each member has a learning "
        f"rate of its own and two curves of {facts['epochs']} epochs; the database's size is in MiB. A store of "
        f"{last['members']:,} members is opened for writing in {last[WRITE] / first[WRITE]:.1f} times, and closed in "
        f"{last[CLOSE] / first[CLOSE]:.1f} times what one of {first['members']:,} takes.\n\n"
        + table(["members", "database", *heads], rows)
    )


def fill(folder: Path, members: int) -> None:
    """Write a run of so many members of one network, each with a learning rate of its own."""
    base = Recipe("[2 tanh] > linear", batch_size=8, epochs=EPOCHS)
    rates = ((1 + number) / members for number in range(members))
    records = (
        MemberRecord(f"{number:016x}", base.replace(learning_rate=rate).to_json(), 0, "", "rows", "", 17)
        for number, rate in enumerate(rates)
    )
    ids: list[str] = []
    with Store.open(folder) as store:
        while chunk := tuple(islice(records, CHUNK)):
            store.register(chunk)
            named = tuple(one.id for one in chunk)
            ids += named
            weights = {"weights/1.kernel": np.full((len(chunk), 3, 2), len(ids), np.float32)}
            curves = (
                CurvePoint(id, epoch, metric, 1 / (1 + epoch))
                for id in named
                for epoch in range(EPOCHS + 1)
                for metric in ("train_loss", "test_loss")
            )
            reached = [Progress(id, EPOCHS, "finished", "", 0.1) for id in named]
            store.write(Pack(named, EPOCHS, weights), curves, reached)
        asked = {"rows": "rows", "path": "", "members": members, "epochs": EPOCHS, "snapshots": []}
        store.name_run(RUN, json.dumps(asked), "rows", ids)


def main() -> None:
    """Measure the one store that the command line describes."""
    job = json.loads(sys.argv[1])
    folder = Path(job["store"])
    spent: dict[str, list[float]] = {}

    def timed(what: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        done = work()
        spent.setdefault(what, []).append(1000 * (time.perf_counter() - began))
        return done

    for _ in range(ROUNDS):
        timed(READ, lambda: Store.open(folder, write=False)).close()
        store = timed(WRITE, lambda: Store.open(folder))
        timed(CLOSE, store.close)
        if job["listed"]:
            timed(LIST, lambda: list_runs(folder))
            timed(SHOW, lambda: describe_run(RUN, folder))
    size = (folder / "store.sqlite").stat().st_size / 2**20
    answer({"mebibytes": size, **{what: median(each) for what, each in spent.items()}})


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
