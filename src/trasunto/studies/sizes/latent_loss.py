"""B4: how the number of latent units changes the loss.

Rows are standardised, and the networks carry no penalties, so that loss and error are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies.cells import require_test_rows
from trasunto.studies.divergence import NOTHING
from trasunto.studies.findings import Comparison, Request, Train
from trasunto.studies.networks import Place, Sized
from trasunto.studies.papers import LATENT_LOSSES
from trasunto.studies.phrases import several
from trasunto.studies.sentences import beside
from trasunto.studies.sizes.facts import train_sizes
from trasunto.studies.sizes.gain import GainFacts, measure
from trasunto.studies.sizes.sentences import Axis, common, gain_verdict, gap_sentence, lost, untrained
from trasunto.studies.study import Study
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.tabular_facts import require_some
from trasunto.studies.tabular_networks import latent_recipe

if TYPE_CHECKING:
    from trasunto.data import Table

Facts = GainFacts

AXIS = Axis("latent unit")


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size, of which it gives the networks alone.

    Attributes
    ----------
    latent
        Numbers of latent units.
    worthwhile
        The share that a doubling of them must take off the test error to be called a gain.
    """

    latent: tuple[int, ...] = (4, 8, 16, 32)
    epochs: int = 100
    seeds: int = 10
    worthwhile: float = 0.05

    @classmethod
    def reduced(cls) -> Settings:
        """Return every size, but 12 epochs and 3 seeds."""
        return cls(epochs=12, seeds=3)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of latent units in ascending order, each once."""
        return tuple(sorted(set(self.latent)))


def requests(table: Table, settings: Settings, network: Sized = latent_recipe) -> tuple[Request, ...]:
    """Return one network per size.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or no size is asked for.
    """
    require_some("latent-loss", latent=settings.latent)
    require_test_rows(table, "latent-loss")
    return (Request([network(size) for size in settings.sizes], settings.seeds, settings.epochs),)


def investigate(table: Table, settings: Settings, train: Train, network: Sized = latent_recipe) -> Facts:
    """Train the sizes and measure them beside PCA."""
    (request,) = requests(table, settings, network)
    return measure(train_sizes(table, request, train, settings.sizes), settings.worthwhile)


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.sizes:
        return NOTHING, lost(facts, AXIS)
    untold = untrained(facts, AXIS)
    order = () if untold or not facts.gaps else (_order(facts, subject),)
    details = (*(gap_sentence(gap, AXIS) for gap in facts.gaps), *order, *common(facts, AXIS))
    return untold or gain_verdict(facts, AXIS), details


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return the paper's two columns beside our one set of test rows."""
    return tuple(
        beside(
            f"B4.{column}-{size.size}",
            f"{column} loss (MSE per feature) with {size.size} latent units",
            size.test_error,
            paper=losses[size.size],
            note=(
                f"ours: test rows after {several(facts.epochs, 'epoch')}, one set beside both of the paper's columns; "
                f"training rows {size.train_error.mean:.4f}"
            ),
        )
        for size in facts.sizes
        for column, losses in LATENT_LOSSES.items()
        if size.size in losses
    )


def _order(facts: Facts, subject: Subject) -> str:
    papers = ", the paper's order" if subject.paper else ""
    held = f"In {facts.in_order} of {several(facts.seeds, 'seed')}"
    return f"{held}, each larger latent layer has a lower error than the one before{papers}."


STUDY = Study(
    name="latent-loss",
    question="Does the number of latent units change the final loss, and where does the gain stop?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    place=Place("latent", "128 relu > 64 relu > [{latent} relu] > mirror"),
    pictures="trasunto.figures.sizes:latent_loss",
)
