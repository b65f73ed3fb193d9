"""A symmetric network by its measures, for searches that vary them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from trasunto.errors import RecipeError

DEEPEST = 1000
"""Layers that an hourglass may have on each side."""


@dataclass(frozen=True)
class Hourglass:
    """A symmetric network by its measures: `depth` layers that halve from `width`, never below `latent`, and back.

    Examples
    --------
    >>> Hourglass(depth=3, width=64, latent=24).text
    '64 relu > 32 relu > 24 relu > [24 linear] > 24 relu > 32 relu > 64 relu > linear'
    """

    depth: int = 1
    width: int = 64
    latent: int = 8
    activation: str = "relu"
    latent_activation: str = "linear"
    output: str = "linear"

    def __post_init__(self) -> None:
        if self.depth > DEEPEST:
            raise RecipeError(f"depth must be at most {DEEPEST:,} layers, not {self.depth:,}")

    @property
    def text(self) -> str:
        """The network in the text notation."""
        widths = [max(self.width // 2**layer, self.latent) for layer in range(self.depth)]
        return hourglass_text(widths, self.latent, self.activation, self.latent_activation, self.output)


def hourglass_text(
    widths: Sequence[int],
    latent: int,
    activation: str = "relu",
    latent_activation: str = "linear",
    output: str = "linear",
) -> str:
    """Write a symmetric network: layers of these widths before the latent one, and reversed after it.

    Examples
    --------
    >>> hourglass_text([64, 32], 8)
    '64 relu > 32 relu > [8 linear] > 32 relu > 64 relu > linear'
    """
    before = [f"{width} {activation}" for width in widths]
    return " > ".join([*before, f"[{latent} {latent_activation}]", *reversed(before), output])


SHAPE = tuple(field.name for field in fields(Hourglass))
"""The names of the measures."""
