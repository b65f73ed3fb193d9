"""Record the loop's events: curves are written together with the weights they lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from trasunto.cohort.outcome import DIVERGED, judge_job
from trasunto.cohort.plan import Job
from trasunto.cohort.request import Member
from trasunto.cohort.running import Event
from trasunto.cohort.states import Arrays
from trasunto.runs.curves import curves_of
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store


def record_of(member: Member) -> MemberRecord:
    """Return what a store keeps of a member."""
    return MemberRecord(
        id=member.id,
        recipe=member.recipe.to_json(),
        seed=member.seed,
        rows=member.rows,
        rows_name=member.table.provenance.name,
        start=member.checksum,
        parameters=member.structure.parameters,
    )


class Recorder:
    """Writes what the loop yields, so that the store never knows a curve that it cannot continue.

    Parameters
    ----------
    store
        Open for writing.
    jobs
        What is being trained; a job that ends before the epoch its member has reached already (one that fetches an
        early snapshot) adds weights and changes nothing else.
    """

    def __init__(self, store: Store, jobs: Iterable[Job]) -> None:
        self._store = store
        ids = [job.id for job in jobs]
        self._known = store.progress(ids)
        self._seconds = {id: progress.seconds for id, progress in self._known.items()}
        self._curves: dict[str, dict[tuple[int, str], float]] = defaultdict(dict)
        self._judged: dict[str, dict[tuple[int, str], float]] = defaultdict(dict)
        curves = store.curves(ids)
        self._best: set[tuple[str, int]] = set()
        self._judged.update(curves_of(curves[curves["epoch"] == 0]))

    def take(self, event: Event) -> None:
        """Remember an event's curves, and write all that is waiting where it brings weights."""
        for slot, job in enumerate(event.jobs):
            if event.trained[slot] and not self._rewinds(job):
                self._remember(event, slot, job)
        if event.states is not None:
            self._write(event)

    def _rewinds(self, job: Job) -> bool:
        known = self._known.get(job.id)
        return known is not None and job.last <= known.epoch

    def _remember(self, event: Event, slot: int, job: Job) -> None:
        for metric, value in event.measured(slot).items():
            self._curves[job.id][event.epoch, metric] = value
        shared = event.seconds / max(1, int(event.trained.sum()))
        self._seconds[job.id] = self._seconds.get(job.id, 0.0) + shared

    def _write(self, event: Event) -> None:
        assert event.states is not None
        slots = [slot for slot in range(len(event.jobs)) if event.trained[slot]]
        best = {slot: epoch for slot, (epoch, _) in event.best.items() if not self._rewinds(event.jobs[slot])}
        kept = [slot for slot in slots if event.epoch in (*event.jobs[slot].keep, best.get(slot))]
        passing = [slot for slot in slots if slot not in kept and not self._rewinds(event.jobs[slot])]
        for chosen, keep in ((kept, True), (passing, False)):
            if chosen:
                self._write_slots(event, chosen, keep)

    def _write_slots(self, event: Event, slots: list[int], keep: bool) -> None:
        assert event.states is not None
        jobs = [event.jobs[slot] for slot in slots]
        arrays = {name: np.ascontiguousarray(array[slots]) for name, array in event.states.items()}
        points, progress = [], []
        for slot, job in zip(slots, jobs, strict=True):
            if self._rewinds(job):
                continue
            curve = self._curves.pop(job.id, {})
            points += [CurvePoint(job.id, epoch, metric, value) for (epoch, metric), value in curve.items()]
            self._judged[job.id] |= {key: value for key, value in curve.items() if key[0] in (0, event.epoch)}
            progress.append(self._progress(event, slot, job))
        # Together, since weights of an epoch whose losses are not known cannot be gone on from.
        pack, beside = Pack(tuple(job.id for job in jobs), event.epoch, arrays, keep), self._best_of(event, slots)
        self._store.write(pack, points, progress, beside=beside)

    def _best_of(self, event: Event, slots: list[int]) -> list[Pack]:
        """Return the packs of members' best epochs, as far as they are earlier and not written yet."""
        found = {(event.jobs[slot].id, event.best[slot][0]): slot for slot in slots if slot in event.best}
        packs = [
            Pack((id,), epoch, _alone(event.best[slot][1]), keep=True)
            for (id, epoch), slot in found.items()
            if epoch < event.epoch and (id, epoch) not in self._best and not self._rewinds(event.jobs[slot])
        ]
        self._best.update(found)
        return packs

    def _progress(self, event: Event, slot: int, job: Job) -> Progress:
        # A rule belongs to the request and not to the member: why it ended the training is said to whoever asks.
        broke, ruled = bool(event.diverged[slot]), bool(event.stopped[slot])
        outcome = judge_job(job, event.epoch, self._judged[job.id], broke=broke, ruled=ruled)
        return Progress(job.id, event.epoch, outcome.status, outcome.reason, self._seconds[job.id])


def _alone(arrays: Arrays) -> Arrays:
    """Return one member's arrays as those of a pack of one, (1, ...)."""
    return {name: np.ascontiguousarray(array[None]) for name, array in arrays.items()}


def is_diverged(progress: Progress | None, epoch: int) -> bool:
    """Say whether a member had diverged by `epoch`."""
    return progress is not None and progress.status == DIVERGED and progress.epoch <= epoch
