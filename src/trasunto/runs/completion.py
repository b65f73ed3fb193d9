"""Complete a request: look up what exists, plan the rest, train and record it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from trasunto.cohort.footprint import refuse_what_does_not_fit
from trasunto.cohort.places import Executor, ThisProcess
from trasunto.cohort.plan import Chunk, Job, Program, is_brief, plan, usual_width
from trasunto.cohort.request import Request
from trasunto.cohort.shapes import Layout
from trasunto.cohort.training import CompilingObserver, Observer, train_planned
from trasunto.errors import Interrupted
from trasunto.runs.interruption import listening
from trasunto.runs.lookup import jobs_left, missing_jobs, refuse_other_rows
from trasunto.runs.recording import Recorder, record_of
from trasunto.runs.store import Store
from trasunto.spec import Structure

LADDER = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))
LADDER_BYTES = 256 * 2**20  # snapshots nobody named may cost a store no more than this in one request
CHECKPOINT_SECONDS = 30.0


def complete(
    request: Request,
    path: Path,
    name: str,
    observe: Observer | None = None,
    on: Executor | None = None,
    observe_compiling: CompilingObserver | None = None,
) -> None:
    """Train whatever of `request` the store at `path` does not hold yet, as the run `name`.

    Workers elsewhere train, too, where `on` has them; this process alone reads and writes the store.

    Raises
    ------
    TrasuntoError
        It cannot be trained, kept or fitted into memory; nothing was started.
    Interrupted
        Ctrl-C or SIGTERM; what was done is kept, and the same call goes on.
    """
    on = on or ThisProcess()
    if not on.elsewhere:
        refuse_what_does_not_fit(plan(jobs_left(request, path), on.width), on.width)
    with Store.open(path) as store:
        refuse_other_rows(store, name, request)
        chunks = _planned(store, name, request, on.width)
        ids = [member.id for member in request.members]
        store.register(record_of(member) for member in request.members)
        store.name_run(name, request.json, request.members[0].table.fingerprint, ids)
        recorder = Recorder(store, [job for chunk in chunks for job in chunk.jobs])
        with listening() as stopping:
            share = train_planned(
                chunks,
                recorder,
                on,
                observe,
                observe_compiling,
                checkpoint_seconds=CHECKPOINT_SECONDS,
                stopping=stopping,
            )
        if share < 1:
            raise Interrupted(
                f"stopped after {share:.0%} of run '{name}': what was done is kept in {path}, "
                "and the same call goes on from there"
            )


def _planned(store: Store, name: str, request: Request, devices: int) -> tuple[Chunk, ...]:
    """Plan what is missing, in chunks of the width that the run was first planned with.

    Whether a training is brief depends on all that is asked for, so that a run that was interrupted goes on with the
    same code; and once a run's was not, that of nothing trained for it is.
    """
    epochs = _epochs(request)

    def layout(program: Program, jobs: Sequence[Job]) -> Layout:
        width_key, long_key = f"{name}:{program.key}", f"{name}:{program.long_key}"
        width = store.width(width_key)
        if width is None:
            store.set_width(width_key, width := usual_width(program, len(jobs), devices))
        brief = is_brief(program, epochs[program.structure])
        if not brief:
            store.set_width(long_key, width)
        return Layout(width, brief and store.width(long_key) is None)

    return plan(missing_jobs(store, request, _kept_in_passing(request)), devices, layout)


def usual_layouts(request: Request, devices: int) -> Callable[[Program, Sequence[Job]], Layout]:
    """Return how a request's jobs are trained where no run has begun with it."""
    epochs = _epochs(request)

    def layout(program: Program, jobs: Sequence[Job]) -> Layout:
        width = usual_width(program, len(jobs), devices)
        return Layout(width, is_brief(program, epochs[program.structure]))

    return layout


def _epochs(request: Request) -> Counter[Structure]:
    """Count the network-epochs that are asked for of each structure in all, trained before or not."""
    epochs: Counter[Structure] = Counter()
    for member in request.members:
        epochs[member.structure] += member.epochs * request.times
    return epochs


def _kept_in_passing(request: Request) -> frozenset[int]:
    """Return the epochs whose weights are kept though nobody named them."""
    if request.snapshots is not None:
        return frozenset()
    numbers = sum(member.structure.parameters * len(_rungs(member.epochs)) for member in request.members)
    return frozenset(_rungs(request.epochs)) if numbers * 2 * 4 <= LADDER_BYTES else frozenset()


def _rungs(epochs: int) -> tuple[int, ...]:
    return LADDER[: bisect_right(LADDER, epochs)]
