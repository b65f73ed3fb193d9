"""The first call: what training takes where nothing was ever compiled, beside an earlier commit of trasunto.

Each case is one call in a fresh process, everything imported and no program compiled before; what is counted is the
processor's time, user and system, of all threads, from the call to its return. Both commits do it in turn, with this
file and the same libraries, and the best of the rounds counts.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.apart import answer, measured
from benchmarks.peers.client import ROOT
from benchmarks.turns import table
from trasunto import AutoencoderDetector, Recipe, sweep, train
from trasunto.studies import tabular_networks

TITLE = "The first call"
BEFORE = (
    "ab01c1b"  # of 2026-11-28, the last that drew first weights, and trained a last minibatch, by programs of their own
)
ROUNDS = 3
NETWORK = "9 relu > [3 linear] > mirror > linear"
SHAPES = {"width": [7, 8, 9, 10], "latent": [2, 3, 4]}
RATES = [0.001, 0.003]

CASES = {
    "network": f"`train`, `{NETWORK}`, 400 rows of 12 features, minibatches of 64, 5 epochs",
    "detector_many": "`AutoencoderDetector().fit`, 3,000 rows of 10 features",
    "detector_few": "`AutoencoderDetector().fit`, 300 rows of 10 features",
    "sweep": "`sweep`, 24 such networks of 12 shapes",
    "fraud": f"`train`, `{tabular_networks.PAPER}` (document B), 15,000 rows of 29 features, 5 epochs",
}


class NoHistoryError(Exception):
    """An earlier commit that cannot be had, and why."""


def measure(quick: bool, rounds: int, before: str = BEFORE) -> dict[str, Any]:
    """Let both commits do each case in turn, `ROUNDS` times at most.

    Raises
    ------
    NoHistoryError
        The earlier commit cannot be had.
    """
    seconds: dict[str, dict[str, list[float]]] = {case: {"before": [], "now": []} for case in CASES}
    with _source(before) as earlier:
        for number in range(1 if quick else min(rounds, ROUNDS)):
            for case, spent in seconds.items():
                for which, source in (("before", earlier), ("now", ROOT / "src")):
                    spent[which].append(_first(case, quick, source))
                said = ", ".join(f"{which} {each[-1]:.2f} s" for which, each in spent.items())
                print(f"  round {number + 1}, {case}: {said}", flush=True)
    return {"before": before, "seconds": seconds}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    rows = []
    for case, spent in facts["seconds"].items():
        before, now = min(spent["before"]), min(spent["now"])
        rows.append([CASES[case], f"{before:.2f}", f"{now:.2f}", f"{now / before:.2f}"])
    rounds = len(facts["seconds"]["network"]["now"])
    return (
        f"Seconds of processor time, user and system, from the call to its return, in a fresh process that has "
        f"imported everything, with an empty folder of compiled programs: the best of {rounds}, in turn with "
        f"commit `{facts['before']}` (`--before`). Nothing is left out: compiling, training, and what the call still "
        f"imports.\n\n" + table(["", "before, s", "now, s", "now / before"], rows)
    )


def main() -> None:
    """Do the case that the command line describes."""
    job = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as store:
        call = _call(job["case"], job["quick"], Path(store))
        began = time.process_time()
        call()
        answer({"seconds": time.process_time() - began})


def _call(case: str, quick: bool, store: Path) -> Callable[[], object]:
    """Return what is measured; its rows are made already."""
    draw, share = np.random.default_rng(0), 10 if quick else 1

    def rows(n: int, d: int) -> np.ndarray:
        return draw.normal(size=(n // share, d)).astype(np.float32)

    if case == "sweep":
        asked = {
            "recipe": {"network": "{width} relu > [{latent} linear] > mirror > linear", "batch_size": 64, "epochs": 5},
            "space": {**SHAPES, "learning_rate": RATES},
            "budget": {"networks": 2 if quick else 24},
            "seeds": 1,
            "sampler": "grid",
        }
        table = rows(400, 12)
        return lambda: sweep(asked, table, store=store)
    if case == "network":
        recipe, table = Recipe(NETWORK, batch_size=64, epochs=5), rows(400, 12)
        return lambda: train(recipe, table, store=store)
    if case == "fraud":
        recipe, table = tabular_networks.paper_recipe().replace(epochs=5), rows(15_000, 29)
        return lambda: train(recipe, table, store=store)
    table = rows(3_000 if case == "detector_many" else 300, 10)
    return lambda: AutoencoderDetector(random_state=0).fit(table)


def _first(case: str, quick: bool, source: Path) -> float:
    with tempfile.TemporaryDirectory() as cache:
        found = measured("benchmarks.cold", {"case": case, "quick": quick}, Path(cache), source)
    return float(found["seconds"])


@contextmanager
def _source(commit: str) -> Iterator[Path]:
    """Lay the package as it was at a commit into a folder of its own meanwhile."""
    command = ["git", "archive", "--format=tar", commit, "src"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True)
    except OSError as error:
        raise NoHistoryError(f"the commit {commit} to compare with cannot be had without git: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise NoHistoryError(f"the commit {commit} to compare with is not in the history of {ROOT}: {said}")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(done.stdout)) as packed:
        packed.extractall(folder, filter="data")
        yield Path(folder) / "src"


if __name__ == "__main__":
    main()
