"""B3: whether more layers before the latent one set normal and anomalous rows further apart in it.

Separation is measured between held-out normal rows and anomalies in three ways; higher is further apart in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.errors import TrasuntoError
from trasunto.studies.findings import Request, Train
from trasunto.studies.separation_facts import Facts, measure
from trasunto.studies.separation_spaces import compare_spaces, request_spaces
from trasunto.studies.separation_verdict import comparisons, conclude
from trasunto.studies.tabular_networks import WIDTHS, depth_recipe

if TYPE_CHECKING:
    from trasunto.data import Table

__all__ = ["Facts", "Settings", "comparisons", "conclude", "investigate", "measure", "requests"]

STUDY = "depth-separation"


@dataclass(frozen=True)
class Settings:
    """What is trained and measured; the defaults are the paper's size.

    The paper says how deep its networks are and how wide the latent layer of one; the widths of the other layers, the
    epochs, and the same latent for both are ours.

    Attributes
    ----------
    layers
        Numbers of hidden layers before the latent one.
    normals
        How many held-out normal rows are measured at most, chosen at random; all anomalies are.
    shown
        How many rows of each kind a picture shows at most.
    worthwhile
        How large a difference must be to matter: in linear AUROC, silhouette and energy coefficient.
    """

    layers: tuple[int, ...] = (3, 5)
    latent: int = 16
    epochs: int = 100
    seeds: int = 10
    normals: int = 2000
    shown: int = 600
    worthwhile: tuple[float, ...] = (0.01, 0.05, 0.05)

    @classmethod
    def reduced(cls) -> Settings:
        """Return both depths, but 12 epochs, 3 seeds and fewer rows."""
        return cls(epochs=12, seeds=3, normals=1000, shown=300)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per depth, the shallowest first.

    Raises
    ------
    TrasuntoError
        The table lacks held-out normal rows or anomalies, or a setting is not legal.
    """
    for layers in settings.layers:
        if not 0 <= layers <= len(WIDTHS):
            raise TrasuntoError(
                f"study '{STUDY}' has no network of {layers} layers before the latent one (legal: 0 to {len(WIDTHS)})"
            )
    recipes = [depth_recipe(layers, settings.latent) for layers in sorted(set(settings.layers))]
    return (request_spaces(table, STUDY, recipes, settings),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the depths and measure how far the rows stand apart in each latent space."""
    (request,) = requests(table, settings)
    return compare_spaces(table, request, train, study=STUDY, varied="layers", terms=settings)
