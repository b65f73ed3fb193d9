"""B1: the paper's good autoencoder over several seeds, and a search for one that does what was asked.

Errors are mean squared errors per feature of standardised rows: lower is better. Asked is an error of at most 0.01 on
training and on held-out rows. With as many linear latent units as features less two it is trivial, hence the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.errors import TrasuntoError
from trasunto.studies import good_autoencoder_stages as stages
from trasunto.studies.cells import require_test_rows
from trasunto.studies.divergence import NOTHING
from trasunto.studies.findings import Request, Train
from trasunto.studies.good_autoencoder_facts import MEASURES, Facts, measure
from trasunto.studies.good_autoencoder_verdict import comparisons, conclude
from trasunto.studies.study import Study
from trasunto.studies.tabular_facts import principal, read, require_some
from trasunto.studies.tabular_networks import layer_table, paper_recipe

if TYPE_CHECKING:
    from trasunto.data import Table


@dataclass(frozen=True)
class Settings:
    """What is trained; `epochs` and the target are the paper's, the search is ours.

    The search keeps to one wide hidden layer on each side and a linear latent layer: on a sample of the paper's rows, a
    second hidden layer or a tanh left more on held-out rows at every latent size tried. It ends at a learning rate of
    0, which took a quarter off the held-out error against a constant one.

    Attributes
    ----------
    target
        The error asked for, on both sets.
    most_latent
        The largest latent size allowed.
    latent
        The latent sizes that the search begins with, beside the largest.
    widths, activations
        Of the hidden layers that it may use.
    search_epochs
        Epochs of each of its networks.
    networks
        How many networks the search may train in all.
    confirm
        How many further seeds the outcome is trained with.
    """

    epochs: int = 100
    seeds: int = 10
    target: float = 0.01
    most_latent: int = 24
    latent: tuple[int, ...] = (20, 16, 12)
    widths: tuple[int, ...] = (384, 128, 64, 48, 32)
    activations: tuple[str, ...] = ("gelu", "elu")
    search_epochs: int = 100
    networks: int = 48
    confirm: int = 3

    @classmethod
    def reduced(cls) -> Settings:
        """Return 12 epochs, 3 seeds, and a search of few small networks."""
        return cls(
            epochs=12,
            seeds=3,
            latent=(20,),
            widths=(384, 192),
            activations=("gelu",),
            search_epochs=30,
            networks=12,
            confirm=1,
        )

    @property
    def space(self) -> stages.Space:
        """What the search may try."""
        return stages.Space(
            target=self.target,
            most_latent=self.most_latent,
            latent=tuple(sorted(set(self.latent), reverse=True)),
            widths=tuple(sorted(set(self.widths), reverse=True)),
            activations=self.activations,
            epochs=self.search_epochs,
            networks=self.networks,
            confirm=self.confirm,
        )


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the paper's network, and the dearest course that the search could take.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or the search has nothing to choose from.
    """
    require_some("good-autoencoder", widths=settings.widths, activations=settings.activations)
    require_test_rows(table, "good-autoencoder")
    paper = Request([paper_recipe()], settings.seeds, settings.epochs)
    return (paper, *stages.requests(settings.space, table.d))


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the paper's network, then search."""
    paper, *_ = requests(table, settings)
    network = paper_recipe().network
    found, left = read(paper.carry_out(table, train), MEASURES, settings.epochs, 1)
    if not left.networks:
        raise TrasuntoError(f"study 'good-autoencoder' has nothing to measure. {NOTHING}")
    (linear,) = principal(table, [network.encoder[-1].units])
    return measure(
        {name: values[0] for name, values in found.items()},
        layer_table(network, table.row_shape),
        linear,
        stages.explore(table, settings.space, train),
        settings.target,
        diverged=left.diverged,
    )


STUDY = Study(
    name="good-autoencoder",
    question="Which autoencoder with at most 24 latent units leaves an error of at most 0.01 on training and "
    "held-out rows?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.good_autoencoder:pictures",
)
