"""Initial weights of one network, distributed as PyTorch's or Keras's layers draw them."""

from __future__ import annotations

import math

import jax
import numpy as np

from trasunto.nets import threefry
from trasunto.nets.settings import precision
from trasunto.nets.streams import INITIALISATION
from trasunto.spec import Structure
from trasunto.spec.layers.kind import Array

Weights = dict[str, jax.Array]  # on a device; files and callers hold the same names with numpy arrays


def initialise(structure: Structure, seed: np.ndarray | int) -> dict[str, np.ndarray]:
    """Draw the initial weights of one network in JAX's current precision, without compiling anything.

    Parameters
    ----------
    structure
        The network's structure; its field `initialisation` selects the rule. ``torch``: uniform within 1/sqrt(fan_in).
        ``keras``: uniform within sqrt(6 / (fan_in + fan_out)), biases zero.
    seed
        The member's seed, or the seeds (m,) of several, which give each array a leading axis (m,).

    References
    ----------
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 16.
    """
    weights: dict[str, np.ndarray] = {}
    stream = threefry.fold_in(threefry.key(seed), INITIALISATION)
    for number, part in enumerate(structure.parts):
        key = threefry.fold_in(stream, number)
        for place, (name, array) in enumerate(part.size.arrays.items()):
            if name in part.own:
                drawn = _drawn(structure.initialisation, threefry.fold_in(key, place), array)
                weights[f"{part.name}.{name}"] = drawn.astype(precision(), copy=False)
    return weights


def _drawn(initialisation: str, keys: np.ndarray, array: Array) -> np.ndarray:
    """Draw an array's initial values, float32 (..., *shape), from keys (..., 2)."""
    if initialisation == "torch":
        return threefry.uniform(keys, array.shape, 1 / math.sqrt(array.fan_in))
    if array.bias:
        return np.zeros((*keys.shape[:-1], *array.shape), np.float32)
    return threefry.uniform(keys, array.shape, math.sqrt(6 / (array.fan_in + array.fan_out)))


def trainable(structure: Structure, name: str) -> bool:
    """Say whether the array `name` is trained: not if it belongs to a frozen encoder."""
    return structure.frozen != "encoder" or not structure.encodes(name)
