"""B5: whether more latent units set normal and anomalous rows further apart.

Separation is measured between held-out normal rows and anomalies in three ways; higher is further apart in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies.findings import Request, Train
from trasunto.studies.separation_facts import Facts, measure
from trasunto.studies.separation_spaces import compare_spaces, request_spaces
from trasunto.studies.separation_verdict import comparisons, conclude
from trasunto.studies.tabular_networks import depth_recipe

if TYPE_CHECKING:
    from trasunto.data import Table

__all__ = ["Facts", "Settings", "comparisons", "conclude", "investigate", "measure", "requests"]

STUDY = "latent-separation"


@dataclass(frozen=True)
class Settings:
    """What is trained and measured; the defaults are the paper's size.

    The network with 16 latent units is the shallower one of depth-separation, which is not trained twice.

    Attributes
    ----------
    latents
        Numbers of latent units.
    layers
        Hidden layers before the latent one.
    normals, shown, worthwhile
        As in depth-separation.
    """

    latents: tuple[int, ...] = (8, 16)
    layers: int = 3
    epochs: int = 100
    seeds: int = 10
    normals: int = 2000
    shown: int = 600
    worthwhile: tuple[float, ...] = (0.01, 0.05, 0.05)

    @classmethod
    def reduced(cls) -> Settings:
        """Return both sizes, but 12 epochs, 3 seeds and fewer rows."""
        return cls(epochs=12, seeds=3, normals=1000, shown=300)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return one network per latent size, the smallest first.

    Raises
    ------
    TrasuntoError
        The table lacks held-out normal rows or anomalies, or a setting is not legal.
    """
    recipes = [depth_recipe(settings.layers, latent) for latent in sorted(set(settings.latents))]
    return (request_spaces(table, STUDY, recipes, settings),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the sizes and measure how far the rows stand apart in each latent space."""
    (request,) = requests(table, settings)
    return compare_spaces(table, request, train, study=STUDY, varied="latent", terms=settings)
