"""The network of a table trained by PyTorch, as one writes it who wants it fast."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from benchmarks.peers.in_pytorch_images import descent, minibatches
from benchmarks.peers.jobs import Job, Unit
from benchmarks.peers.tables import ACTIVATIONS, HIDDEN, PENALISED, PENALTY, table


def tuned(job: Job) -> Unit:
    """Train with all rows in memory, a permutation for an index and fused Adam."""
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    sizes = (job.features, *HIDDEN, job.features)
    layers = [nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes)]
    adam = torch.optim.Adam([p for layer in layers for p in layer.parameters()], lr=1e-3, fused=True)
    batches = minibatches(torch.from_numpy(table(job)), job.batch)

    return descent(job, batches, adam, lambda batch: _loss(layers, batch))


def _loss(layers: list[Any], batch: Any) -> Any:
    """Return the mean squared error and the penalty of a minibatch."""
    activations: list[Callable[[Any], Any]] = [getattr(torch, name) for name in ACTIVATIONS]
    values, penalty = batch, torch.zeros(())
    for place, (layer, activation) in enumerate(zip(layers, activations, strict=False)):
        values = activation(layer(values))
        if place in PENALISED:
            penalty = penalty + values.abs().sum()
    return ((layers[-1](values) - batch) ** 2).mean() + PENALTY * penalty / len(batch)
