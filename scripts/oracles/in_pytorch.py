"""A case trained by PyTorch, written as its users write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from scripts.oracles.cases import CLASSES, Case, Curve, first_weights, minibatches
from trasunto.spec import Recipe

torch.set_num_threads(1)  # networks are small, and curves must not depend on the number of cores

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "linear": nn.Identity,
}


def versions() -> dict[str, str]:
    """Return what the curves depend on."""
    return {"torch": torch.__version__, "numpy": np.__version__}


def train(case: Case, dtype: str) -> Curve:
    """Train a case for 20 steps in this precision."""
    weights = {name: torch.tensor(array) for name, array in first_weights(case, dtype).items()}
    parts = case.recipe.structure.on(case.d, classes=CLASSES).parts
    layers = {part.name: nn.Linear(part.inputs, part.size.sums) for part in parts}
    for name, layer in layers.items():
        layer.weight = nn.Parameter(weights[f"{name}.kernel"].T.contiguous())
        layer.bias = nn.Parameter(weights[f"{name}.bias"])
    network = nn.Sequential(*_modules(case.recipe, list(layers.values())))
    loss_of, optimizer = _loss(case.recipe), _optimizer(case.recipe, network)
    losses = []
    for x, y in zip(*map(torch.tensor, minibatches(case, dtype)), strict=True):
        optimizer.zero_grad()
        loss = loss_of(network(x), y if case.recipe.loss == "cross_entropy" else x)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return Curve(losses, [], _named(layers))


def _modules(recipe: Recipe, layers: list[nn.Linear]) -> list[nn.Module]:
    """Return the layers, each with its activation; losses that take logits have none at the end."""
    hidden = [layer.activation for layer in recipe.structure.layers[: len(layers) - 1]]
    last = "linear" if recipe.loss in ("bce", "cross_entropy") else recipe.network.output
    return [part for layer, word in zip(layers, [*hidden, last], strict=True) for part in (layer, ACTIVATIONS[word]())]


def _loss(recipe: Recipe) -> nn.Module:
    losses: dict[str, Callable[[], nn.Module]] = {
        "mse": nn.MSELoss,
        "mae": nn.L1Loss,
        "huber": lambda: nn.HuberLoss(delta=recipe.huber_delta or 1.0),
        "bce": nn.BCEWithLogitsLoss,
        "cross_entropy": nn.CrossEntropyLoss,
    }
    return losses[recipe.loss]()


def _optimizer(recipe: Recipe, network: nn.Module) -> torch.optim.Optimizer:
    numbers: dict[str, Any] = recipe.numbers
    rate, parameters = recipe.learning_rate, network.parameters()
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, momentum=numbers["momentum"], nesterov=recipe.nesterov)
    if recipe.optimizer == "rmsprop":
        return torch.optim.RMSprop(
            parameters, lr=rate, alpha=numbers["decay"], eps=numbers["epsilon"], momentum=numbers["momentum"]
        )
    betas, epsilon = (numbers["beta1"], numbers["beta2"]), numbers["epsilon"]
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=rate, betas=betas, eps=epsilon, weight_decay=numbers["weight_decay"])
    return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=epsilon)


def _named(layers: dict[str, nn.Linear]) -> dict[str, np.ndarray]:
    """Return the weights by our names, kernels (inputs, outputs)."""
    kernels = {f"{name}.kernel": layer.weight.detach().numpy().T for name, layer in layers.items()}
    return kernels | {f"{name}.bias": layer.bias.detach().numpy() for name, layer in layers.items()}
