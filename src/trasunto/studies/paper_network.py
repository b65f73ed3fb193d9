"""The network of document A with everything about its training that the paper settled on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trasunto.spec import Recipe

RATE = 0.95
"""Learning rate and momentum alike, from A4 on."""


def paper_recipe(hidden: int = 64, loss: str = "mse") -> Recipe:
    """Return the paper's autoencoder (A1) with so many hidden units, trained as from A4 on.

    Examples
    --------
    >>> str(paper_recipe(512).network)
    '[512 sigmoid drop=0.1] > sigmoid'
    """
    from trasunto.spec import Recipe

    return Recipe(
        f"[{hidden} sigmoid drop=0.1] > sigmoid",
        loss=loss,
        optimizer="sgd",
        learning_rate=RATE,
        momentum=RATE,
        batch_size=1000,
        initialisation="torch",
    )
