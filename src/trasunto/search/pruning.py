"""Pruners of designs: successive halving, or one of Optuna's."""

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
    """Chooses trials to end early."""

    def leaving(self, trials: Sequence[Trial], asked: Sequence[int]) -> set[int]:
        """Return which of the trials numbered `asked`, just measured and not at their last stage, to prune."""


@dataclass(frozen=True)
class Halving:
    """Asynchronous successive halving: the best 1 in `factor` of the trials that reached a stage so far go on.

    References
    ----------
    L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2, applied once to each
    trial when it reaches a rung.
    """

    measure: Measure
    factor: int = FACTOR

    def leaving(self, trials: Sequence[Trial], asked: Sequence[int]) -> set[int]:
        """Return the trials that are not among the best of their stage."""
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
    """Return a sweep's pruner, if it has one.

    Raises
    ------
    RecipeError
        The pruner does not exist, rejects these options, or needs Optuna, which is not installed.
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
        raise RecipeError(f"pruner '{HALVING}' takes only the option factor (given: {', '.join(options)})")
    if not isinstance(factor, int) or isinstance(factor, bool) or factor < 2:
        raise RecipeError(f"pruner '{HALVING}': factor must be a whole number of at least 2, not {factor!r}")
    return factor
