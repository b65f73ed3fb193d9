"""First weights of one network, as PyTorch's or Keras's dense layers draw them."""

from __future__ import annotations

import math

import jax
import numpy as np

from trasunto.nets import threefry
from trasunto.nets.settings import precision
from trasunto.nets.streams import INITIALISATION
from trasunto.spec import Structure

Weights = dict[str, jax.Array]  # on a device; files and callers hold the same names with numpy arrays


def widths(structure: Structure, d: int, classes: int = 0) -> dict[str, tuple[int, int]]:
    """Return the (inputs, outputs) of every dense layer of the network, by the layer's name, in order.

    With the loss ``cross_entropy`` the decoder does not exist: the latent feeds a linear head of `classes` outputs. A
    ``normal`` latent has two outputs a unit: means, then logarithms of variances.
    """
    supervised = structure.loss == "cross_entropy"
    layers = structure.layers[: structure.latent + 1] if supervised else structure.layers
    sizes = [d, *(layer.units for layer in layers)]
    found = {str(i): (sizes[i - 1], sizes[i]) for i in range(1, len(sizes))}
    if structure.variational:
        inputs, units = found[str(structure.latent + 1)]
        found[str(structure.latent + 1)] = inputs, 2 * units
    found["head" if supervised else "output"] = (sizes[-1], classes if supervised else d)
    return found


def mirror_of(structure: Structure, name: str) -> str | None:
    """Return the encoder's layer whose kernel the layer `name` of a tied decoder uses, transposed; else None."""
    if not structure.tied or name == "head":
        return None
    encoder = structure.latent + 1
    number = len(structure.layers) + 1 if name == "output" else int(name)
    return str(2 * encoder - number + 1) if number > encoder else None


def initialise(structure: Structure, seed: np.ndarray | int, d: int, classes: int = 0) -> dict[str, np.ndarray]:
    """Draw the first weights of one network, as precise as JAX computes; nothing is compiled for it.

    Parameters
    ----------
    structure
        The network; its field `initialisation` says whose habit is followed. ``torch``: kernel and bias uniform within
        1/sqrt(inputs). ``keras``: kernel uniform within sqrt(6 / (inputs + outputs)), bias zero.
    seed
        The member's seed, or the seeds (m,) of several: then each array has a leading axis (m,).
    d, classes
        Features of a row, and classes of its label where the network is a classifier.

    References
    ----------
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", eq. 16.
    """
    weights: dict[str, np.ndarray] = {}
    stream = threefry.fold_in(threefry.key(seed), INITIALISATION)
    for number, (name, (inputs, outputs)) in enumerate(widths(structure, d, classes).items()):
        kernel, bias = threefry.split(threefry.fold_in(stream, number))
        torch = structure.initialisation == "torch"
        bound = 1 / math.sqrt(inputs) if torch else math.sqrt(6 / (inputs + outputs))
        if mirror_of(structure, name) is None:
            weights[f"{name}.kernel"] = threefry.uniform(kernel, (inputs, outputs), bound)
        if torch:
            weights[f"{name}.bias"] = threefry.uniform(bias, (outputs,), bound)
        else:
            weights[f"{name}.bias"] = np.zeros((*bias.shape[:-1], outputs), np.float32)
    return {name: array.astype(precision(), copy=False) for name, array in weights.items()}


def trainable(structure: Structure, name: str) -> bool:
    """Say whether the array `name` is trained, given which part of the network the recipe freezes."""
    layer = name.split(".")[0]
    return structure.frozen != "encoder" or not layer.isdigit() or int(layer) > structure.latent + 1
