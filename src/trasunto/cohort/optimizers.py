"""Optimizers of one network, through Optax, by the names that recipes use."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from trasunto.nets.network import Numbers
from trasunto.spec import Structure


class KerasAdamState(NamedTuple):
    """Steps taken so far, and the running means of gradients and of their squares."""

    steps: jax.Array
    mean: optax.Updates
    square: optax.Updates


def scale_by_keras_adam(beta1: jax.Array, beta2: jax.Array, epsilon: jax.Array) -> optax.GradientTransformation:
    """Scale gradients as Keras's Adam does: epsilon is added before the bias of the second moment is corrected.

    PyTorch and Optax add it after, as Algorithm 1 of the paper; this is the form "just before section 2.1" there.

    References
    ----------
    Kingma and Ba (2015), "Adam: a method for stochastic optimization", section 2.
    """

    def init(weights: optax.Params) -> KerasAdamState:
        return KerasAdamState(jnp.zeros((), jnp.int32), optax.tree.zeros_like(weights), optax.tree.zeros_like(weights))

    def update(
        gradients: optax.Updates, state: KerasAdamState, _: optax.Params | None = None
    ) -> tuple[optax.Updates, KerasAdamState]:
        count = state.steps + 1
        mean = optax.tree.update_moment(gradients, state.mean, beta1, 1)
        square = optax.tree.update_moment(gradients, state.square, beta2, 2)
        rate = jnp.sqrt(1 - beta2**count) / (1 - beta1**count)
        scaled = jax.tree.map(lambda m, v: rate * m / (jnp.sqrt(v) + epsilon), mean, square)
        return scaled, KerasAdamState(count, mean, square)

    return optax.GradientTransformation(init, update)


def _sgd(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    return optax.trace(decay=numbers["momentum"], nesterov=structure.nesterov)


def _adam(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    return optax.scale_by_adam(numbers["beta1"], numbers["beta2"], numbers["epsilon"])


def _adam_keras(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    return scale_by_keras_adam(numbers["beta1"], numbers["beta2"], numbers["epsilon"])


def _adamw(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    return optax.chain(_adam(structure, numbers), optax.add_decayed_weights(numbers["weight_decay"]))


def _rmsprop(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    """Divide by the root of the running square, epsilon outside the root as PyTorch has it, then apply momentum."""
    scale = optax.scale_by_rms(numbers["decay"], numbers["epsilon"], eps_in_sqrt=False)
    return optax.chain(scale, optax.trace(decay=numbers["momentum"]))


DIRECTIONS: dict[str, Callable[[Structure, Numbers], optax.GradientTransformation]] = {
    "sgd": _sgd,
    "adam": _adam,
    "adam_keras": _adam_keras,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
}


def _clipped(numbers: Numbers) -> optax.GradientTransformation:
    """Shorten gradients to `clip_norm` over all weights of the network; 0, in a grid with other limits, is none."""
    limit = numbers["clip_norm"]
    return optax.clip_by_global_norm(jnp.where(limit > 0, limit, jnp.inf))


def optimizer(structure: Structure, numbers: Numbers) -> optax.GradientTransformation:
    """Return the optimizer of one network; its numbers may be traced, so that they can differ between members."""
    direction = DIRECTIONS[structure.optimizer](structure, numbers)
    step = optax.scale_by_learning_rate(numbers["learning_rate"])
    return optax.chain(*([_clipped(numbers)] if structure.clipped else []), direction, step)
