"""What a program is compiled for."""

from __future__ import annotations

from dataclasses import dataclass, replace

Blocks = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LayerShape:
    """A hidden layer without its numbers; `options` names those of its options that are in use."""

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
    contractive, clipped
        Whether there is a contractive penalty, and a limit to the gradient's norm.
    agreement
        Whether the share of rows whose largest output is at their largest input is measured.
    blocks
        Of the rows, not of the recipe: [start, stop) spans of columns that are one-hot codes of a category each.
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
    blocks: Blocks = ()

    @property
    def variational(self) -> bool:
        """Whether the latent layer draws from a normal distribution that it describes."""
        return self.layers[self.latent].activation == "normal"

    @property
    def random(self) -> bool:
        """Whether a training step draws random numbers."""
        drops = any("drop" in layer.options for layer in self.layers)
        return drops or self.variational or bool(self.corruption)

    def on(self, blocks: Blocks) -> Structure:
        """Return the structure for rows with these one-hot blocks."""
        return replace(self, blocks=blocks) if blocks else self
