"""The search for a good autoencoder: which networks to train next, given what those before left.

Each stage is a cohort, so that a search that was interrupted takes up where it was. *Scan*: the widest networks with
some latent sizes. *Between*: with every latent size from the smallest that reached the target down to the next one
scanned. *Settle*: the best network of the smallest size with other seeds, and where one of them misses the target, that
of the next larger size. *Slim*: narrower networks of the size settled on, with all seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trasunto.spec import parse
from trasunto.spec.hourglass import hourglass_text
from trasunto.studies.cells import plain
from trasunto.studies.curves import curves
from trasunto.studies.evidence import estimate
from trasunto.studies.findings import Request, Train
from trasunto.studies.good_autoencoder_search import Found, Search, Trial, frontier, held_out, winner
from trasunto.studies.tabular_facts import SETS, principal
from trasunto.studies.tabular_networks import layer_table, trained_as_the_paper

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe

BATCH_SIZE = 64
LEARNING_RATE = 4e-3

ROUNDS = 5
"""How many latent sizes may be settled on at most: a size that misses with some seed gives way to the next larger."""


@dataclass(frozen=True)
class Design:
    """A network of the search: one wide hidden layer on each side of a linear latent one."""

    latent: int
    width: int
    activation: str

    def recipe(self, epochs: int) -> Recipe:
        """Return how it is trained: without penalties, from a high learning rate down to 0."""
        return trained_as_the_paper(
            hourglass_text([self.width], self.latent, self.activation),
            batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
            schedule="cosine",
            epochs=epochs,
        )


@dataclass(frozen=True)
class Space:
    """What may be tried, and how much of it.

    Attributes
    ----------
    latent, widths
        Descending, each once.
    networks
        How many may be trained in all, further seeds included.
    confirm
        How many further seeds the outcome is trained with.
    """

    target: float
    most_latent: int
    latent: tuple[int, ...]
    widths: tuple[int, ...]
    activations: tuple[str, ...]
    epochs: int
    networks: int
    confirm: int

    @property
    def further(self) -> tuple[int, ...]:
        """The seeds beside the one that the scan uses, which is 0."""
        return tuple(range(1, self.confirm + 1))

    def sizes(self, features: int) -> tuple[int, ...]:
        """Return the latent sizes to scan on rows of so many features, descending: the largest allowed, and smaller.

        As many latent units as features would hold a row whole, so that at most one fewer is a question.
        """
        most = max(1, min(self.most_latent, features - 1))
        return (most, *(latent for latent in self.latent if latent < most))

    def widest(self, latent: Iterable[int]) -> list[Design]:
        """Return the widest networks with these latent sizes."""
        return [Design(size, self.widths[0], activation) for size in latent for activation in self.activations]

    def narrower(self, latent: int, activation: str) -> list[Design]:
        """Return all networks but the widest with this latent size and activation."""
        return [Design(latent, width, activation) for width in self.widths[1:]]

    def between(self, trials: Sequence[Trial]) -> list[Design]:
        """Return the widest networks with every latent size from the smallest that reached the target to the next."""
        reached = [trial.latent for trial in trials if trial.reached]
        if not reached:
            return []
        below = max((trial.latent for trial in trials if trial.latent < min(reached)), default=0)
        return self.widest(range(min(reached) - 1, below, -1))

    def settling(self, trials: Sequence[Trial]) -> list[Design]:
        """Return the best network of each latent size that reached the target, the smallest sizes first."""
        best: dict[int, Trial] = {}
        for trial in sorted((trial for trial in trials if trial.reached), key=held_out):
            best.setdefault(trial.latent, trial)
        return [Design(latent, best[latent].width, best[latent].activation) for latent in sorted(best)][:ROUNDS]

    def dearest(self, features: int) -> list[tuple[list[Design], tuple[int, ...]]]:
        """Return the most that the search could train, as designs with their seeds, a pair a stage.

        What cannot be named before the scan is done is counted with the most latent units, by other seeds of them.
        """
        sizes = self.sizes(features)
        gap = max(above - below - 1 for above, below in zip(sizes, (*sizes[1:], 0), strict=True))
        widest, activation = self.widest(sizes[:1]), self.activations[0]
        stages = (
            (self.widest(sizes), (0,)),
            (widest, tuple(range(1, gap + 1))),
            (widest[:1], tuple(range(gap + 1, gap + 1 + ROUNDS * self.confirm))),
            (self.narrower(sizes[0], activation), (0, *self.further)),
        )
        left, affordable = self.networks, []
        for designs, seeds in stages:
            within = designs if len(designs) * len(seeds) <= left else designs[: max(1, left // len(seeds))]
            within_seeds = seeds[: left // max(1, len(within))]
            if within and within_seeds:
                affordable.append((within, within_seeds))
                left -= len(within) * len(within_seeds)
        return affordable


def requests(space: Space, features: int) -> tuple[Request, ...]:
    """Return the most that the search could train."""
    return tuple(
        Request([design.recipe(space.epochs) for design in designs], seeds, space.epochs)
        for designs, seeds in space.dearest(features)
    )


def explore(table: Table, space: Space, train: Train) -> Search:
    """Train stage by stage and return what was found."""
    trials: list[Trial] = []
    cut_short = False

    def tried(stage: str, designs: Sequence[Design], seeds: tuple[int, ...]) -> list[Trial]:
        nonlocal cut_short
        affordable = designs[: (space.networks - len(trials)) // max(1, len(seeds))]
        cut_short |= len(affordable) < len(designs)
        return _trials(table, space, train, stage, affordable, seeds)

    trials += tried("scan", space.widest(space.sizes(table.d)), (0,))
    trials += tried("between", space.between(trials), (0,))
    for design in space.settling(trials):
        again = tried("settle", [design], space.further)
        trials += again
        if all(trial.reached for trial in again):
            if not cut_short:
                trials += tried("slim", space.narrower(design.latent, design.activation), (0, *space.further))
            break
    return _search(table, space, trials, cut_short)


def _search(table: Table, space: Space, trials: Sequence[Trial], cut_short: bool) -> Search:
    sizes = sorted({trial.latent for trial in trials})
    linear = dict(zip(sizes, principal(table, sizes), strict=True)) if sizes else {}
    return Search(
        features=table.d,
        target=space.target,
        most_latent=space.sizes(table.d)[0],
        networks=space.networks,
        cut_short=cut_short,
        epochs=space.epochs,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        trials=tuple(trials),
        frontier=frontier(trials, linear),
        found=_found(table.d, winner(trials)),
    )


def _trials(
    table: Table, space: Space, train: Train, stage: str, designs: Sequence[Design], seeds: tuple[int, ...]
) -> list[Trial]:
    """Train designs x seeds and return what each of them left."""
    if not designs or not seeds:
        return []
    recipes = [design.recipe(space.epochs) for design in designs]
    cohort = Request(recipes, seeds, space.epochs).carry_out(table, train)
    frame, history = cohort.frame(), cohort.history()
    by_epoch = [curves(frame, history, f"{rows}_error", space.epochs, len(recipes)) for rows in SETS]
    errors, untrained = np.stack([values[..., -1] for values in by_epoch], axis=-1), by_epoch[-1][..., 0]
    return [
        Trial(
            stage=stage,
            latent=design.latent,
            width=design.width,
            activation=design.activation,
            network=str(recipe.network),
            parameters=recipe.parameters(table.row_shape),
            seed=seed,
            train_error=plain(errors[i, j])[0],
            test_error=plain(errors[i, j])[1],
            reached=bool((errors[i, j] <= space.target).all()),
            untrained=plain(untrained[i])[j],
        )
        for i, (design, recipe) in enumerate(zip(designs, recipes, strict=True))
        for j, seed in enumerate(seeds)
    ]


def _found(d: int, tried: Sequence[Trial]) -> Found | None:
    if not tried:
        return None
    return Found(
        latent=tried[0].latent,
        table=layer_table(parse(tried[0].network), d),
        train_error=estimate([error for trial in tried if (error := trial.train_error) is not None]),
        test_error=estimate([error for trial in tried if (error := trial.test_error) is not None]),
        reached=sum(trial.reached for trial in tried),
        seeds=len(tried),
    )
