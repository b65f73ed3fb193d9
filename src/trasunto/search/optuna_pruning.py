"""Adapter for Optuna's pruners: an in-memory study, replayed from our trials, is asked at every rung."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from trasunto.errors import RecipeError
from trasunto.search.optuna_access import made, optuna, quiet
from trasunto.search.sweep import HALVING, Sweep
from trasunto.search.trials import PRUNED, Result, Trial


class OptunaPruner:
    """An Optuna pruner that judges by the only measure.

    Raises
    ------
    TrasuntoError
        The pruner does not exist, the sweep has several measures, or Optuna is not installed.
    """

    def __init__(self, sweep: Sweep) -> None:
        if len(sweep.measures) > 1:
            raise RecipeError(
                f"pruner '{sweep.pruner.name if sweep.pruner else ''}' supports one measure, not "
                f"{len(sweep.measures)}: use pruner '{HALVING}', which judges by the first"
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
        """Report results since the last call, and return the trials of `asked` to prune."""
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
        """Report a trial's result, or its end; return whether to prune it now."""
        from optuna.trial import TrialState

        mean, told = result.mean(self._measure.name), self._trials[trial.number]
        told.report(math.nan if mean is None else mean, result.epoch)
        # Also asked of trials judged before: some pruners note with a trial how far it came.
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
