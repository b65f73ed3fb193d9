"""What a cohort of the card-fraud network costs: beside one network alone, and beside PyTorch written by an expert.

``python -m scripts.cohort_speed`` measures the three in turn, several rounds, in one run, and prints ratios: the speed
of a shared machine drifts, their ratio hardly does. Compilation is left out: every program runs once before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn

from trasunto.cohort.devices import training_devices
from trasunto.cohort.memory import fit
from trasunto.cohort.running import Event
from trasunto.data import Table, from_arrays
from trasunto.studies.tabular_networks import paper_recipe

ROWS, FEATURES, EPOCHS, MEMBERS, ROUNDS = 12_000, 29, 4, 64, 5
SIZES = (FEATURES, 64, 32, 24, 32, 64, FEATURES)


def ours(table: Table, members: int) -> float:
    """Return the seconds that one epoch of all members takes; what is compiled and copied before is not counted."""
    marks: list[float] = []

    def observe(event: Event) -> None:
        marks.append(time.perf_counter())

    began = time.perf_counter()
    fit(paper_recipe().replace(epochs=EPOCHS, agreement=False), table, seeds=range(members), observe=observe)
    return (marks[-1] - began) / EPOCHS


def expert(x: np.ndarray) -> float:
    """Return the seconds of one epoch of PyTorch: data in memory, fused Adam, one thread, which is its fastest here."""
    torch.set_num_threads(1)
    layers = [nn.Linear(inputs, outputs) for inputs, outputs in pairwise(SIZES)]
    activations: list[Callable[[Any], Any]] = [torch.relu, torch.tanh, torch.relu, torch.relu, torch.tanh]
    adam = torch.optim.Adam([p for layer in layers for p in layer.parameters()], fused=True)
    rows = torch.tensor(x)
    began = time.perf_counter()
    for _ in range(EPOCHS):
        order = torch.randperm(len(rows))
        for at in range(0, len(rows), 64):
            batch = values = rows[order[at : at + 64]]
            penalty = torch.zeros(())
            for place, (layer, activation) in enumerate(zip(layers, activations, strict=False)):
                values = activation(layer(values))
                if place in (1, 3):
                    penalty = penalty + values.abs().sum()
            loss = ((layers[-1](values) - batch) ** 2).mean() + 1e-4 * penalty / len(batch)
            adam.zero_grad()
            loss.backward()
            adam.step()
    return (time.perf_counter() - began) / EPOCHS


def main() -> None:
    """Measure in turn and print the ratios of each round and their medians."""
    devices = training_devices()
    x = np.random.default_rng(0).normal(size=(ROWS, FEATURES)).astype(np.float32)
    table, rounds = from_arrays(x), []
    for members in (1, MEMBERS):
        ours(table, members)
    print(f"{ROWS:,} rows x {FEATURES}, batch 64, {len(devices)} devices; seconds an epoch")
    for _ in range(ROUNDS):
        alone, cohort, pytorch = ours(table, 1), ours(table, MEMBERS), expert(x)
        rounds.append((cohort / alone, cohort / MEMBERS / pytorch, alone / pytorch))
        print(f"alone {alone:.4f}  cohort of {MEMBERS} {cohort:.4f}  PyTorch {pytorch:.4f}")
    times, share, single = (median(column) for column in zip(*rounds, strict=True))
    print(f"a cohort of {MEMBERS} costs {times:.1f} times one alone (at most 28 wanted)")
    print(f"a network of the cohort takes {share:.4f} of PyTorch's time (at most 0.06 wanted), alone {single:.3f}")


if __name__ == "__main__":
    main()
