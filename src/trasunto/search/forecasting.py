"""Forecast of the designs that a sweep's budget will train.

A grid's designs are known in advance; for other samplers, designs drawn at random stand in.
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
"""Designs priced at most; any others are assumed to cost the same on average."""

MOST_COUNTED = 100_000
"""Designs of a grid counted at most."""

TRIES = 20


@dataclass(frozen=True)
class Expected:
    """Designs standing in for those to come, the epochs each is trained for, and how many each one stands for."""

    recipes: list[Recipe]
    epochs: list[int]
    weight: float


def expected(sweep: Sweep, trials: Sequence[Trial], table: Table) -> Expected:
    """Return what a sweep has left to train after these trials."""
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
    """Return how many new designs the budget still covers at the average cost; one cohort if only time is limited."""
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
    """Return the mean epochs per design, assuming that pruning keeps the share that halving would."""
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
    """Return up to `count` designs likely to be proposed next."""
    if sweep.sampler.name == GRID:
        return islice(untried(sweep.space, trials), count)
    random = np.random.default_rng((sweep.seed, len(trials)))
    return (sweep.space.draw(random) for _ in range(count))


def _fitting(sweep: Sweep, table: Table, designs: Iterable[Assignment]) -> Iterator[Recipe]:
    """Return the recipes of the designs that satisfy the constraints and fit the rows."""
    for design in designs:
        if sweep.space.admits(design, table.row_shape) and is_sound(recipe := sweep.space.recipe(design), table):
            yield recipe
