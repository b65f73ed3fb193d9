"""Forward passes of one network: encode, decode, reconstruct, classify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from trasunto.nets.activations import ACTIVATIONS
from trasunto.nets.columns import features, mean_of_rows, softened
from trasunto.nets.corruption import corrupt
from trasunto.nets.initialise import Weights
from trasunto.nets.layers import APPLICATIONS
from trasunto.nets.layers.normal import divergence
from trasunto.nets.streams import CORRUPTED, chosen
from trasunto.spec import Structure

Numbers = Mapping[str, jax.Array]


class Pass(NamedTuple):
    """Result of a pass through some layers: values (b, units), and the activity penalty, a scalar."""

    values: jax.Array
    penalty: jax.Array


def sums_of(structure: Structure, weights: Weights, place: int, values: jax.Array) -> jax.Array:
    """Return the pre-activations (b, sums) of ``structure.parts[place]``, from values (b, inputs)."""
    part = structure.parts[place]
    arrays = {
        name: weights[f"{part.name}.{name}"] if name in part.own else weights[f"{part.lender}.{name}"].T
        for name in part.size.arrays
    }
    return APPLICATIONS[part.layer.kind].sums(part, arrays, values)


def drop_out(values: jax.Array, rate: jax.Array, key: jax.Array) -> jax.Array:
    """Set values to zero with probability `rate` and divide the others by 1 - rate (inverted dropout)."""
    kept = chosen(key, 1 - rate.astype(jnp.float32), values.shape)
    return jnp.where(kept, values / (1 - rate), 0)


def through(
    structure: Structure,
    weights: Weights,
    numbers: Numbers,
    values: jax.Array,
    layers: range,
    key: jax.Array | None,
    real: jax.Array | None = None,
) -> Pass:
    """Send rows through some of the hidden layers.

    Parameters
    ----------
    values : (b, inputs)
    layers
        Indices into ``structure.layers``.
    key
        The minibatch's dropout key; None for evaluation, without dropout.
    real
        Only the first `real` rows count in penalties, the others being padding; None for all.

    Notes
    -----
    An activity penalty is the layer's sum (of magnitudes for ``l1``, of squares for ``l2``) divided by the rows of the
    minibatch, as in Keras, taken before dropout. The values of a ``normal`` layer are its draws in training and its
    means in evaluation; the KL term is not included (`encode` adds it).
    """
    penalty = jnp.zeros((), values.dtype)
    for index in layers:
        layer, name = structure.layers[index], str(index + 1)
        sums = sums_of(structure, weights, index, values)
        values = APPLICATIONS[layer.kind].values(layer.activation, sums, key)
        if "l1" in layer.options:
            penalty += numbers[f"{name}.l1"] * mean_of_rows(jnp.abs(values).sum(axis=1), real)
        if "l2" in layer.options:
            penalty += numbers[f"{name}.l2"] * mean_of_rows(jnp.square(values).sum(axis=1), real)
        if "drop" in layer.options and key is not None:
            values = drop_out(values, numbers[f"{name}.drop"], jax.random.fold_in(key, index))
    return Pass(values, penalty)


def encode(
    structure: Structure,
    weights: Weights,
    numbers: Numbers,
    x: jax.Array,
    key: jax.Array | None = None,
    real: jax.Array | None = None,
) -> Pass:
    """Return the latent (b, z) of rows (b, d), and the encoder's penalties with the KL term.

    With a key, as in training, rows are corrupted as the recipe asks; `key` and `real` as in `through`.
    """
    if structure.corruption and key is not None:
        x = corrupt(structure, x, numbers["noise"], jax.random.fold_in(key, CORRUPTED), real)
    last = range(structure.latent, structure.latent + 1)
    hidden = through(structure, weights, numbers, x, range(structure.latent), key, real)
    latent = through(structure, weights, numbers, hidden.values, last, key, real)
    penalty = hidden.penalty + latent.penalty
    if structure.variational:
        pull = divergence(sums_of(structure, weights, structure.latent, hidden.values), real)
        penalty += numbers[f"{structure.latent + 1}.kl"] * pull / features(structure, x.shape[1])
    return Pass(latent.values, penalty)


def contraction(
    structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array, real: jax.Array | None = None
) -> jax.Array:
    """Return the squared Frobenius norm of the encoder's Jacobian, averaged over rows (b, d) and features.

    Dropout and corruption are off.

    References
    ----------
    Rifai et al. (2011), "Contractive auto-encoders", eq. 5; there neither it nor the loss is divided by the features.
    """

    def latent(row: jax.Array) -> jax.Array:
        return encode(structure, weights, numbers, row[None]).values[0]

    slopes = jax.vmap(jax.jacrev(latent))(x)
    return mean_of_rows(jnp.square(slopes).sum(axis=(1, 2)), real) / features(structure, x.shape[1])


def decode(
    structure: Structure,
    weights: Weights,
    numbers: Numbers,
    latent: jax.Array,
    key: jax.Array | None = None,
    real: jax.Array | None = None,
) -> Pass:
    """Return the output layer's pre-activations (b, d) of latents (b, z); `key` and `real` as in `through`."""
    layers = range(structure.latent + 1, len(structure.layers))
    hidden = through(structure, weights, numbers, latent, layers, key, real)
    return Pass(sums_of(structure, weights, -1, hidden.values), hidden.penalty)


def output(structure: Structure, sums: jax.Array) -> jax.Array:
    """Return the reconstruction (b, d) from the output layer's sums: activated, one-hot blocks by softmax."""
    return softened(structure, sums, ACTIVATIONS[structure.output](sums))


def reconstruct(structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array) -> jax.Array:
    """Return the reconstruction (b, d) of rows (b, d), with dropout and corruption off."""
    latent = encode(structure, weights, numbers, x).values
    return draw(structure, weights, numbers, latent)


def draw(structure: Structure, weights: Weights, numbers: Numbers, latent: jax.Array) -> jax.Array:
    """Return the rows (b, d) decoded from latents (b, z)."""
    return output(structure, decode(structure, weights, numbers, latent).values)


def classify(structure: Structure, weights: Weights, numbers: Numbers, x: jax.Array) -> jax.Array:
    """Return the logits (b, classes) of the linear head on the latent, with dropout off."""
    return sums_of(structure, weights, -1, encode(structure, weights, numbers, x).values)
