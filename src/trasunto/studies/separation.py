"""B3 and B5: whether more layers or more latent units set normal and anomalous rows further apart in latent space.

Separation is measured between held-out normal rows and anomalies in three ways; higher is further apart in each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from trasunto.errors import TrasuntoError
from trasunto.studies.findings import Request, Train
from trasunto.studies.separation_facts import Facts, Varied
from trasunto.studies.separation_spaces import Terms, compare_spaces, request_spaces
from trasunto.studies.separation_verdict import comparisons, conclude
from trasunto.studies.study import Study
from trasunto.studies.tabular_networks import WIDTHS, depth_recipe

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe


@dataclass(frozen=True)
class Settings(Terms):
    """What both studies train and measure; the defaults are the paper's size."""

    @classmethod
    def reduced(cls) -> Self:
        """Return every network, but 12 epochs, 3 seeds and fewer rows."""
        return cls(epochs=12, seeds=3, normals=1000, shown=300)


@dataclass(frozen=True)
class DepthSettings(Settings):
    """What depth-separation trains.

    The paper says how deep its networks are and how wide the latent layer of one; the widths of the other layers, the
    epochs, and the same latent for both are ours.

    Attributes
    ----------
    layers
        Numbers of hidden layers before the latent one.
    """

    layers: tuple[int, ...] = (3, 5)
    latent: int = 16


@dataclass(frozen=True)
class LatentSettings(Settings):
    """What latent-separation trains.

    The network with 16 latent units is the shallower one of depth-separation, which is not trained twice.

    Attributes
    ----------
    latents
        Numbers of latent units.
    layers
        Hidden layers before the latent one.
    """

    latents: tuple[int, ...] = (8, 16)
    layers: int = 3


S = TypeVar("S", bound=Settings)


def _study(
    name: str, question: str, settings: type[S], recipes: Callable[[S], list[Recipe]], varied: Varied
) -> Study[S, Facts]:
    def requests(table: Table, chosen: S) -> tuple[Request, ...]:
        return (request_spaces(table, name, recipes(chosen), chosen),)

    def investigate(table: Table, chosen: S, train: Train) -> Facts:
        (request,) = requests(table, chosen)
        return compare_spaces(table, request, train, study=name, varied=varied, terms=chosen)

    return Study(
        name=name,
        question=question,
        settings=settings,
        requests=requests,
        investigate=investigate,
        conclude=conclude,
        comparisons=comparisons,
        pictures="trasunto.figures.separation_pictures:pictures",
    )


def _by_depth(settings: DepthSettings) -> list[Recipe]:
    for layers in settings.layers:
        if not 0 <= layers <= len(WIDTHS):
            raise TrasuntoError(
                f"study 'depth-separation' has no network of {layers} layers before the latent one (legal: 0 to "
                f"{len(WIDTHS)})"
            )
    return [depth_recipe(layers, settings.latent) for layers in sorted(set(settings.layers))]


def _by_latent(settings: LatentSettings) -> list[Recipe]:
    return [depth_recipe(settings.layers, latent) for latent in sorted(set(settings.latents))]


DEPTH = _study(
    "depth-separation",
    "Does a deeper autoencoder set normal and anomalous rows further apart in its latent space?",
    DepthSettings,
    _by_depth,
    "layers",
)

LATENT = _study(
    "latent-separation",
    "Do more latent units set normal and anomalous rows further apart in latent space?",
    LatentSettings,
    _by_latent,
    "latent",
)
