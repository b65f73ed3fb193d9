"""One network at work: rows through the encoder, the latent and the decoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from trasunto.nets.activations import ACTIVATIONS
from trasunto.nets.initialise import Weights
from trasunto.spec import Structure

Numbers = Mapping[str, jax.Array]


class Pass(NamedTuple):
    """What one pass through some layers gives: values (b, units), and the activity penalty, a scalar."""

    values: jax.Array
    penalty: jax.Array


def dense(weights: Weights, name: str, values: jax.Array) -> jax.Array:
    """Return the sums (b, outputs) of the dense layer `name`."""
    return values @ weights[f"{name}.kernel"] + weights[f"{name}.bias"]


def drop_out(values: jax.Array, rate: jax.Array, key: jax.Array) -> jax.Array:
    """Set values to zero with probability `rate` and divide the others by 1 - rate (inverted dropout)."""
    kept = jax.random.bernoulli(key, 1 - rate, values.shape)
    return jnp.where(kept, values / (1 - rate), 0)


def through(
    structure: Structure, weights: Weights, numbers: Numbers, values: jax.Array, layers: range, key: jax.Array | None
) -> Pass:
    """Send rows through some of the hidden layers.

    Parameters
    ----------
    values : (b, inputs)
    layers
        Indices into ``structure.layers``.
    key
        The minibatch's dropout key; None leaves dropout off, as in evaluation.

    Notes
    -----
    An activity penalty is the layer's sum (of magnitudes for ``l1``, of squares for ``l2``) divided by the rows of the
    minibatch, as Keras has it, taken before dropout.
    """
    penalty = jnp.zeros((), values.dtype)
    for index in layers:
        layer, name = structure.layers[index], str(index + 1)
        values = ACTIVATIONS[layer.activation](dense(weights, name, values))
        if "l1" in layer.options:
            penalty += numbers[f"{name}.l1"] * jnp.abs(values).sum() / len(values)
        if "l2" in layer.options:
            penalty += numbers[f"{name}.l2"] * jnp.square(values).sum() / len(values)
        if "drop" in layer.options and key is not None:
            values = drop_out(values, numbers[f"{name}.drop"], jax.random.fold_in(key, index))
    return Pass(values, penalty)


def encode(
    structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array, key: jax.Array | None = None
) -> Pass:
    """Return the latent (b, z) of rows (b, d)."""
    return through(structure, weights, numbers, x, range(structure.latent + 1), key)


def decode(
    structure: Structure, weights: Weights, numbers: Numbers, latent: jax.Array, key: jax.Array | None = None
) -> Pass:
    """Return the output layer's sums (b, d), before its activation, of latents (b, z)."""
    hidden = through(structure, weights, numbers, latent, range(structure.latent + 1, len(structure.layers)), key)
    return Pass(dense(weights, "output", hidden.values), hidden.penalty)


def reconstruct(structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array) -> jax.Array:
    """Return the reconstruction (b, d) of rows (b, d), with dropout off."""
    latent = encode(structure, weights, numbers, x).values
    return draw(structure, weights, numbers, latent)


def draw(structure: Structure, weights: Weights, numbers: Numbers, latent: jax.Array) -> jax.Array:
    """Return the rows (b, d) that the decoder makes of latents (b, z)."""
    return ACTIVATIONS[structure.output](decode(structure, weights, numbers, latent).values)


def classify(structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array) -> jax.Array:
    """Return the logits (b, classes) of the linear head on the latent, with dropout off."""
    return dense(weights, "head", encode(structure, weights, numbers, x).values)
