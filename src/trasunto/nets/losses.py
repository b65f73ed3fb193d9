"""Losses of one network on one minibatch: means over features and rows, lower is better."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from trasunto.nets.activations import ACTIVATIONS
from trasunto.nets.initialise import Weights
from trasunto.nets.network import Numbers, decode, dense, encode
from trasunto.spec import Structure

Metrics = dict[str, jax.Array]


def _squared(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    return jnp.square(ACTIVATIONS[structure.output](sums) - x)


def _absolute(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    return jnp.abs(ACTIVATIONS[structure.output](sums) - x)


def _huber(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return squares within `huber_delta`, straight lines beyond it (Huber 1964, as torch.nn.HuberLoss)."""
    delta = numbers["huber_delta"]
    distance = _absolute(structure, numbers, sums, x)
    return jnp.where(distance <= delta, 0.5 * jnp.square(distance), delta * (distance - 0.5 * delta))


def _binary_cross_entropy(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return the cross entropy from the sums (logits), since log(sigmoid(s)) overflows where s is large."""
    return jax.nn.softplus(sums) - x * sums


RECONSTRUCTION: dict[str, Callable[[Structure, Numbers, jax.Array, jax.Array], jax.Array]] = {
    "mse": _squared,
    "mae": _absolute,
    "huber": _huber,
    "bce": _binary_cross_entropy,
}


def evaluate_loss(
    structure: Structure,
    weights: Weights,
    numbers: Numbers,
    x: jax.Array,
    y: jax.Array | None = None,
    key: jax.Array | None = None,
) -> tuple[jax.Array, Metrics]:
    """Return the loss of one minibatch and what it is made of.

    Parameters
    ----------
    x : (b, d)
        Scaled rows.
    y : (b,)
        Class numbers, needed by the loss ``cross_entropy`` alone.
    key
        Dropout key of this minibatch in training; None in evaluation.

    Returns
    -------
    The loss with activity penalties, and the metrics: ``loss`` (the same), ``error`` (without penalties), and
    ``accuracy`` (share of rows classified rightly) for ``cross_entropy``.
    """
    latent = encode(structure, weights, numbers, x, key)
    if structure.loss == "cross_entropy":
        assert y is not None, "cross_entropy needs labels; the planner refuses tables without them"
        logits = dense(weights, "head", latent.values)
        error = -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1).mean()
        loss = error + latent.penalty
        return loss, {"loss": loss, "error": error, "accuracy": (logits.argmax(axis=1) == y).mean(dtype=x.dtype)}
    output = decode(structure, weights, numbers, latent.values, key)
    error = RECONSTRUCTION[structure.loss](structure, numbers, output.values, x).mean()
    loss = error + latent.penalty + output.penalty
    return loss, {"loss": loss, "error": error}
