"""The search loop: propose designs, train them to their next stage, measure and prune, until the budget is spent.

Each round trains the designs that continue from an earlier stage, and as many new ones as fit beside them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.cohort.reach import refuse_meaningless
from trasunto.errors import DataError, RecipeError
from trasunto.search.measures import Measure, refuse_unmeasurable, take
from trasunto.search.proposing import Grid, proposer_of
from trasunto.search.pruning import pruner_of
from trasunto.search.trials import (
    DIVERGED,
    FINISHED,
    PRUNED,
    REFUSED,
    REPEATED,
    RUNNING,
    Result,
    Trial,
    network_epochs,
    networks,
    running,
)
from trasunto.spec import Recipe, member_id

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.runs.cohort import Cohort
    from trasunto.search.journal import Journal
    from trasunto.search.sweep import Sweep
    from trasunto.spec.space import Assignment
    from trasunto.studies.findings import Train

TRIES = 200
"""Consecutive untrainable proposals after which a space counts as exhausted."""


def search(
    sweep: Sweep, table: Table, train: Train, journal: Journal, clock: Callable[[], float] = time.perf_counter
) -> str:
    """Search until the budget is spent or no new designs are proposed; return which: "budget" or "space".

    Parameters
    ----------
    train
        ``runs.train`` with its store bound.
    journal
        Trials so far; new ones are appended.
    clock
        Monotonic seconds.

    Raises
    ------
    TrasuntoError
        The sweep does not suit these rows, or a package is missing; nothing was trained.
    Interrupted
        Ctrl-C; finished work is kept, and the same call resumes.
    """
    refuse_unmeasurable(sweep.measured, sweep.space, table)
    rounds = _Rounds(sweep, table, train, journal)
    begun, before = clock(), journal.seconds
    while True:
        exhausted = rounds.fill()
        batch = affordable(sweep, journal.trials)
        if not batch or is_over(sweep, journal.seconds):
            return "space" if exhausted and not running(journal.trials) else "budget"
        found = rounds.measure(batch)
        journal.measure(found, clock() - begun - (journal.seconds - before))


def gather(sweep: Sweep, table: Table, train: Train, trials: Sequence[Trial]) -> Cohort | None:
    """Record all measured networks, not just the last round's, in the run named after the sweep, and return them.

    None if nothing was measured.
    """
    recipes, epochs = measured(sweep, trials)
    if not recipes:
        return None
    cohort: Cohort = train(recipes, table, seeds=sweep.seeds, epochs=epochs, snapshots=(), name=run_name(sweep))
    return cohort


def measured(sweep: Sweep, trials: Iterable[Trial]) -> tuple[list[Recipe], list[int]]:
    """Return the recipes of the measured trials, and the epoch of each one's latest result."""
    found = [trial for trial in trials if trial.results]
    return [sweep.space.recipe(trial.assignment) for trial in found], [trial.epoch for trial in found]


def run_name(sweep: Sweep) -> str:
    """Return the name of a sweep's run: one for all rounds, so that chunks keep their planned width."""
    return f"sweep-{sweep.name}"


def room(sweep: Sweep, trials: Sequence[Trial]) -> int:
    """Return how many new designs the cohort and the remaining budget have room for."""
    seeds, first = len(sweep.seeds), sweep.stages[0]
    going = running(trials)
    limits = [sweep.cohort - len(going)]
    if sweep.budget.networks is not None:
        limits.append((sweep.budget.networks - networks(trials, seeds)) // seeds)
    if sweep.budget.epochs is not None:
        promised = seeds * sum((sweep.after(trial.epoch) or 0) - trial.epoch for trial in going)
        limits.append((sweep.budget.epochs - network_epochs(trials, seeds) - promised) // (first * seeds))
    return max(0, min(limits))


def affordable(sweep: Sweep, trials: Sequence[Trial]) -> list[Trial]:
    """Return the designs to train in the next round: running ones, as far as the budget's epochs suffice."""
    going = sorted(running(trials), key=lambda trial: (-trial.epoch, trial.number))
    if sweep.budget.epochs is None:
        return going
    left = sweep.budget.epochs - network_epochs(trials, len(sweep.seeds))
    chosen = []
    for trial in going:
        cost = len(sweep.seeds) * ((sweep.after(trial.epoch) or 0) - trial.epoch)
        if cost <= left:
            chosen.append(trial)
            left -= cost
    return chosen


def is_over(sweep: Sweep, seconds: float) -> bool:
    """Say whether the budget's minutes are spent."""
    return sweep.budget.minutes is not None and seconds >= 60 * sweep.budget.minutes


def key(recipe: Recipe) -> str:
    """Return a key that is equal for designs that describe the same network."""
    return member_id(recipe, 0, "")


class _Rounds:
    """The rounds of one call of `search`: its proposer, its pruner and the networks known so far."""

    def __init__(self, sweep: Sweep, table: Table, train: Train, journal: Journal) -> None:
        self._sweep, self._table, self._train, self._journal = sweep, table, train, journal
        self._proposer, self._pruner = proposer_of(sweep), pruner_of(sweep)
        self._known = {key(sweep.space.recipe(one.assignment)): one.number for one in journal.trials if one.trained}

    def fill(self) -> bool:
        """Propose as many designs as there is room for; return True if no new ones are left."""
        wanted, in_vain = room(self._sweep, self._journal.trials), self._in_vain
        if is_over(self._sweep, self._journal.seconds):
            return False
        while wanted and (in_vain < TRIES or isinstance(self._proposer, Grid)):
            proposed = self._proposer.propose(self._journal.trials, wanted)
            judged = [self._judged(one, len(self._journal.trials) + place) for place, one in enumerate(proposed)]
            if not judged:
                return True
            self._journal.ask(judged)
            worth = sum(trial.trained for trial in judged)
            wanted, in_vain = wanted - worth, 0 if worth else in_vain + len(judged)
        return wanted > 0

    @property
    def _in_vain(self) -> int:
        """Number of latest consecutive proposals that cannot be trained, over all calls."""
        return sum(1 for _ in takewhile(lambda trial: not trial.trained, reversed(self._journal.trials)))

    def _judged(self, assignment: Assignment, number: int) -> Trial:
        """Return a proposal as a trial, with a note if it cannot be trained."""
        round = self._journal.rounds
        try:
            recipe = self._sweep.space.recipe(assignment)
            if not self._sweep.space.admits(assignment, self._table.row_shape):
                return Trial(number, round, assignment, REFUSED, note="a constraint of the space forbids it")
            refuse_meaningless(recipe, self._table)
        except (RecipeError, DataError) as error:
            return Trial(number, round, assignment, REFUSED, note=str(error))
        first = self._known.setdefault(key(recipe), number)
        if first != number:
            return Trial(number, round, assignment, REPEATED, note=f"the same network as trial {first}")
        return Trial(number, round, assignment)

    def measure(self, batch: Sequence[Trial]) -> dict[int, tuple[str, Result]]:
        """Train each trial to its next stage; return its new state and result by number."""
        sweep, recipes = self._sweep, [self._sweep.space.recipe(trial.assignment) for trial in batch]
        epochs = [sweep.after(trial.epoch) or sweep.space.epochs for trial in batch]
        needs_weights = any(measure.source in ("detection", "separation") for measure in sweep.measured)
        cohort = self._train(
            recipes,
            self._table,
            seeds=sweep.seeds,
            epochs=epochs,
            snapshots=sorted(set(epochs)) if needs_weights else (),
            name=run_name(sweep),
        )
        values = take(cohort, self._table, sweep.measured, sweep.score, len(recipes))
        results = (
            Result(self._journal.rounds, epoch, {name: _plain(of[place]) for name, of in values.items()})
            for place, epoch in enumerate(epochs)
        )
        return self._states({trial.number: result for trial, result in zip(batch, results, strict=True)})

    def _states(self, found: dict[int, Result]) -> dict[int, tuple[str, Result]]:
        last, measures = self._sweep.space.epochs, self._sweep.measured
        states = {number: _state(result, last, measures) for number, result in found.items()}
        asked = sorted(number for number, state in states.items() if state == RUNNING)
        if self._pruner is not None and found:
            so_far = [_with(trial, found.get(trial.number)) for trial in self._journal.trials]
            states |= dict.fromkeys(self._pruner.leaving(so_far, asked), PRUNED)
        return {number: (states[number], found[number]) for number in sorted(found)}


def _state(result: Result, last: int, measures: Sequence[Measure]) -> str:
    if any(result.mean(measure.name) is None for measure in measures):
        return DIVERGED
    return FINISHED if result.epoch == last else RUNNING


def _with(trial: Trial, result: Result | None) -> Trial:
    return trial if result is None else replace(trial, results=(*trial.results, result))


def _plain(values: Any) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)
