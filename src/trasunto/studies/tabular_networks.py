"""The networks of document B, and the families they belong to, with everything about their training.

Rows are standardised features, so that errors are in units of a feature's variance: a network that answers with the
mean of every feature has an error of 1 on the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trasunto.errors import RecipeError
from trasunto.spec import LayerRow, Network, Recipe
from trasunto.spec.hourglass import hourglass_text

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
    lines: tuple[LayerRow, ...]
    parameters: int


def layer_table(network: Network, row_shape: tuple[int, ...] | int) -> LayerTable:
    """Return the layer table of `network` for rows of this shape, or of so many features.

    Examples
    --------
    >>> [(line.layer, line.width, line.parameters) for line in layer_table(latent_recipe(32).network, 29).lines][3:5]
    [('latent', 32, 2080), ('decoder 1', 64, 2112)]
    """
    rows = network.rows(row_shape)
    return LayerTable(str(network), (LayerRow("input", "", rows[-1].width, 0), *rows), network.parameters(row_shape))


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
    return trained_as_the_paper(hourglass_text(widths, latent, latent_activation="relu"))


def trained_as_the_paper(network: str, **changes: Any) -> Recipe:
    """Return the recipe of a network in the paper's terms (Keras's): Adam 1e-3, minibatches of 64, MSE, 100 epochs.

    `changes` are the recipe's fields that shall differ.
    """
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
