"""The networks of document B, and the families they belong to, with everything about their training.

Rows are standardised features, so that errors are in units of a feature's variance: a network that answers with the
mean of every feature has an error of 1 on the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trasunto.errors import RecipeError

if TYPE_CHECKING:
    from trasunto.spec import Network, Recipe

PAPER = "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear"
"""The paper's best architecture (B1)."""

BAD_LATENT = "32 relu > 24 relu > [32 relu l1=0.1] > 24 relu > 32 relu > linear"
"""The paper's bad latent space on purpose (B6)."""

WIDTHS = (128, 64, 32, 24, 20)
"""Widths of the hidden layers before the latent one: a network with k of them has the first k.

The paper gives none for B2 and B3. Each depth is thus the depth before with one more layer, and two layers are B4's
network.
"""


@dataclass(frozen=True)
class LayerLine:
    """A line of a layer table as Keras prints it: what the layer is, how wide its output, how many parameters.

    Attributes
    ----------
    layer
        "input", "encoder 1", "latent", "decoder 1", "output".
    activation
        Empty for the input.
    penalty
        Weight of the layer's activity L1 in the loss; 0 where it has none.
    """

    layer: str
    activation: str
    width: int
    parameters: int
    penalty: float = 0.0


@dataclass(frozen=True)
class LayerTable:
    """A network for rows of so many features, layer by layer, from the input on.

    Attributes
    ----------
    network
        Its canonical text.
    parameters
        In all.
    """

    network: str
    lines: tuple[LayerLine, ...]
    parameters: int


def layer_table(network: Network, d: int) -> LayerTable:
    """Return the layer table of `network` for rows of `d` features.

    Examples
    --------
    >>> [(line.layer, line.width, line.parameters) for line in layer_table(latent_recipe(32).network, 29).lines][3:5]
    [('latent', 32, 2080), ('decoder 1', 64, 2112)]
    """
    penalties = (*(layer.l1 for layer in network.layers), 0.0)
    lines = (
        LayerLine(row.layer, row.activation, row.width, row.parameters, penalty)
        for row, penalty in zip(network.rows(d), penalties, strict=True)
    )
    return LayerTable(str(network), (LayerLine("input", "", d, 0), *lines), network.parameters(d))


def paper_recipe() -> Recipe:
    """Return the paper's best architecture (B1): 9,589 parameters on 29 features, 100 epochs.

    Examples
    --------
    >>> paper_recipe().parameters(29)
    9589
    """
    return trained_as_the_paper(PAPER)


def latent_recipe(latent: int) -> Recipe:
    """Return the network of the paper's latent sizes (B4): 28,349 parameters with 32 of them, 100 epochs.

    Examples
    --------
    >>> latent_recipe(32).parameters(29)
    28349
    """
    return depth_recipe(2, latent)


def bad_latent_recipe() -> Recipe:
    """Return the network whose latent space is bad on purpose (B6), 30 epochs."""
    return trained_as_the_paper(BAD_LATENT, epochs=30)


def depth_recipe(layers: int, latent: int) -> Recipe:
    """Return a network with so many hidden layers before its latent layer and as many after it, relu throughout.

    Layers have the first of `WIDTHS`, but are never narrower than the latent layer, which would be a second bottleneck.

    Raises
    ------
    RecipeError
        There are more layers than `WIDTHS` has.

    Examples
    --------
    >>> str(depth_recipe(3, 16).network)
    '128 relu > 64 relu > 32 relu > [16 relu] > 32 relu > 64 relu > 128 relu > linear'
    """
    if not 1 <= layers <= len(WIDTHS):
        raise RecipeError(
            f"a network with {layers} hidden layers a side is not defined here (legal: 1 to {len(WIDTHS)})"
        )
    widths = [max(width, latent) for width in WIDTHS[:layers]]
    return trained_as_the_paper(hourglass(widths, latent))


def hourglass(widths: list[int], latent: int, activation: str = "relu", of_latent: str = "relu") -> str:
    """Write a symmetric network: these layers before the latent one, and mirrored after it.

    Examples
    --------
    >>> hourglass([64, 32], 8, of_latent="linear")
    '64 relu > 32 relu > [8 linear] > 32 relu > 64 relu > linear'
    """
    before = [f"{width} {activation}" for width in widths]
    return " > ".join([*before, f"[{latent} {of_latent}]", *reversed(before), "linear"])


def trained_as_the_paper(network: str, **changes: Any) -> Recipe:
    """Return the recipe of a network in the paper's terms (Keras's): Adam 1e-3, minibatches of 64, MSE, 100 epochs.

    `changes` are the recipe's fields that shall differ.
    """
    from trasunto.spec import Recipe

    recipe = Recipe(
        network,
        loss="mse",
        optimizer="adam_keras",
        learning_rate=1e-3,
        batch_size=64,
        initialisation="keras",
        epochs=100,
        agreement=True,
    )
    return recipe.replace(**changes)
