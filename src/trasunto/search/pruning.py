"""Which designs leave a running cohort: successive halving, or one of Optuna's pruners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trasunto.errors import RecipeError
from trasunto.search.sweep import FACTOR, HALVING, Sweep
from trasunto.search.trials import Trial

if TYPE_CHECKING:
    from trasunto.search.measures import Measure


class Pruner(Protocol):
    """Whoever can be asked which trials shall leave."""

    def leaving(self, trials: Sequence[Trial], asked: Sequence[int]) -> set[int]:
        """Return which of the trials numbered `asked`, all measured just now before their last stage, shall leave."""


@dataclass(frozen=True)
class Halving:
    """Successive halving (asynchronous): of all that came to a stage so far, the best 1 in `factor` go on.

    References
    ----------
    L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2: the same rule, asked
    once for each trial when it comes to a rung.
    """

    measure: Measure
    factor: int = FACTOR

    def leaving(self, trials: Sequence[Trial], asked: Sequence[int]) -> set[int]:
        """Return those that are not among the best of their stage."""
        left: set[int] = set()
        for epoch in {trials[number].epoch for number in asked}:
            came = {trial.number: self._rank(trial, epoch) for trial in trials if trial.at(epoch) is not None}
            best = sorted(came, key=lambda number: (came[number], number))[: max(1, len(came) // self.factor)]
            left |= {number for number in asked if trials[number].epoch == epoch and number not in best}
        return left

    def _rank(self, trial: Trial, epoch: int) -> float:
        result = trial.at(epoch)
        mean = None if result is None else result.mean(self.measure.name)
        return math.inf if mean is None else self.measure.better(mean)


def pruner_of(sweep: Sweep) -> Pruner | None:
    """Return whoever prunes a sweep's cohorts, if anyone does.

    Raises
    ------
    RecipeError
        There is no such pruner, it does not take these options, or it needs Optuna and that is not installed.
    """
    if sweep.pruner is None:
        return None
    if sweep.pruner.name == HALVING:
        return Halving(sweep.measured[0], _factor(dict(sweep.pruner.options)))
    from trasunto.search.optuna_pruning import OptunaPruner

    return OptunaPruner(sweep)


def _factor(options: dict[str, object]) -> int:
    factor = options.pop("factor", FACTOR)
    if options:
        raise RecipeError(f"pruner '{HALVING}' takes factor and nothing else, and {', '.join(options)} is given")
    if not isinstance(factor, int) or isinstance(factor, bool) or factor < 2:
        raise RecipeError(f"pruner '{HALVING}': factor must be a whole number from 2 on, not {factor!r}")
    return factor
