"""Samplers of designs: grid, random, or one of Optuna's.

A proposer is a function of the trials so far, so that a resumed search gets the same proposals as an uninterrupted one.
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
    """Proposes designs from the trials so far."""

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return up to `count` designs to try next; none if the space is exhausted."""


@dataclass(frozen=True)
class Grid:
    """Every design of the grid, in order."""

    space: Space

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return the first designs not proposed yet."""
        return list(islice(untried(self.space, trials), count))


def untried(space: Space, trials: Sequence[Trial]) -> Iterator[Assignment]:
    """Return the designs of the grid without a trial."""
    tried = {json.dumps(trial.assignment, sort_keys=True) for trial in trials}
    return (design for design in space.grid() if json.dumps(design, sort_keys=True) not in tried)


@dataclass(frozen=True)
class Random:
    """Random designs, a function of the seed and the number of earlier trials."""

    space: Space
    seed: int

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Return designs, each drawn by a generator of its own number."""
        begun = len(trials)
        return [self.space.draw(np.random.default_rng((self.seed, begun + place))) for place in range(count)]


def proposer_of(sweep: Sweep) -> Proposer:
    """Return a sweep's proposer.

    Raises
    ------
    RecipeError
        The sampler does not exist, rejects these options, or needs Optuna, which is not installed.
    """
    name, options = sweep.sampler.name, sweep.sampler.options
    if name in (GRID, RANDOM) and options:
        raise RecipeError(f"sampler '{name}' takes no options (given: {', '.join(options)})")
    if name == GRID:
        next(iter(sweep.space.grid()), None)  # refuses a range without points
        return Grid(sweep.space)
    if name == RANDOM:
        return Random(sweep.space, sweep.seed)
    from trasunto.search.optuna_sampling import OptunaProposer

    return OptunaProposer(sweep)
