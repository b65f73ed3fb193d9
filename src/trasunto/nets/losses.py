"""Losses of one network on one minibatch: means over features and rows, lower is better."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from trasunto.nets.activations import ACTIVATIONS
from trasunto.nets.columns import block_errors, features, lone, mean_of_rows
from trasunto.nets.initialise import Weights
from trasunto.nets.network import Numbers, contraction, decode, encode, output, sums_of
from trasunto.spec import Structure

Metrics = dict[str, jax.Array]


def _squared(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    return jnp.square(ACTIVATIONS[structure.output](sums) - x)


def _absolute(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    return jnp.abs(ACTIVATIONS[structure.output](sums) - x)


def _huber(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return the Huber loss (1964): quadratic within `huber_delta`, linear beyond it, as torch.nn.HuberLoss."""
    delta = numbers["huber_delta"]
    distance = _absolute(structure, numbers, sums, x)
    return jnp.where(distance <= delta, 0.5 * jnp.square(distance), delta * (distance - 0.5 * delta))


def _binary_cross_entropy(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return the cross entropy from the sums (logits): log(sigmoid(s)) would overflow for large s."""
    return jax.nn.softplus(sums) - x * sums


RECONSTRUCTION: dict[str, Callable[[Structure, Numbers, jax.Array, jax.Array], jax.Array]] = {
    "mse": _squared,
    "mae": _absolute,
    "huber": _huber,
    "bce": _binary_cross_entropy,
}


def row_losses(structure: Structure, numbers: Numbers, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return each row's reconstruction loss (b,), a mean over features, from the output layer's sums (b, d).

    A one-hot block is one feature whose loss is always the cross entropy.
    """
    loss = RECONSTRUCTION[structure.loss]
    if not structure.blocks:
        return loss(structure, numbers, sums, x).mean(axis=1)
    d = x.shape[1]
    alone = lone(structure, d)
    total = loss(structure, numbers, sums[:, alone], x[:, alone]).sum(axis=1) + block_errors(structure, sums, x)
    return total / features(structure, d)


def agreement(structure: Structure, sums: jax.Array, x: jax.Array) -> jax.Array:
    """Return whether each row's largest output is at the feature of its largest value, (b,) of 0 or 1.

    Where largest outputs tie, any of them will do. Computed from two maxima: compilers do not vectorise argmax.
    """
    given = output(structure, sums)
    there = jnp.where(x == x.max(axis=1, keepdims=True), given, -jnp.inf).max(axis=1)
    return (there >= given.max(axis=1)).astype(x.dtype)


def _mean(values: jax.Array, w: jax.Array | None, real: jax.Array | None) -> jax.Array:
    return mean_of_rows(values if w is None else values * w, real)


def measured(structure: Structure) -> tuple[str, ...]:
    """Return the names of the metrics that `evaluate_loss` returns for a network."""
    right = structure.agreement or structure.loss == "cross_entropy"
    return ("loss", "error", "accuracy") if right else ("loss", "error")


def evaluate_loss(
    structure: Structure,
    weights: Weights,
    numbers: Numbers,
    x: jax.Array,
    y: jax.Array | None = None,
    w: jax.Array | None = None,
    real: jax.Array | None = None,
    key: jax.Array | None = None,
) -> tuple[jax.Array, Metrics]:
    """Return the loss of one minibatch, and its metrics.

    Parameters
    ----------
    x : (b, d)
        Scaled rows.
    y : (b,)
        Class numbers, for the loss ``cross_entropy`` alone.
    w : (b,)
        Row weights, 1 on average over all rows; None for 1 each. Penalties are not weighted.
    real
        Only the first `real` rows count, the others being padding; None for all.
    key
        Dropout key of this minibatch in training; None in evaluation.

    Returns
    -------
    The loss with penalties, and the metrics: ``loss`` (the same), ``error`` (without penalties), and ``accuracy``: the
    share of rows classified correctly for ``cross_entropy``, else, where the recipe asks for it, that of `agreement`.
    """
    latent = encode(structure, weights, numbers, x, key, real)
    penalty = latent.penalty
    if structure.contractive:
        penalty += numbers["contraction"] * contraction(structure, weights, numbers, x, real)
    if structure.loss == "cross_entropy":
        assert y is not None, "cross_entropy needs labels; the planner refuses tables without them"
        logits = sums_of(structure, weights, -1, latent.values)
        error = _mean(-jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)[:, 0], w, real)
        right = (logits.argmax(axis=1) == y).astype(x.dtype)
        return error + penalty, {"loss": error + penalty, "error": error, "accuracy": _mean(right, w, real)}
    decoded = decode(structure, weights, numbers, latent.values, key, real)
    error = _mean(row_losses(structure, numbers, decoded.values, x), w, real)
    loss = error + penalty + decoded.penalty
    metrics = {"loss": loss, "error": error}
    if structure.agreement:
        metrics["accuracy"] = _mean(agreement(structure, decoded.values, x), w, real)
    return loss, metrics
