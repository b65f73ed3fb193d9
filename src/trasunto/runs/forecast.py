"""Estimated cost of requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from trasunto.cohort.cost import Cost, estimate
from trasunto.cohort.devices import training_devices
from trasunto.cohort.plan import Chunk, Job, plan
from trasunto.cohort.request import Request
from trasunto.cohort.timing import Machine
from trasunto.runs.completion import usual_layouts
from trasunto.runs.lookup import jobs_left


def forecast(requests: Iterable[Request], path: Path, machine: Machine | None = None) -> Cost:
    """Estimate what completing `requests`, one after the other, would take, given what the store at `path` holds.

    What one request leaves there the next ones find. A store is read, none is made.

    Parameters
    ----------
    machine
        What it is to be done by; this one is measured when none is given.
    """
    devices = len(training_devices())
    reached: dict[str, int] = {}
    trainings: list[tuple[Chunk, ...]] = []
    for request in requests:
        jobs = [left for job in jobs_left(request, path) if (left := _after(job, reached.get(job.id))) is not None]
        trainings.append(plan(jobs, devices, usual_layouts(request, devices)))
        reached |= {job.id: job.last for job in jobs}
    return estimate(trainings, devices, machine)


def _after(job: Job, reached: int | None) -> Job | None:
    """Return what is left of a job once its network was trained to an epoch, None where that is nothing."""
    if reached is None:
        return job
    return replace(job, first=max(job.first, reached)) if reached < job.last else None
