"""Optimizers of one network, through Optax, by the names that recipes use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from trasunto.nets import native
from trasunto.nets.initialise import Weights
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


LARGEST_UPDATE = 2**20
"""Weights of a chunk: beyond this XLA, which shares them out over threads, takes Adam's step as fast."""


def take_step(
    structure: Structure, numbers: Numbers, gradients: Weights, opt_state: Any, weights: Weights
) -> tuple[Weights, Any]:
    """Return one network's weights and its optimizer state after a step down these gradients.

    Under ``vmap`` over members, Adam goes through its arrays once where `trasunto.nets.native` can be called.
    """
    plain = partial(_take_step, structure)
    if structure.optimizer not in _CORRECTIONS or structure.clipped:
        return plain(numbers, gradients, opt_state, weights)
    choosing = jax.custom_batching.custom_vmap(plain)

    @choosing.def_vmap
    def members(m: int, batched: Any, *given: Any) -> tuple[Any, Any]:
        arrays = jax.tree.leaves(given)
        few = sum(array.size for array in jax.tree.leaves(given[-1])) <= LARGEST_UPDATE
        narrow = all(array.dtype == jnp.float32 for array in arrays if jnp.issubdtype(array.dtype, jnp.floating))
        if few and narrow and all(jax.tree.leaves(batched)) and native.available():
            moved = _adam_by_handler(structure.optimizer, *given)
        else:
            moved = jax.vmap(plain, in_axes=jax.tree.map(lambda own: 0 if own else None, tuple(batched)))(*given)
        return moved, jax.tree.map(lambda _: True, moved)

    moved: tuple[Weights, Any] = choosing(numbers, gradients, opt_state, weights)
    return moved


def _take_step(
    structure: Structure, numbers: Numbers, gradients: Weights, opt_state: Any, weights: Weights
) -> tuple[Weights, Any]:
    steps, opt_state = optimizer(structure, numbers).update(gradients, opt_state, weights)
    return optax.apply_updates(weights, steps), opt_state


def _as_published(numbers: Numbers, one: jax.Array, two: jax.Array) -> tuple[jax.Array, jax.Array]:
    return numbers["learning_rate"] / one, 1 / jnp.sqrt(two)


def _as_keras(numbers: Numbers, one: jax.Array, two: jax.Array) -> tuple[jax.Array, jax.Array]:
    return numbers["learning_rate"] * jnp.sqrt(two) / one, jnp.ones_like(two)


_CORRECTIONS = {"adam": _as_published, "adam_keras": _as_keras}
"""What Adam's step, and the root in it, are multiplied by, from 1 - beta1^t and 1 - beta2^t."""


def _adam_by_handler(
    form: str, numbers: Numbers, gradients: Weights, opt_state: Any, weights: Weights
) -> tuple[Weights, Any]:
    """Take the step of all members (m, ...) by `nets.ffi_kernels.adam`."""
    moments, *rest = opt_state
    count, mean, square = moments
    t = optax.safe_increment(count)
    corrections = _CORRECTIONS[form](numbers, 1 - numbers["beta1"] ** t, 1 - numbers["beta2"] ** t)
    own = jnp.stack([numbers["beta1"], numbers["beta2"], numbers["epsilon"], *corrections], axis=1)
    names = list(weights)
    changing = [array[name] for name in names for array in (weights, mean, square)]
    shapes = [jax.ShapeDtypeStruct(weights[name].shape, jnp.float32) for name in names for _ in range(3)]
    places = {1 + len(names) + number: number for number in range(len(changing))}
    call = jax.ffi.ffi_call(native.ADAM, shapes, input_output_aliases=places)
    flat = call(own, *(gradients[name] for name in names), *changing)
    moved, means, squares = (dict(zip(names, flat[at::3], strict=True)) for at in range(3))
    return moved, (type(moments)(t, means, squares), *rest)
