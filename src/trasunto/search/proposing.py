"""Who proposes designs: the grid in order, chance, or one of Optuna's samplers.

A proposer is a function of the trials so far: a search that goes on after an interruption is proposed what it would
have been without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from trasunto.errors import RecipeError
from trasunto.search.sweep import GRID, RANDOM, Sweep
from trasunto.search.trials import Trial
from trasunto.spec.space import Assignment, Space


class Proposer(Protocol):
    """Whoever can be asked for designs."""

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return up to `count` designs to try next, given all trials so far; none where there are no more."""


@dataclass(frozen=True)
class Grid:
    """Every design of the grid, in order."""

    space: Space

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return the first designs that were not proposed, by whomever."""
        return list(islice(untried(self.space, trials), count))


def untried(space: Space, trials: Sequence[Trial]) -> Iterator[Assignment]:
    """Return the designs of a grid that no trial has."""
    tried = {json.dumps(trial.assignment, sort_keys=True) for trial in trials}
    return (design for design in space.grid() if json.dumps(design, sort_keys=True) not in tried)


@dataclass(frozen=True)
class Random:
    """Designs at random; which, depends on the seed and on how many came before."""

    space: Space
    seed: int

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return designs that are drawn anew for each number."""
        begun = len(trials)
        return [self.space.draw(np.random.default_rng((self.seed, begun + place))) for place in range(count)]


def proposer_of(sweep: Sweep) -> Proposer:
    """Return whoever proposes to a sweep.

    Raises
    ------
    RecipeError
        There is no such sampler, it does not take these options, or it needs Optuna and that is not installed.
    """
    name, options = sweep.sampler.name, sweep.sampler.options
    if name in (GRID, RANDOM) and options:
        raise RecipeError(f"sampler '{name}' takes no options, and {', '.join(options)} is given")
    if name == GRID:
        next(iter(sweep.space.grid()), None)  # refuses a range without points
        return Grid(sweep.space)
    if name == RANDOM:
        return Random(sweep.space, sweep.seed)
    from trasunto.search.optuna_sampling import OptunaProposer

    return OptunaProposer(sweep)
