"""Activation functions by their names in the notation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax

Activation = Callable[[jax.Array], jax.Array]


def _linear(sums: jax.Array) -> jax.Array:
    return sums


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jax.numpy.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": partial(jax.nn.leaky_relu, negative_slope=0.01),
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    # The exact form with the error function, as PyTorch and Keras have it; JAX's own default is an approximation.
    "gelu": partial(jax.nn.gelu, approximate=False),
    "softplus": jax.nn.softplus,
    "linear": _linear,
}
