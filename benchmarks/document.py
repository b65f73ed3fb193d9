"""The page of all sections: docs/benchmarks.md, its pictures, and what is said first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import cold, growth, halving, limit, scoring, start_up, stores, training, whole_grid

MODULES = {
    "training": training,
    "scoring": scoring,
    "whole_grid": whole_grid,
    "halving": halving,
    "growth": growth,
    "start_up": start_up,
    "cold": cold,
    "stores": stores,
}
SECTIONS = tuple(MODULES)

HEAD = """# Benchmarks

Everything here is written by one command, `make bench`, which installs the peers in an environment of its own
(`benchmarks/peers/constraints.txt`), lets them and trasunto work in turn in one run (A B A B), and measures in the same
run what the machine can do at most. A ratio is the median over rounds, with the least and the most in brackets: the
speed of a shared machine drifts, ratios hardly do. Compiling is left out but where it is named. All figures are also in
`benchmarks/results.json`. `python -m benchmarks --help` tells how to measure a section alone.
"""

PEERS = """
The peers do the same work with the same recipe, each as its users would write it, and PyTorch also as an expert would:
`pytorch-dataloader` is a Dataset with a transform for each image and a DataLoader; `pytorch-tuned` keeps all rows in
memory as floats, shuffles by index and uses fused optimizers, with as many threads as are fastest for it (two on
images, one on the table); `pytorch-vmap` trains four networks at once with `torch.func`. Keras 3 is `fit` as it comes.
scikit-learn's `MLPRegressor` knows neither dropout nor penalties nor a sigmoid output, and PyOD's `AutoEncoder` adds
batch normalisation and dropout of its own; its `fit` also scores the rows, so its training stands apart too. A cohort
is timed with all that it takes: order of rows, dropout masks of its own for each network, and the evaluation of some
rows.
"""


def text(results: Mapping[str, Any]) -> str:
    """Write the page."""
    return "\n".join([HEAD, *(_section(name, results[name]) for name in SECTIONS if name in results)])


def write(results: Mapping[str, Any], docs: Path) -> None:
    """Write the page and its pictures."""
    (docs / "benchmarks.md").write_text(text(results))
    for name, module in (("training", training), ("growth", growth)):
        if name in results:
            module.picture(results[name]["facts"], docs / "pictures" / f"benchmarks-{name.replace('_', '-')}.png")


def _section(name: str, result: Mapping[str, Any]) -> str:
    facts, machine = result["facts"], result["machine"]
    peak = limit.peak(machine)
    said = f"Measured {result['made']}; the peak before it was {peak:.0f} GFLOP/s.\n"
    if name == "training":
        body = f"{_machine(machine)}\n{PEERS}\n![]({_picture(name)})\n\n{training.page(facts, peak)}"
    else:
        shown = f"![]({_picture(name)})\n\n" if name == "growth" else ""
        body = f"{shown}{MODULES[name].page(facts)}"
    return f"## {MODULES[name].TITLE}\n\n{said}\n{body}"


def _picture(name: str) -> str:
    return f"pictures/benchmarks-{name}.png"


def _machine(machine: Mapping[str, Any]) -> str:
    peers = ", ".join(f"{name} {number}" for name, number in machine["peers"].items())
    return f"{limit.page(dict(machine))}\nThe peers' environment: {peers}.\n"
