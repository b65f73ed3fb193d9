"""A5: how many hidden units are enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies.cells import require_test_rows
from trasunto.studies.divergence import NOTHING
from trasunto.studies.findings import Comparison, Request, Train
from trasunto.studies.networks import Place, Sized
from trasunto.studies.paper_network import paper_recipe
from trasunto.studies.papers import HIDDEN_CLAIMS
from trasunto.studies.phrases import listed, percent, several
from trasunto.studies.sizes.facts import train_sizes
from trasunto.studies.sizes.gain import GainFacts, Gap, measure
from trasunto.studies.sizes.sentences import Axis, common, gain_verdict, gap_sentence, lost, untrained
from trasunto.studies.study import Study
from trasunto.studies.subject import OWN, Subject
from trasunto.studies.tabular_facts import require_some

if TYPE_CHECKING:
    from trasunto.data import Table

Facts = GainFacts

AXIS = Axis("hidden unit")


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size.

    Attributes
    ----------
    hidden
        Numbers of hidden units.
    worthwhile
        The share that a doubling of them must take off the test error to be called a gain.
    kept
        Epochs whose weights are kept, for the demonstration to draw from (those beyond `epochs` are left out).
    """

    hidden: tuple[int, ...] = (64, 128, 256, 512)
    epochs: int = 150
    seeds: int = 3
    worthwhile: float = 0.05
    kept: tuple[int, ...] = (10, 50, 100)

    @classmethod
    def reduced(cls) -> Settings:
        """Return every size, but 5 epochs and 2 seeds."""
        return cls(epochs=5, seeds=2, kept=(2,))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of hidden units in ascending order, each once."""
        return tuple(sorted(set(self.hidden)))


def requests(table: Table, settings: Settings, network: Sized = paper_recipe) -> tuple[Request, ...]:
    """Return one network per size.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or no size is asked for.
    """
    require_some("hidden-size", hidden=settings.hidden)
    require_test_rows(table, "hidden-size")
    recipes = [network(hidden) for hidden in settings.sizes]
    kept = tuple(epoch for epoch in settings.kept if epoch <= settings.epochs)
    return (Request(recipes, settings.seeds, settings.epochs, kept),)


def investigate(table: Table, settings: Settings, train: Train, network: Sized = paper_recipe) -> Facts:
    """Train the sizes and measure them beside PCA."""
    (request,) = requests(table, settings, network)
    return measure(train_sizes(table, request, train, settings.sizes), settings.worthwhile)


def conclude(facts: Facts, subject: Subject = OWN) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and the further sentences that the facts support."""
    if not facts.sizes:
        return NOTHING, lost(facts, AXIS)
    untold = untrained(facts, AXIS)
    details = (
        *(gap_sentence(gap, AXIS) for gap in facts.gaps),
        *(_claims(facts) if subject.paper and not untold else ()),
        *common(facts, AXIS),
        *_dropout(facts),
    )
    return untold or gain_verdict(facts, AXIS), details


def _dropout(facts: Facts) -> tuple[str, ...]:
    if "drop=" not in facts.sizes[0].table.network:
        return ()
    return ("Dropout is on while the training error is measured, so it lies above the test error at equal fit.",)


def comparisons(facts: Facts) -> tuple[Comparison, ...]:
    """Return what the paper says of the sizes beside the gaps measured."""
    untold = "not trained enough to tell" if untrained(facts, AXIS) else ""
    return tuple(
        Comparison(
            id=f"A5.gap-{gap.smaller}-{gap.larger}",
            what=f"share that {gap.larger} hidden units take off the test error of {gap.smaller}",
            paper=None,
            ours=gap.relative,
            paper_says=says,
            note=f"after {several(facts.epochs, 'epoch')}; {untold or judged}",
            low=gap.share_low if gap.larger == 2 * gap.smaller else None,
            high=gap.share_high if gap.larger == 2 * gap.smaller else None,
        )
        for gap, says, judged in _judged(facts)
    )


def _judged(facts: Facts) -> list[tuple[Gap, str, str]]:
    """Return the gaps that the paper speaks of, its words, and whether they are borne out."""
    return [
        (gap, says, "is left open by these seeds" if gap.verdict == "open" else _borne_out(gap.verdict == wanted))
        for gap in facts.gaps
        for smaller, larger, says, wanted in HIDDEN_CLAIMS
        if (gap.smaller, gap.larger) == (smaller, larger)
    ]


def _borne_out(is_so: bool) -> str:
    return "is borne out" if is_so else "is not borne out"


def _claims(facts: Facts) -> tuple[str, ...]:
    told = [f'"{says}" {judged}' for _, says, judged in _judged(facts)]
    rule = f"a doubling counts as a gain from {percent(facts.worthwhile)} of the error on"
    return (f"Of the paper's answer, {listed(told)}; {rule}.",) if told else ()


STUDY = Study(
    name="hidden-size",
    question="How many hidden units are enough, and where does the gain stop?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    place=Place("hidden", "[{hidden} relu]"),
    pictures="trasunto.figures.sizes:hidden_size",
)
