"""From the loop's epochs to members' curves: what a writer is given, a piece at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from trasunto.cohort.outcome import TRAINING, Outcome, judge_job
from trasunto.cohort.plan import Job
from trasunto.cohort.running import Event


class Point(NamedTuple):
    """What was measured of one member after one epoch, and when: seconds since 1970."""

    epoch: int
    metrics: Mapping[str, float]
    time: float


class Writer(Protocol):
    """Writes members' curves somewhere; it is called by one thread."""

    name: str

    def write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
        """Add to a member's curve, and say how it ended where it has; nothing comes after that."""

    def close(self) -> None:
        """Give back what is held."""


class Epoch(NamedTuple):
    """An event without its states, which are large, and the time of its coming."""

    event: Event
    time: float

    @classmethod
    def of(cls, event: Event) -> Epoch:
        """Take from an event what is written of it."""
        return cls(replace(event, states=None, best={}), time.time())


@dataclass
class _Curve:
    job: Job
    points: list[Point] = field(default_factory=list)
    untrained: Mapping[str, float] = field(default_factory=dict)


class Curves:
    """The curves of the members at work, as far as they wait to be written."""

    def __init__(self) -> None:
        self._curves: dict[str, _Curve] = {}
        self._over: set[str] = set()

    def take(self, seen: Epoch) -> Iterator[tuple[Job, Sequence[Point], Outcome]]:
        """Add an epoch of a chunk, and give out the members that ended with it.

        A member that has ended and is trained again, for the sake of earlier weights, is not written twice.
        """
        event = seen.event
        for slot, job in enumerate(event.jobs):
            if not event.trained[slot] or job.id in self._over:
                continue
            curve = self._curves.setdefault(job.id, _Curve(job))
            point = Point(event.epoch, event.measured(slot), seen.time)
            curve.points.append(point)
            if event.epoch == 0:
                curve.untrained = point.metrics
            outcome = _outcome(event, slot, curve)
            if outcome is not None:
                self._over.add(job.id)
                del self._curves[job.id]
                yield job, curve.points, outcome

    def waiting(self) -> Iterator[tuple[Job, Sequence[Point], None]]:
        """Give out what came since this was last asked for, of members that go on."""
        for curve in self._curves.values():
            if curve.points:
                points, curve.points = curve.points, []
                yield curve.job, points, None

    def unfinished(self) -> Iterator[tuple[Job, Sequence[Point], Outcome]]:
        """Give out the members whose training was broken off."""
        for curve in self._curves.values():
            yield curve.job, curve.points, Outcome(TRAINING, "its training was broken off, and can be gone on with")
        self._curves.clear()


def parameters(job: Job) -> dict[str, str | float]:
    """Return what a member is: its recipe's fields, the options of its layers, and its seed."""
    fields: dict[str, str | float] = json.loads(job.recipe.to_json())
    return fields | job.recipe.numbers | {"seed": job.seed}


def _outcome(event: Event, slot: int, curve: _Curve) -> Outcome | None:
    """Return how a member ended, where it did; one whose epoch 0 was not seen here finished."""
    broke, ruled = bool(event.diverged[slot]), bool(event.stopped[slot])
    if event.epoch < curve.job.last and not broke and not ruled:
        return None
    ends = {0: curve.untrained, event.epoch: curve.points[-1].metrics}
    values = {(epoch, name): value for epoch, metrics in ends.items() for name, value in metrics.items()}
    return judge_job(curve.job, event.epoch, values, broke=broke, ruled=ruled)
