"""A network's layers for rows of one shape, each with its arrays, what it takes and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from trasunto.spec.layers import KINDS
from trasunto.spec.layers.kind import Array, RowShape, Size


@dataclass(frozen=True)
class LayerShape:
    """A layer without its numbers; `options` names those of its options that are in use."""

    units: int
    activation: str
    options: tuple[str, ...] = ()
    kind: str = "dense"

    @property
    def words(self) -> tuple[int | str, ...]:
        """The words of its text: units, the kind where the activation does not imply it, and the activation."""
        implied = self.kind in ("dense", self.activation)
        return (self.units, self.activation) if implied else (self.units, self.kind, self.activation)


@dataclass(frozen=True)
class Part:
    """A layer at its place in a network.

    Attributes
    ----------
    name
        What its weights' names begin with: its number from 1 on, "output", or "head" (of a classifier).
    takes
        Shape of the rows that come in.
    size
        What it is for such rows.
    lender
        In a tied decoder: the layer of the encoder whose kernel this one uses, transposed.
    """

    name: str
    layer: LayerShape
    takes: RowShape
    size: Size
    lender: str | None = None

    @property
    def own(self) -> dict[str, Array]:
        """Its arrays, by their names in the layer, but for what another layer lends it."""
        return {name: array for name, array in self.size.arrays.items() if name != "kernel" or self.lender is None}

    @property
    def parameters(self) -> int:
        """How many weights are its own."""
        return sum(prod(array.shape) for array in self.own.values())

    @property
    def inputs(self) -> int:
        """How many values of a row come in."""
        return prod(self.takes)


def parts(
    layers: Sequence[LayerShape],
    latent: int,
    output: str,
    row_shape: RowShape,
    *,
    classes: int | None = None,
    tied: bool = False,
) -> tuple[Part, ...]:
    """Return a network's layers from input to output, for rows of this shape.

    Parameters
    ----------
    layers, latent, output
        The hidden layers, which of them is the latent one, counted from 0, and the output layer's activation.
    classes
        Of a classifier: a linear head for so many stands on the latent, in place of decoder and output. None for an
        autoencoder.
    tied
        Whether the decoder uses the encoder's kernels.
    """
    if classes is None:
        last, hidden = ("output", LayerShape(prod(row_shape), output)), layers
    else:
        last, hidden = ("head", LayerShape(classes, "linear")), layers[: latent + 1]
    made: list[Part] = []
    for number, (name, layer) in enumerate([*((str(i), one) for i, one in enumerate(hidden, 1)), last], 1):
        takes = made[-1].size.gives if made else row_shape
        lender = str(2 * (latent + 1) - number + 1) if tied and number > latent + 1 else None
        made.append(Part(name, layer, takes, KINDS[layer.kind].size(layer.units, takes), lender))
    return tuple(made)
