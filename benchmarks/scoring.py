"""Scoring beside the peers: the reconstruction error of a million rows by one network."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.peers.client import Peer
from benchmarks.turns import in_turn, ratio, table, times

TITLE = "Scoring"
PEERS = ("onnxruntime", "sklearn", "pyod")
OURS = "trasunto"


def measure(quick: bool, python: str, rounds: int) -> dict[str, Any]:
    """Score the same rows with the same network by everyone in turn; scikit-learn and PyOD fit their own."""
    print("scoring", flush=True)
    rows = 20_000 if quick else 1_000_000
    x = np.random.default_rng(0).normal(size=(rows, 29)).astype(np.float32)
    work, weights = ours.scoring(ours.table_recipe(64), x)
    work()
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "weights.npz"
        np.savez(path, **weights)  # type: ignore[arg-type]
        contestants = {OURS: work}
        for name in PEERS:
            job = {"kind": "score", "rows": rows, "features": 29, "threads": 2, "weights": str(path)}
            contestants[name] = partial(_seconds, stack.enter_context(Peer(python, name, job)))
        return {"rows": rows, "seconds": in_turn(contestants, rounds)}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    seconds, rows = facts["seconds"], facts["rows"]
    lines = [
        [
            who,
            f"{rows / median(spent) / 1e6:.3g}",
            "" if who == OURS else times(ratio(spent, seconds[OURS])),
        ]
        for who, spent in seconds.items()
    ]
    return f"{rows:,} rows of 29 features in memory, 29-64-32-24-32-64-29, to one number a row.\n\n" + table(
        ["", "million rows a second", "times as fast: trasunto"], lines
    )


def _seconds(peer: Peer) -> float:
    return float(peer.go()["seconds"])
