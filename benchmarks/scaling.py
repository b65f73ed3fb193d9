"""``python -m benchmarks.scaling``: what training elsewhere moves and costs, piece by piece (extra ``cluster``)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from statistics import median

import numpy as np

import trasunto
from benchmarks import ours
from benchmarks.turns import in_turn, ratio, table, times
from trasunto.cluster import executor
from trasunto.cluster.remote import ChunkMessage
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import Executor, ThisProcess
from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.data import Table, from_arrays
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store
from trasunto.spec import Recipe

MEMBERS, ROWS, EPOCHS = 32, 20_000, 2
WHERE = {"this process": None, "local:2": "local:2", "ray": "ray"}
KEPT = 4096  # networks written to a store
ROUNDS = 5


def main() -> None:
    """Measure all pieces and print a table for each."""
    images = trasunto.load("mnist").take(slice(0, ROWS))
    print(_sizes(images), flush=True)
    with ExitStack() as stack:
        places = {name: stack.enter_context(executor(on)) or ThisProcess() for name, on in WHERE.items()}
        print(_studies(places, images), flush=True)
        print(_epochs(places), flush=True)
    print(_keeping())


def _jobs(recipe: Recipe, rows: Table, members: int) -> list[Job]:
    return [Job(str(seed), recipe, seed, rows, 0, recipe.epochs) for seed in range(members)]


def _sizes(images: Table) -> str:
    """Return how large what is sent is, in bytes."""
    (chunk,) = plan(_jobs(ours.image_recipe(64).replace(epochs=1), images, 2), 1)
    begun, done = train_chunks([chunk], ThisProcess().places()[:1], checkpoint_seconds=1e9)
    sent: list[tuple[str, object]] = [
        (f"{ROWS:,} rows of MNIST and its test rows, once a machine", images),
        ("a chunk of two networks 784-64-784, to begin", ChunkMessage.of(chunk, [{}, {}], 30.0)),
        ("an epoch of it, with its states", replace(done, jobs=())),
        ("an epoch of it, without", replace(begun, jobs=(), states=None)),
    ]
    return table(["what is sent", "bytes"], [[what, f"{len(ForkingPickler.dumps(it)):,}"] for what, it in sent])


def _studies(places: dict[str, Executor], images: Table) -> str:
    """Return how long the same networks take at each kind of place."""
    recipe = ours.image_recipe(64).replace(epochs=EPOCHS)
    works = {name: partial(_trained, _jobs(recipe, images, MEMBERS), place) for name, place in places.items()}
    return _beside(works, f"seconds for {MEMBERS} networks 784-64-784, {EPOCHS} epochs of {ROWS:,} rows")


def _epochs(places: dict[str, Executor]) -> str:
    """Return how long an epoch takes that is hardly any work: what a call costs."""
    rows = from_arrays(np.random.default_rng(0).random((64, 4), dtype=np.float32))
    jobs = _jobs(Recipe("[2 tanh] > linear", epochs=200, batch_size=64), rows, 1)
    works = {name: partial(_trained, jobs, place, 200) for name, place in places.items()}
    return _beside(works, "seconds for an epoch of one network of 4 features and 64 rows")


def _trained(jobs: list[Job], place: Executor, parts: int = 1) -> float:
    chunks: tuple[Chunk, ...] = plan(jobs, place.width)
    began = time.perf_counter()
    for _ in train_chunks(chunks, place.places(), checkpoint_seconds=1e9):
        pass
    return (time.perf_counter() - began) / parts


def _beside(works: Mapping[str, Callable[[], float]], what: str) -> str:
    for work in works.values():
        work()  # starts workers, sends rows and compiles
    seconds = in_turn(works, ROUNDS)
    here = seconds["this process"]
    return table(
        ["where", what, "times as long as here"],
        [[name, f"{median(spent):.3g}", times(ratio(spent, here))] for name, spent in seconds.items()],
    )


def _keeping() -> str:
    """Return what a store takes for a network: time and bytes."""
    weights = {f"weights/{n}": np.ones((16, size), np.float32) for n, size in (("kernel", 5000), ("bias", 200))}
    with tempfile.TemporaryDirectory() as folder, Store.open(folder) as store:
        began = time.perf_counter()
        for first in range(0, KEPT, 16):
            ids = tuple(str(first + i) for i in range(16))
            store.register(MemberRecord(id, "{}", 0, "", "", "", 5200) for id in ids)
            points = [CurvePoint(id, epoch, "test_loss", 0.5) for id in ids for epoch in range(20)]
            weights["weights/bias"][:, 0] = first
            store.write(Pack(ids, 20, weights), points, [Progress(id, 20, "finished", "", 1.0) for id in ids])
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    lines = [["seconds", f"{seconds / KEPT:.2g}"], ["bytes", f"{size / KEPT:,.0f}"], ["of these, weights", "20,800"]]
    return table([f"a network of 5,200 weights and 20 epochs in a store of {KEPT:,}", "each"], lines)


if __name__ == "__main__":
    main()
