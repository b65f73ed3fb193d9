"""Record the loop's events: curves are written together with the weights they lead to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from trasunto.cohort.outcome import DIVERGED, judge_job
from trasunto.cohort.plan import Job
from trasunto.cohort.running import Event
from trasunto.cohort.states import Arrays
from trasunto.runs.curves import curves_of
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, Progress
from trasunto.runs.store import Store


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
        broken = bool(event.diverged[slot])
        for metric, values in event.metrics.items():
            # After divergence the weights are those of the epoch before: their test error is not this epoch's.
            lost = broken and not metric.startswith("train")
            self._curves[job.id][event.epoch, metric] = math.nan if lost else float(values[slot])
        shared = event.seconds / max(1, int(event.trained.sum()))
        self._seconds[job.id] = self._seconds.get(job.id, 0.0) + shared

    def _write(self, event: Event) -> None:
        assert event.states is not None
        slots = [slot for slot in range(len(event.jobs)) if event.trained[slot]]
        kept = [slot for slot in slots if event.epoch in event.jobs[slot].keep]
        passing = [slot for slot in slots if slot not in kept and not self._rewinds(event.jobs[slot])]
        for slot, (epoch, arrays) in event.best.items():
            if epoch < event.epoch and not self._rewinds(event.jobs[slot]):
                self._store.write(Pack((event.jobs[slot].id,), epoch, _alone(arrays), keep=True))
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
        self._store.write(Pack(tuple(job.id for job in jobs), event.epoch, arrays, keep), points, progress)

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
