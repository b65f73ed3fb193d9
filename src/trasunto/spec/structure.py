"""What a program is compiled for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerShape:
    """A hidden layer without its numbers; `options` names those of drop, l1 and l2 whose number is not zero."""

    units: int
    activation: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Structure:
    """Everything of a recipe that shapes its program: members of one structure differ in numbers only.

    It holds no number that varies within a program, so equal structures, and nothing else, share a compiled one.

    Parameters
    ----------
    layers
        The hidden layers, from input to output.
    latent
        Where the latent layer stands in `layers`, counted from 0.
    """

    layers: tuple[LayerShape, ...]
    latent: int
    output: str
    loss: str
    optimizer: str
    nesterov: bool
    batch_size: int
    initialisation: str
    frozen: str
