"""Dense layers: a product with the kernel, the bias, the activation."""

from __future__ import annotations

from collections.abc import Mapping

import jax

from trasunto.nets.activations import ACTIVATIONS
from trasunto.nets.products import product
from trasunto.spec.parts import Part


def sums(part: Part, weights: Mapping[str, jax.Array], values: jax.Array) -> jax.Array:
    """Return the weighted sums (b, outputs) of values (b, inputs)."""
    return product(values, weights["kernel"]) + weights["bias"]


def values(activation: str, sums: jax.Array, key: jax.Array | None) -> jax.Array:
    """Return the elementwise activation of sums (b, outputs)."""
    return ACTIVATIONS[activation](sums)
