"""Look up which part of a request is trained, and which is left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from trasunto.cohort.outcome import DIVERGED
from trasunto.cohort.plan import Job
from trasunto.cohort.request import Member, Request
from trasunto.errors import StoreError
from trasunto.runs.faults import UnmadeStoreError
from trasunto.runs.records import Progress
from trasunto.runs.schema import DATABASE
from trasunto.runs.store import Store
from trasunto.spec import Stopping


def jobs_left(request: Request, path: Path) -> list[Job]:
    """Return the training that a request still needs, without opening the store for writing or making one."""
    with suppress(UnmadeStoreError):
        if (path / DATABASE).exists():
            with Store.open(path, write=False) as store:
                return missing_jobs(store, request, frozenset(), repair=False)
    return [member.job(request.stopping) for member in request.members]


def missing_jobs(store: Store, request: Request, kept: frozenset[int], *, repair: bool = True) -> list[Job]:
    """Return the training that a request still needs, a job for each stretch of epochs.

    Parameters
    ----------
    kept
        Epochs whose weights are kept in passing; those of ``request.snapshots`` are trained for where they are missing.

    Notes
    -----
    A member whose stored weights are damaged falls back to its nearest earlier sound ones, or to the beginning.
    """
    progress = store.progress(member.id for member in request.members)
    if repair:
        store.repair(member.id for member in request.members)
    pasts = pasts_of(store, request.members, request.stopping)
    jobs: list[Job] = []
    for member in request.members:
        asked, past = kept | set(request.snapshots or ()), pasts.get(member.id, ())
        jobs += _jobs_of(store, member, request, asked, progress.get(member.id), past)
    return jobs


def pasts_of(store: Store, members: Iterable[Member], stopping: Stopping | None) -> dict[str, tuple[float, ...]]:
    """Return the monitored loss of each member by epoch, epoch 0 first, for those that anything looks back on."""
    watched = {
        member.id: member.monitored(stopping)
        for member in members
        if stopping is not None or member.recipe.schedule == "plateau"
    }
    if not watched:
        return {}
    pasts: dict[str, dict[int, float]] = {id: {} for id in watched}
    curves = store.curves(watched)
    for id, epoch, metric, value in zip(curves["id"], curves["epoch"], curves["metric"], curves["value"], strict=True):
        if metric == watched[id]:
            pasts[id][int(epoch)] = float(value)
    # There is no training loss before training where other rows are evaluated; nothing is below infinity.
    return {
        id: tuple(past.get(epoch, math.inf) for epoch in range(max(past) + 1)) for id, past in pasts.items() if past
    }


def _jobs_of(
    store: Store,
    member: Member,
    request: Request,
    kept: frozenset[int],
    progress: Progress | None,
    past: tuple[float, ...],
) -> Iterable[Job]:
    there = set(store.epochs(member.id))
    reached = progress.epoch if progress else -1
    if progress and progress.status == DIVERGED:
        reached = progress.epoch  # nothing comes after; what came before, and was kept there, can be fetched again
    elif reached < member.epochs and not is_stopped(request.stopping, past):
        first = max(there, default=0)
        wanted = frozenset(epoch for epoch in kept if epoch > first) | _beginning(member, first)
        yield _job(store, member, first, member.epochs, wanted, past, request.stopping)
        reached = first
    absent = {epoch for epoch in request.snapshots or () if 0 < epoch <= min(reached, member.epochs)} - there
    if absent:
        first = max((epoch for epoch in there if epoch < min(absent)), default=0)
        yield _job(store, member, first, max(absent), frozenset(absent) | _beginning(member, first), past)


def _beginning(member: Member, first: int) -> frozenset[int]:
    """Keep epoch 0 of a member that starts from given weights: no seed can draw it again."""
    return frozenset({0}) if member.start and first == 0 else frozenset()


def is_stopped(stopping: Stopping | None, past: Sequence[float]) -> bool:
    """Say whether a rule has ended the training that has this curve."""
    return stopping is not None and stopping.ends_at(past) is not None


def _job(
    store: Store,
    member: Member,
    first: int,
    last: int,
    keep: frozenset[int],
    past: tuple[float, ...],
    stopping: Stopping | None = None,
) -> Job:
    def begin() -> Mapping[str, np.ndarray]:
        return store.load(member.id, first)[1] if first else member.begin()

    # Without the epochs after `first`: they are trained again, and their losses come again.
    seen = past[: first + 1] if first else ()
    return Job(member.id, member.recipe, member.seed, member.table, first, last, begin, keep, stopping, seen)


def refuse_other_rows(store: Store, name: str, request: Request) -> None:
    """Raise where a run of that name exists and was trained on other rows.

    Raises
    ------
    StoreError
        Naming the run and what to do.
    """
    run = store.run(name)
    table = request.members[0].table
    if run is not None and run.rows != table.fingerprint:
        raise StoreError(
            f"run '{name}' in {store.path} was trained on other rows than {table.provenance}: "
            "continue it with its own data, or choose another name"
        )
