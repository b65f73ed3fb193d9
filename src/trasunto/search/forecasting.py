"""What a sweep would train, said before it is carried out: as many designs as the budget buys, drawn at random.

Which designs a sampler will propose is not known before; those drawn here stand for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from trasunto.cohort.reach import is_sound
from trasunto.search.proposing import untried
from trasunto.search.pruning import FACTOR, HALVING
from trasunto.search.trials import Trial, network_epochs, networks, running
from trasunto.spec import Recipe

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.search.sweep import Sweep

MOST = 512
"""Designs that are drawn at most to be priced; more are taken to cost as these do."""

MOST_COUNTED = 100_000
"""Designs of a grid that are counted at most."""

TRIES = 20


@dataclass(frozen=True)
class Expected:
    """Designs that stand for those to come, and to which epoch each is trained; each stands for `weight` of them."""

    recipes: list[Recipe]
    epochs: list[int]
    weight: float


def expected(sweep: Sweep, trials: Sequence[Trial], table: Table) -> Expected:
    """Return what is left to train of a sweep, given what was tried."""
    new = designs_left(sweep, trials)
    drawn = _drawn(sweep, min(new, MOST), table, begun=len(trials))
    going = [sweep.space.recipe(trial.assignment) for trial in running(trials)]
    epochs: list[int] = []
    left = len(drawn)
    for stage in sweep.stages:
        after = 0 if stage == sweep.space.epochs else _going_on(sweep, left)
        epochs, left = [stage] * (left - after) + epochs, after
    weight = new / len(drawn) if drawn else 1.0
    return Expected([*drawn, *going], epochs + [sweep.space.epochs] * len(going), weight)


def designs_left(sweep: Sweep, trials: Sequence[Trial]) -> int:
    """Return how many designs the budget still buys, at what one costs on average; a cohort where only time limits."""
    seeds, limits = len(sweep.seeds), []
    if sweep.budget.networks is not None:
        limits.append((sweep.budget.networks - networks(trials, seeds)) // seeds)
    if sweep.budget.epochs is not None:
        left = sweep.budget.epochs - network_epochs(trials, seeds)
        limits.append(int(left / (seeds * _epochs_each(sweep))))
    if sweep.sampler.name == "grid":
        limits.append(sum(1 for _ in islice(untried(sweep.space, trials), max(0, min([*limits, MOST_COUNTED])))))
    return max(0, min(limits or [sweep.cohort]))


def _epochs_each(sweep: Sweep) -> float:
    """Return the epochs that a design is trained for on average, if pruning leaves what halving would."""
    share, before, epochs = 1.0, 0, 0.0
    for stage in sweep.stages:
        epochs += share * (stage - before)
        share, before = share / _factor(sweep), stage
    return epochs


def _going_on(sweep: Sweep, count: int) -> int:
    return max(1, round(count / _factor(sweep))) if count else 0


def _factor(sweep: Sweep) -> float:
    if sweep.pruner is None or sweep.pruner.name != HALVING:
        return 2.0 if sweep.pruner else 1.0
    return float(sweep.pruner.options.get("factor", FACTOR))


def _drawn(sweep: Sweep, count: int, table: Table, begun: int) -> list[Recipe]:
    """Return recipes of designs at random that keep to the constraints and fit the rows, as far as some are found."""
    recipes: list[Recipe] = []
    random = np.random.default_rng((sweep.seed, begun))
    for _ in range(count * TRIES):
        if len(recipes) == count:
            break
        design = sweep.space.draw(random)
        if sweep.space.admits(design, table.d) and is_sound(recipe := sweep.space.recipe(design), table):
            recipes.append(recipe)
    return recipes
