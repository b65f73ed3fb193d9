"""One of Optuna's pruners, asked at every rung; its study lies in memory and is brought up to date from our trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from trasunto.errors import RecipeError
from trasunto.search.optuna_access import made, optuna, quiet
from trasunto.search.sweep import HALVING, Sweep
from trasunto.search.trials import PRUNED, Result, Trial


class OptunaPruner:
    """A pruner of Optuna's, told of the first measure.

    Raises
    ------
    TrasuntoError
        There is no such pruner, several measures are asked for, or Optuna is not installed.
    """

    def __init__(self, sweep: Sweep) -> None:
        if len(sweep.measures) > 1:
            raise RecipeError(
                f"pruner '{sweep.pruner.name if sweep.pruner else ''}' judges by one measure, and "
                f"{len(sweep.measures)} are asked for: use pruner '{HALVING}', which goes by the first"
            )
        assert sweep.pruner is not None
        pruner = made("pruner", optuna().pruners, (HALVING,), sweep.pruner)
        (self._measure,) = sweep.measured
        direction = "maximize" if self._measure.up else "minimize"
        with quiet():
            self._study = optuna().create_study(study_name=sweep.name, direction=direction, pruner=pruner)
        self._last = sweep.space.epochs
        self._trials: list[Any] = []
        self._seen: set[tuple[int, int]] = set()

    def leaving(self, trials: Sequence[Trial], asked: Sequence[int]) -> set[int]:
        """Tell what the trials left since it was last asked, and return those of `asked` that shall leave."""
        results = [(result.round, trial.number, result) for trial in trials for result in trial.results]
        left: set[int] = set()
        with quiet():
            while len(self._trials) < len(trials):
                self._trials.append(self._study.ask())
            for _, number, result in sorted(results, key=lambda one: one[:2]):
                if (number, result.epoch) not in self._seen:
                    self._seen.add((number, result.epoch))
                    if self._judged(trials[number], result, number in asked):
                        left.add(number)
        return left

    def _judged(self, trial: Trial, result: Result, asked: bool) -> bool:
        """Report what a trial left, and say whether it shall leave now; one that ends is told so."""
        from optuna.trial import TrialState

        mean, told = result.mean(self._measure.name), self._trials[trial.number]
        told.report(math.nan if mean is None else mean, result.epoch)
        # Asked of those that were judged before too: some pruners note with a trial how far it came.
        prunes = told.should_prune()
        left_before = trial.state == PRUNED and result is trial.results[-1]
        if mean is None:
            self._study.tell(told, state=TrialState.FAIL)
        elif result.epoch == self._last:
            self._study.tell(told, mean)
        elif left_before or (asked and prunes):
            self._study.tell(told, state=TrialState.PRUNED)
            return asked
        return False
