"""What a sweep would train, estimated before it is carried out: as many designs as the budget buys.

Those of a grid are known beforehand. For those that another sampler will propose, designs drawn at random stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from trasunto.cohort.reach import is_sound
from trasunto.search.proposing import untried
from trasunto.search.sweep import FACTOR, GRID, HALVING, Sweep
from trasunto.search.trials import Trial, network_epochs, networks, running
from trasunto.spec import Recipe

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec.space import Assignment

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
    drawn = list(islice(_fitting(sweep, table, _proposed(sweep, trials, min(new, MOST) * TRIES)), min(new, MOST)))
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
    if sweep.sampler.name == GRID:
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


def _proposed(sweep: Sweep, trials: Sequence[Trial], count: int) -> Iterator[Assignment]:
    """Return up to `count` designs that are likely to be proposed next."""
    if sweep.sampler.name == GRID:
        return islice(untried(sweep.space, trials), count)
    random = np.random.default_rng((sweep.seed, len(trials)))
    return (sweep.space.draw(random) for _ in range(count))


def _fitting(sweep: Sweep, table: Table, designs: Iterable[Assignment]) -> Iterator[Recipe]:
    """Return the recipes of the designs that keep to the constraints and fit the rows."""
    for design in designs:
        if sweep.space.admits(design, table.row_shape) and is_sound(recipe := sweep.space.recipe(design), table):
            yield recipe
