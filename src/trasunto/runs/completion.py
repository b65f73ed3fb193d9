"""Complete a request: look up what exists, plan the rest, train and record it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trasunto.cohort.compiling import Compiling
from trasunto.cohort.footprint import refuse_what_does_not_fit
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import Executor, ThisProcess
from trasunto.cohort.plan import Chunk, Job, Program, is_brief, plan, structure_of, usual_width
from trasunto.cohort.running import Event
from trasunto.cohort.shapes import Layout
from trasunto.errors import Interrupted
from trasunto.runs.interruption import listening
from trasunto.runs.lookup import jobs_left, missing_jobs, refuse_other_rows
from trasunto.runs.recording import Recorder
from trasunto.runs.request import Request
from trasunto.runs.store import Store
from trasunto.spec import Structure

LADDER = tuple(step * 10**power for power in range(7) for step in (1, 2, 5))
LADDER_BYTES = 256 * 2**20  # snapshots nobody named may cost a store no more than this in one request
CHECKPOINT_SECONDS = 30.0


@dataclass(frozen=True, eq=False)
class Step:
    """What an observer is told after every epoch of a chunk.

    Attributes
    ----------
    done, total
        How much of the request's training is done, and how much there was to do, in seconds of the reference machine
        (`cohort.machine`): a measure of work, not of time.
    event
        What the epoch gave.
    networks
        How many networks the request trains, from scratch or further.
    """

    done: float
    total: float
    event: Event
    networks: int

    @property
    def share(self) -> float:
        """Return how much is done, 0 to 1."""
        return self.done / self.total if self.total else 1.0


Observer = Callable[[Step], None]


CompilingObserver = Callable[[Compiling], None]


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
        store.register(member.record for member in request.members)
        store.name_run(name, request.json, request.members[0].table.fingerprint, ids)
        share = _train(store, chunks, observe, on, observe_compiling)
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
    """Count the network-epochs that are asked for of each structure, trained before or not."""
    epochs: Counter[Structure] = Counter()
    for member in request.members:
        epochs[structure_of(member.recipe, member.table)] += member.epochs
    return epochs


def _kept_in_passing(request: Request) -> frozenset[int]:
    """Return the epochs whose weights are kept though nobody named them."""
    if request.snapshots is not None:
        return frozenset()
    numbers = sum(member.record.parameters * len(_rungs(member.epochs)) for member in request.members)
    return frozenset(_rungs(request.epochs)) if numbers * 2 * 4 <= LADDER_BYTES else frozenset()


def _rungs(epochs: int) -> tuple[int, ...]:
    return LADDER[: bisect_right(LADDER, epochs)]


def _train(
    store: Store,
    chunks: Sequence[Chunk],
    observe: Observer | None,
    on: Executor,
    observe_compiling: CompilingObserver | None,
) -> float:
    """Train the chunks and write down what comes; return the share that was done before someone asked to stop."""
    recorder = Recorder(store, [job for chunk in chunks for job in chunk.jobs])
    weight = {
        id(job): chunk.program.epoch_seconds(chunk.width) / len(chunk.jobs) for chunk in chunks for job in chunk.jobs
    }
    left = {id(job): job.last - job.first for chunk in chunks for job in chunk.jobs}
    total = sum(weight[job] * epochs for job, epochs in left.items())
    networks = len({job.id for chunk in chunks for job in chunk.jobs})
    with listening() as stopping:
        places = on.places() if chunks else ()
        for event in train_chunks(
            chunks, places, checkpoint_seconds=CHECKPOINT_SECONDS, stopping=stopping, compiling=observe_compiling
        ):
            recorder.take(event)
            for slot, job in enumerate(event.jobs):
                left[id(job)] = (
                    0 if event.diverged[slot] or event.stopped[slot] else min(left[id(job)], job.last - event.epoch)
                )
            waiting = sum(weight[job] * epochs for job, epochs in left.items() if epochs > 0)
            if observe is not None:
                observe(Step(total - waiting, total, event, networks))
    waiting = sum(weight[job] * epochs for job, epochs in left.items() if epochs > 0)
    return 1 - waiting / total if waiting else 1.0
