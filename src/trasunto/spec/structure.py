"""`Structure`: what a program is compiled for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

from trasunto.spec.layers import KINDS
from trasunto.spec.layers.kind import Array, RowShape, shaped
from trasunto.spec.parts import LayerShape, Part, parts

Blocks = tuple[tuple[int, int], ...]


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
    contractive, clipped
        Whether there is a contractive penalty, and a limit to the gradient's norm.
    agreement
        Whether the share of rows whose largest output is at their largest input is measured.
    row_shape, blocks, classes
        Of the rows, not of the recipe: the shape of a row, [start, stop) spans of columns that are one-hot codes of a
        category each, and how many classes a classifier tells apart. See `on`.
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
    corruption: str = ""
    tied: bool = False
    contractive: bool = False
    clipped: bool = False
    agreement: bool = False
    row_shape: RowShape = ()
    blocks: Blocks = ()
    classes: int = 0

    @property
    def variational(self) -> bool:
        """Whether the latent layer draws from a normal distribution that it describes."""
        return self.layers[self.latent].kind == "normal"

    @property
    def random(self) -> bool:
        """Whether a training step draws random numbers."""
        drops = any("drop" in layer.options for layer in self.layers)
        return drops or self.variational or bool(self.corruption)

    @property
    def flat(self) -> bool:
        """Whether rows are so many values to it, of whatever shape."""
        return all(KINDS[layer.kind].flat for layer in self.layers)

    def on(self, row_shape: RowShape | int, blocks: Blocks = (), classes: int = 0) -> Structure:
        """Return the structure for rows of this shape, or of so many features; classes are those of a classifier."""
        return replace(self, row_shape=shaped(row_shape), blocks=blocks, classes=classes)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The layers that there are, the output layer or the head last; see `on`."""
        assert self.row_shape, "how large layers are depends on the rows"
        classes = self.classes if self.loss == "cross_entropy" else None
        return parts(self.layers, self.latent, self.output, self.row_shape, classes=classes, tied=self.tied)

    @property
    def arrays(self) -> dict[str, Array]:
        """The network's weights by name, such as ``"1.kernel"``."""
        return {f"{part.name}.{name}": array for part in self.parts for name, array in part.own.items()}

    @property
    def parameters(self) -> int:
        """How many weights the network has."""
        return sum(part.parameters for part in self.parts)

    @property
    def d(self) -> int:
        """How many features a row has."""
        return prod(self.row_shape)

    @property
    def z(self) -> int:
        """How many values the latent has."""
        return prod(self.parts[self.latent].size.gives)

    def encodes(self, array: str) -> bool:
        """Say whether the array of this name belongs to the encoder."""
        layer = array.partition(".")[0]
        return layer.isdigit() and int(layer) <= self.latent + 1
