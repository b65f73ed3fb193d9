"""Training that leaves nothing on disk: networks in, the same networks trained out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import numpy as np

from trasunto.cohort.compiling import Compiling
from trasunto.cohort.course import Fitted, Weights
from trasunto.cohort.footprint import refuse_what_does_not_fit
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.outcome import FINISHED, TRAINING, Outcome, judge_job
from trasunto.cohort.places import Executor, ThisProcess
from trasunto.cohort.plan import Job, plan, usual_layout
from trasunto.cohort.reach import refuse_meaningless
from trasunto.cohort.running import Event
from trasunto.cohort.states import WEIGHTS, Arrays, only_weights
from trasunto.data import Table
from trasunto.errors import DataError
from trasunto.spec import Recipe, Stopping


def fit(
    recipes: Recipe | Sequence[Recipe],
    table: Table,
    seeds: Sequence[int] = (0,),
    *,
    starts: Sequence[Weights | None] | None = None,
    stopping: Stopping | None = None,
    observe: Callable[[Event], None] | None = None,
    on: Executor | None = None,
    observe_compiling: Callable[[Compiling], None] | None = None,
    times: int = 1,
) -> list[Fitted]:
    """Train every recipe with every seed for its own epochs, seeds fastest.

    Parameters
    ----------
    table
        Rows to train on; its test rows are evaluated, and so are those that ``recipe.validation`` holds out.
    starts
        For each network, weights to start from by name, or None; what they do not name is drawn as usual.
    stopping
        A rule that may end each network's training early.
    observe
        Called after every epoch of a chunk; it only reads.
    on
        Where; by default this process.
    observe_compiling
        Called when programs begin to be compiled, and when they are.
    times
        How often such networks are trained in all, by this call and others: the more often, the sooner it pays to
        optimise their code.

    Raises
    ------
    TrasuntoError
        It cannot be trained, or does not fit into memory; nothing was trained.

    Examples
    --------
    >>> from trasunto.data import from_arrays
    >>> fitted = fit(Recipe("[1 tanh] > linear", epochs=2), from_arrays([[0.0, 0.1], [0.2, 0.3]]), seeds=[0, 1])
    >>> [one.status for one in fitted], fitted[0].weights["1.kernel"].shape
    (['finished', 'finished'], (2, 1))
    """
    wanted = list(product([recipes] if isinstance(recipes, Recipe) else recipes, seeds))
    begins = [None] * len(wanted) if starts is None else list(starts)
    if len(begins) != len(wanted):
        raise DataError(f"{len(begins)} starting weights were given for {len(wanted)} networks (recipes x seeds)")
    prepared = {share: table.hold_out(share) if share else table for share in {r.validation for r, _ in wanted}}
    for recipe in {recipe.loss: recipe for recipe, _ in wanted}.values():
        refuse_meaningless(recipe, table)
    jobs = [
        Job(
            id=str(number),
            recipe=recipe,
            seed=seed,
            table=prepared[recipe.validation],
            first=0,
            last=recipe.epochs,
            begin=lambda start=begins[number]: _named(start),  # type: ignore[misc]
            stopping=stopping,
        )
        for number, (recipe, seed) in enumerate(wanted)
    ]
    on = on or ThisProcess()
    chunks = plan(jobs, on.width, partial(usual_layout, devices=on.width, times=times))
    if not on.elsewhere:
        refuse_what_does_not_fit(chunks, on.width)
    gathered = [_Gathering(job) for job in jobs]
    for event in train_chunks(chunks, on.places(), checkpoint_seconds=float("inf"), compiling=observe_compiling):
        for slot, job in enumerate(event.jobs):
            gathered[int(job.id)].take(event, slot)
        if observe is not None:
            observe(event)
    return [one.fitted() for one in gathered]


def _named(start: Weights | None) -> dict[str, np.ndarray]:
    return {WEIGHTS + name: np.asarray(array) for name, array in (start or {}).items()}


class _Gathering:
    """What comes of one job, event by event."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._outcome = Outcome(TRAINING, "")
        self._history: dict[str, list[float]] = {}
        self._epochs, self._kept = 0, 0
        self._states: Arrays = {}

    def take(self, event: Event, slot: int) -> None:
        if not event.trained[slot]:
            return
        self._epochs = event.epoch
        for name, values in event.metrics.items():
            curve = self._history.setdefault(name, [])
            curve += [float("nan")] * (event.epoch - len(curve))
            curve.append(float(values[slot]))
        if slot in event.best:
            self._kept, self._states = event.best[slot]
        elif event.states is not None:
            self._kept = event.epoch - 1 if event.diverged[slot] else event.epoch
            self._states = {name: array[slot] for name, array in event.states.items()}
        if event.states is not None:
            self._outcome = self._judged(event, slot)

    def fitted(self) -> Fitted:
        job, weights = self._job, only_weights(self._states)
        return Fitted(job.recipe, job.seed, self._kept, self._epochs, *self._outcome, self._history, weights)

    def _judged(self, event: Event, slot: int) -> Outcome:
        job, history = self._job, self._history
        given = only_weights(self._states).keys() <= only_weights(job.begin()).keys()
        curve = {(epoch, name): values[epoch] for name, values in history.items() for epoch in (0, event.epoch)}
        broke, ruled = bool(event.diverged[slot]), bool(event.stopped[slot])
        past = history.get(job.monitored)
        outcome = judge_job(job, event.epoch, curve, broke=broke, ruled=ruled, past=past, given=given)
        return outcome if outcome.status != FINISHED else Outcome(FINISHED, "")
