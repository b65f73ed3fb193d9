"""Several autoencoders of images trained at once by PyTorch: `torch.func` over a model's stacked parameters."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import nn

from benchmarks.peers.in_pytorch_images import MOMENTUM, RATE, minibatches, network
from benchmarks.peers.jobs import Done, Job, Unit
from benchmarks.peers.tables import images


def together(job: Job) -> Unit:
    """Train the job's networks at once, each with weights and dropout of its own, all on the same minibatches."""
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    models = [network(job) for _ in range(job.networks)]
    stacked, _ = torch.func.stack_module_state(models)
    weights = {name: value.detach() for name, value in stacked.items()}
    velocities = {name: torch.zeros_like(value) for name, value in weights.items()}
    gradients = _gradients(models[0])
    batches = minibatches(torch.from_numpy(images(job)), job.batch)

    def unit() -> Done:
        seen = 0
        for _ in range(job.steps):
            batch = next(batches)
            for name, gradient in gradients(weights, batch).items():
                weights[name].sub_(velocities[name].mul_(MOMENTUM).add_(gradient), alpha=RATE)
            seen += len(batch)
        return Done(job.steps, seen, job.networks)

    return unit


def _gradients(model: Any) -> Any:
    """Return the function that gives the gradients of all networks from their stacked weights and a minibatch."""
    base = deepcopy(model).to("meta").train()

    def loss(weights: dict[str, Any], batch: Any) -> Any:
        return nn.functional.mse_loss(torch.func.functional_call(base, weights, (batch,)), batch)

    return torch.func.vmap(torch.func.grad(loss), in_dims=(0, None), randomness="different")
