"""Training beside the peers: images in large minibatches, and a table in small ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

import trasunto
from benchmarks import ours
from benchmarks.peers.client import Peer
from benchmarks.turns import in_turn, ratio, table, times
from trasunto.figures.theme import MUTED, PALETTE, canvas, label, themed
from trasunto.spec import Recipe

TITLE = "Training"
IMAGE_PEERS = ("pytorch-tuned", "pytorch-vmap", "pytorch-dataloader", "keras-tensorflow", "keras-jax", "sklearn")
TABLE_PEERS = ("pytorch-tuned", "keras-tensorflow", "keras-jax", "pyod", "sklearn")
FASTEST_THREADS = {"pytorch-tuned": 1, "pyod": 1}  # on minibatches of some tens of rows more threads are slower
TOGETHER = 4  # networks of the vmap peer
MEMBERS = 64


class Work(NamedTuple):
    """One network to be trained by all: what ours is called, and what the peers are asked for."""

    recipe: Recipe
    rows: np.ndarray
    contestants: dict[str, Callable[[], float]]
    job: dict[str, Any]
    peers: tuple[str, ...]


def measure(quick: bool, python: str, rounds: int) -> dict[str, Any]:
    """Train each work by everyone in turn."""
    found = {}
    for name, work in _works(quick).items():
        print(f"training, {name}", flush=True)
        found[name] = _measured(work, python, rounds)
    return found


def page(facts: dict[str, Any], peak: float) -> str:
    """Write what was found."""
    return "\n".join(_page_of(name, each, peak) for name, each in facts.items())


def _works(quick: bool) -> dict[str, Work]:
    images = trasunto.load("mnist").x[: 3000 if quick else None]
    tabular = np.random.default_rng(0).normal(size=(4000 if quick else 284_807, 29)).astype(np.float32)
    works = {}
    for hidden in (64, 512):
        recipe, rows = ours.image_recipe(hidden), ours.rows_of(images)
        cohort = {"trasunto, a cohort": ours.training(recipe, rows, ours.wave(recipe, rows))}
        job = {"kind": "image", "hidden": hidden, "batch": recipe.batch_size, "rows": len(images), "threads": 2}
        works[f"784-{hidden}-784, minibatches of 1000"] = Work(recipe, images, cohort, job, IMAGE_PEERS)
    for batch in (64, 256):
        recipe, rows = ours.table_recipe(batch), ours.rows_of(tabular)
        both = {
            "trasunto, one alone": ours.training(recipe, rows, 1, epochs=3),  # nobody trains for one
            f"trasunto, a cohort of {MEMBERS}": ours.training(recipe, rows, MEMBERS),
        }
        job = {"kind": "table", "features": 29, "batch": batch, "rows": len(tabular), "threads": 2}
        works[f"29-64-32-24-32-64-29, minibatches of {batch}"] = Work(recipe, tabular, both, job, TABLE_PEERS)
    return works


def _measured(work: Work, python: str, rounds: int) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        contestants, parts = dict(work.contestants), dict[str, list[float]]()
        for each in work.contestants.values():
            each()
        if work.job["kind"] == "image":
            np.save(folder / "images.npy", work.rows)
        for name in work.peers:
            job = {**work.job, "threads": _threads(work.job, name)}
            if work.job["kind"] == "image":
                job |= {"data": str(folder / "images.npy"), "networks": TOGETHER if name == "pytorch-vmap" else 1}
            contestants[name] = partial(_epoch, stack.enter_context(Peer(python, name, job)), parts)
        seconds = in_turn(contestants, rounds) | {f"{name}, its training alone": part for name, part in parts.items()}
    steps = -(-len(work.rows) // work.recipe.batch_size)
    operations = _operations(work.recipe, work.rows)
    return {"seconds": seconds, "steps": steps, "operations": operations, "ours": list(work.contestants)}


def _threads(job: Mapping[str, Any], name: str) -> int:
    return FASTEST_THREADS.get(name, 2) if job["kind"] == "table" else 2


def _epoch(peer: Peer, parts: dict[str, list[float]]) -> float:
    """Return the seconds of a network and epoch; of a library that only fits, add its training's alone to `parts`."""
    done = peer.go()
    if done.get("training_seconds"):
        parts.setdefault(peer.name, []).append(done["training_seconds"] / done["networks"])
    return float(done["seconds"] / done["networks"])


def _operations(recipe: Recipe, rows: np.ndarray) -> float:
    """Count the operations of an epoch's matrix products: three products a layer, but none for the rows' own slopes."""
    products = [part.size.products for part in recipe.structure.on(rows.shape[1]).parts]
    operations: float = 2.0 * len(rows) * (3 * sum(products) - products[0])
    return operations


def _page_of(name: str, facts: dict[str, Any], peak: float) -> str:
    seconds, ours_of = facts["seconds"], facts["ours"]
    rows = []
    for who, spent in seconds.items():
        ratios = [times(ratio(spent, seconds[one])) if who not in ours_of else "" for one in ours_of]
        share = f"{100 * facts['operations'] / median(spent) / 1e9 / peak:.0f} %"
        rows.append([who, f"{1e3 * median(spent) / facts['steps']:.3g}", share, *ratios])
    head = ["", "ms a network and minibatch", "share of the peak", *(f"times as fast: {one}" for one in ours_of)]
    return f"### {name}\n\n{table(head, rows)}"


def picture(facts: dict[str, Any], path: Path) -> None:
    """Draw the milliseconds of a network and minibatch, a panel for each work."""
    _drawn(facts).savefig(path, dpi=110)


@themed
def _drawn(facts: dict[str, Any]) -> Figure:
    figure, grid = canvas(2, 2, width=12.5, height=6)
    for axes, (name, each) in zip(grid.flat, facts.items(), strict=True):
        medians = {who: 1e3 * median(spent) / each["steps"] for who, spent in each["seconds"].items()}
        order = sorted(medians, key=lambda who: -medians[who])
        colours = [PALETTE[0] if who in each["ours"] else MUTED for who in order]
        bars = axes.barh(order, [medians[who] for who in order], color=colours)
        axes.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
        label(axes, title=name, x="ms a network and minibatch")
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.15)
    return figure
