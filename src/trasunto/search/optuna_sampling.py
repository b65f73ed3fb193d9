"""Adapter for Optuna's samplers: an in-memory study, replayed from our trials, proposes designs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from trasunto.errors import RecipeError
from trasunto.search.optuna_access import made, optuna, quiet
from trasunto.search.sweep import GRID, RANDOM, Sweep
from trasunto.search.trials import FINISHED, REPEATED, RUNNING, Trial
from trasunto.spec.domains import Choices, Range
from trasunto.spec.space import Assignment, Parameter

STUBBORN = 20
"""Consecutive untrainable proposals after which the next is drawn at random."""

REMEMBERING = ("CmaEsSampler", "NSGAIISampler", "NSGAIIISampler", "QMCSampler")
"""Samplers that keep notes with trials: a replayed study must let them sample each trial again."""

ONE_SEED = ("QMCSampler",)
"""Samplers whose points form one sequence under one seed; all others get a new seed with every cohort."""


class OptunaProposer:
    """An Optuna sampler, asked for whole cohorts.

    Raises
    ------
    TrasuntoError
        The sampler does not exist, or Optuna is not installed.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._study = _study(sweep, self._sampler(0))
        self._asked: list[Any] = []
        self._told: set[int] = set()

    def propose(self, trials: Sequence[Trial], count: int) -> list[Assignment]:
        """Report new results, and ask for `count` designs."""
        with quiet():
            self._catch_up(trials)
            self._study.sampler = self._sampler(len(trials))
            try:
                return [self._ask(self._stuck(trials, place)) for place in range(count)]
            except (TypeError, ValueError) as fault:  # an option of a wrong type raises only here
                raise RecipeError(f"sampler {self._sweep.sampler.name} cannot propose: {fault}") from fault

    def _catch_up(self, trials: Sequence[Trial]) -> None:
        """Replay unseen trials into the study, and report those that ended, round by round."""
        asked: dict[int, list[Trial]] = defaultdict(list)
        ended: dict[int, list[Trial]] = defaultdict(list)
        for trial in trials:
            asked[trial.round].append(trial)
            if trial.state != RUNNING:
                ended[trial.ended].append(trial)
        for round in sorted({*asked, *ended}):
            for trial in asked[round]:
                if trial.number >= len(self._asked):
                    self._ask(trial.assignment, again=True)
            for trial in ended[round]:
                if trial.number not in self._told:
                    self._tell(trial)

    def _ask(self, fixed: Assignment | None, *, again: bool = False) -> Assignment:
        """Return the study's next proposal, or `fixed` enqueued as one."""
        if fixed is not None:
            self._study.enqueue_trial(fixed)
        trial = self._study.ask()
        if again and self._sweep.sampler.name in REMEMBERING:
            _ = trial.relative_params
        self._asked.append(trial)
        proposed: Assignment = {}
        for parameter in self._sweep.space.parameters:
            if parameter.active(proposed):
                proposed[parameter.name] = _suggested(trial, parameter)
        return proposed

    def _tell(self, trial: Trial) -> None:
        from optuna.trial import TrialState

        asked, measures = self._asked[trial.number], self._sweep.measures
        self._told.add(trial.number)
        if trial.state == REPEATED:
            self._study.tell(asked, state=TrialState.FAIL)
        elif trial.state == FINISHED:
            self._study.tell(asked, [trial.results[-1].mean(measure) for measure in measures])
        else:  # pruned, diverged or refused: worse than any that finished
            if len(measures) == 1:
                for result in trial.results:
                    if (mean := result.mean(measures[0])) is not None:
                        asked.report(mean, result.epoch)
            self._study.tell(asked, state=TrialState.PRUNED)

    def _stuck(self, trials: Sequence[Trial], place: int) -> Assignment | None:
        """Return a random design if the sampler's last proposals were all untrainable."""
        latest = trials[-STUBBORN:]
        if len(latest) < STUBBORN or any(trial.trained for trial in latest):
            return None
        return self._sweep.space.draw(np.random.default_rng((self._sweep.seed, len(trials) + place)))

    def _sampler(self, begun: int) -> Any:
        """Return the sampler seeded by the number of trials, so that an interruption changes no proposal."""
        named, seed = self._sweep.sampler, self._sweep.seed
        if named.name not in ONE_SEED:
            seed = int(np.random.SeedSequence((seed, begun)).generate_state(1)[0])
        return made("sampler", optuna().samplers, (GRID, RANDOM), named, seed=seed)


def _study(sweep: Sweep, sampler: Any) -> Any:
    directions = ["maximize" if measure.up else "minimize" for measure in sweep.measured]
    with quiet():
        return optuna().create_study(study_name=sweep.name, directions=directions, sampler=sampler)


def _suggested(trial: Any, parameter: Parameter) -> Any:
    name, domain = parameter.name, parameter.domain
    if isinstance(domain, Choices):
        return trial.suggest_categorical(name, domain.values)
    if isinstance(domain, Range):
        return trial.suggest_float(name, domain.low, domain.high, log=domain.log)
    return trial.suggest_int(name, domain.low, domain.high, log=domain.log, step=domain.step)
