"""Tied kernels, contraction, clipping, a normal latent and a course of the learning rate, as PyTorch has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.cohort.step import Batch, State, init_opt_state, update
from trasunto.nets.initialise import initialise
from trasunto.nets.losses import evaluate_loss
from trasunto.spec import Recipe, lr_factor

pytestmark = pytest.mark.heavy

D, STEPS, ROWS = 7, 12, 16
RANDOM = np.random.default_rng(11)
BATCHES = RANDOM.normal(size=(STEPS, ROWS, D)) * 2
BASE: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.2, "momentum": 0.5, "batch_size": ROWS}

Loss = Callable[[dict[str, Any], Any], Any]
"""The loss of weights, by our names, on rows, in PyTorch."""


def _tied(w: dict[str, Any], x: Any) -> Any:
    import torch

    hidden = torch.tanh(x @ w["1.kernel"] + w["1.bias"])
    latent = torch.tanh(hidden @ w["2.kernel"] + w["2.bias"])
    back = torch.tanh(latent @ w["2.kernel"].T + w["3.bias"])
    return ((back @ w["1.kernel"].T + w["output.bias"] - x) ** 2).mean()


def _plain(w: dict[str, Any], x: Any) -> Any:
    import torch

    latent = torch.tanh(torch.tanh(x @ w["1.kernel"] + w["1.bias"]) @ w["2.kernel"] + w["2.bias"])
    back = torch.tanh(latent @ w["3.kernel"] + w["3.bias"])
    return ((back @ w["output.kernel"] + w["output.bias"] - x) ** 2).mean()


def _contractive(w: dict[str, Any], x: Any) -> Any:
    import torch

    def latent(row: Any) -> Any:
        return torch.tanh(torch.tanh(row @ w["1.kernel"] + w["1.bias"]) @ w["2.kernel"] + w["2.bias"])

    slopes = torch.func.vmap(torch.func.jacrev(latent))(x)
    return _plain(w, x) + 0.3 * (slopes**2).sum(dim=(1, 2)).mean() / D


CASES: dict[str, tuple[Recipe, Loss]] = {
    "tied": (Recipe("5 tanh > [3 tanh] > mirror > linear", tied=True, **BASE), _tied),
    "contractive": (Recipe("5 tanh > [3 tanh] > mirror > linear", contraction=0.3, **BASE), _contractive),
    "clipped": (Recipe("5 tanh > [3 tanh] > mirror > linear", clip_norm=0.2, **BASE), _plain),
}


@pytest.mark.parametrize("name", CASES)
def test_training_is_pytorchs(name: str) -> None:
    import torch

    recipe, loss_of = CASES[name]
    with jax.enable_x64(True):
        structure = recipe.structure.on(D)
        numbers = {key: jnp.asarray(value) for key, value in recipe.numbers.items()}
        weights = jax.device_put(initialise(structure, 4))
        theirs = {key: torch.tensor(np.asarray(array), requires_grad=True) for key, array in weights.items()}
        sgd = torch.optim.SGD(theirs.values(), lr=recipe.learning_rate, momentum=recipe.momentum or 0)
        state, step = State(weights, init_opt_state(structure, numbers, weights)), jax.jit(update, static_argnums=0)
        clipped = 0
        for x in BATCHES:
            state, metrics = step(structure, state, numbers, Batch(jnp.asarray(x)))
            sgd.zero_grad()
            loss = loss_of(theirs, torch.tensor(x))
            loss.backward()
            if recipe.clip_norm:
                clipped += int(torch.nn.utils.clip_grad_norm_(theirs.values(), recipe.clip_norm) > recipe.clip_norm)
            sgd.step()
            # PyTorch adds 1e-6 to the norm that it divides a clipped gradient by.
            assert float(metrics["loss"]) == pytest.approx(loss.item(), rel=1e-6 if recipe.clip_norm else 1e-10)
        for key, array in state.weights.items():
            np.testing.assert_allclose(array, theirs[key].detach().numpy(), rtol=1e-4 if recipe.clip_norm else 1e-9)
        assert bool(recipe.clip_norm) == (clipped > 0), "the limit must be reached for this to show anything"


def test_a_normal_latents_loss_is_the_evidence_lower_bound_of_torch_distributions() -> None:
    import torch
    from torch import distributions

    recipe = Recipe("5 tanh > [3 normal kl=1] > 5 tanh > linear", **BASE)
    with jax.enable_x64(True):
        structure, x = recipe.structure.on(D), BATCHES[0]
        weights = jax.device_put(initialise(structure, 4))
        numbers = {key: jnp.asarray(value) for key, value in recipe.numbers.items()}
        ours = float(evaluate_loss(structure, weights, numbers, jnp.asarray(x))[0])
        w = {key: torch.tensor(np.asarray(array)) for key, array in weights.items()}
        sums = torch.tanh(torch.tensor(x) @ w["1.kernel"] + w["1.bias"]) @ w["2.kernel"] + w["2.bias"]
        posterior = distributions.Normal(sums[:, :3], torch.exp(sums[:, 3:] / 2))
        kl = distributions.kl_divergence(posterior, distributions.Normal(torch.zeros(3), torch.ones(3))).sum(dim=1)
        back = torch.tanh(sums[:, :3] @ w["3.kernel"] + w["3.bias"]) @ w["output.kernel"] + w["output.bias"]
        error = ((back - torch.tensor(x)) ** 2).sum(dim=1)
        assert ours == pytest.approx(((error + kl) / D).mean().item(), rel=1e-6)


@pytest.mark.parametrize("schedule", ["cosine", "step", "plateau"])
def test_the_course_of_the_learning_rate_is_pytorchs(schedule: str) -> None:
    import torch

    recipe = Recipe("[3 tanh] > linear", schedule=schedule, schedule_epochs=4, schedule_factor=0.3, **BASE)
    losses = [1.0, 0.9, 0.9, 0.95, 0.9, 0.9, 0.9, 0.9, 0.5, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    courses: dict[str, Any] = {
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4, eta_min=0.3),
        "step": lambda: torch.optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.3),
        "plateau": lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=4),
    }
    course = courses[schedule]()
    # PyTorch's cosine rises again after its period, where ours stays at the bottom.
    for epoch in range(1, 6 if schedule == "cosine" else len(losses) + 1):
        assert lr_factor(recipe, epoch, [2.0, *losses][:epoch]) == pytest.approx(optimizer.param_groups[0]["lr"]), epoch
        optimizer.step()
        course.step(losses[epoch - 1]) if schedule == "plateau" else course.step()
