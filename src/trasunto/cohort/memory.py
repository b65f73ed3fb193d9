"""Training that leaves nothing on disk: networks in, the same networks trained out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from trasunto.cohort.course import Fitted, Weights
from trasunto.cohort.footprint import refuse_what_does_not_fit
from trasunto.cohort.outcome import FINISHED, Outcome, judge_job
from trasunto.cohort.places import Executor, ThisProcess
from trasunto.cohort.plan import Job, plan, usual_layout
from trasunto.cohort.request import Recipes, Request, make_request
from trasunto.cohort.running import Event
from trasunto.cohort.states import Arrays, only_weights
from trasunto.cohort.training import CompilingObserver, Observer, train_planned
from trasunto.data import Table
from trasunto.spec import Stopping


def fit(
    recipes: Recipes,
    table: Table,
    seeds: Sequence[int] = (0,),
    *,
    starts: Sequence[Weights | None] | None = None,
    stopping: Stopping | None = None,
    observe: Observer | None = None,
    on: Executor | None = None,
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
    observe, on
        As `fit_request` takes them.

    Raises
    ------
    TrasuntoError
        It cannot be trained, or does not fit into memory; nothing was trained.

    Examples
    --------
    >>> from trasunto.data import from_arrays
    >>> from trasunto.spec import Recipe
    >>> recipe = Recipe("[1 tanh] > linear", epochs=2)
    >>> fitted = fit(recipe, from_arrays([[0.0, 0.1], [0.2, 0.3]]), seeds=[0, 1])
    >>> [one.status for one in fitted], fitted[0].weights["1.kernel"].shape
    (['finished', 'finished'], (2, 1))
    """
    return fit_request(make_request(recipes, table, seeds, None, (), starts, stopping, whole=True), observe, on)


def fit_request(
    request: Request,
    observe: Observer | None = None,
    on: Executor | None = None,
    observe_compiling: CompilingObserver | None = None,
) -> list[Fitted]:
    """Train the members of a request, and return them in its order.

    Parameters
    ----------
    observe
        Called after every epoch of a chunk; it only reads.
    on
        Where; by default this process.
    observe_compiling
        Called when programs begin to be compiled, and when they are.

    Raises
    ------
    ResourceError
        It does not fit into memory; nothing was trained.
    """
    on = on or ThisProcess()
    jobs = [member.job(request.stopping) for member in request.members]
    chunks = plan(jobs, on.width, partial(usual_layout, devices=on.width, times=request.times))
    if not on.elsewhere:
        refuse_what_does_not_fit(chunks, on.width)
    memory = _Memory(jobs)
    train_planned(chunks, memory, on, observe, observe_compiling)
    return [memory.gathered[member.id].fitted(given=member.given) for member in request.members]


class _Memory:
    """A sink that keeps what comes in this process."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.gathered = {job.id: _Gathering(job) for job in jobs}

    def take(self, event: Event) -> None:
        for slot, job in enumerate(event.jobs):
            if event.trained[slot]:
                self.gathered[job.id].take(event, slot)


class _Gathering:
    """What comes of one job, event by event."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._history: dict[str, list[float]] = {}
        self._epochs, self._kept = 0, 0
        self._broke = self._ruled = False
        self._states: Arrays = {}

    def take(self, event: Event, slot: int) -> None:
        self._epochs = event.epoch
        for name, value in event.measured(slot).items():
            curve = self._history.setdefault(name, [])
            curve += [float("nan")] * (event.epoch - len(curve))
            curve.append(value)
        self._broke, self._ruled = bool(event.diverged[slot]), bool(event.stopped[slot])
        if slot in event.best:
            self._kept, self._states = event.best[slot]
        elif event.states is not None:
            self._kept = event.epoch - 1 if self._broke else event.epoch
            self._states = {name: array[slot] for name, array in event.states.items()}

    def fitted(self, *, given: bool) -> Fitted:
        job, history = self._job, self._history
        curve = {(epoch, name): values[epoch] for name, values in history.items() for epoch in (0, self._epochs)}
        past = history.get(job.monitored)
        outcome = judge_job(job, self._epochs, curve, broke=self._broke, ruled=self._ruled, past=past, given=given)
        said = Outcome(FINISHED, "") if outcome.status == FINISHED else outcome
        return Fitted(job.recipe, job.seed, self._kept, self._epochs, *said, history, only_weights(self._states))
