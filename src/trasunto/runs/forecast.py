"""What requests would cost, said without training anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from trasunto.cohort.cost import Cost, estimate
from trasunto.cohort.devices import training_devices
from trasunto.cohort.plan import Job, plan
from trasunto.runs.lookup import jobs_left
from trasunto.runs.request import Request


def forecast(requests: Iterable[Request], path: Path, rate: float | None = None) -> Cost:
    """Estimate what completing all of `requests` would take, given what the store at `path` holds already.

    A member that several requests ask for counts once, to the furthest epoch. A store is read, none is made.

    Parameters
    ----------
    rate
        Matrix products of this machine, floating-point operations a second; measured when not given.
    """
    jobs: dict[str, Job] = {}
    for request in requests:
        for job in jobs_left(request, path):
            known = jobs.get(job.id, job)
            jobs[job.id] = replace(known, first=min(known.first, job.first), last=max(known.last, job.last))
    devices = len(training_devices())
    return estimate(plan(list(jobs.values()), devices), devices, rate)
