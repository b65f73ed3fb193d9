"""TensorBoard's event files: a folder for each member, named by its id."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trasunto.api.writers.curves import Point, parameters
from trasunto.cohort.outcome import Outcome
from trasunto.cohort.plan import Job
from trasunto.errors import TrasuntoError, not_installed
from trasunto.files import make_folder

FOLDER = "tensorboard"
"""Where curves go unless another folder is named; `tensorboard --logdir` is given the same."""


class TensorboardFolders:
    """Writes each member's curve, numbers and outcome to event files in a folder of its own.

    Only members at work have a file open. What is written of one again, after it was gone on with, is a further file in
    its folder, which TensorBoard reads as the same curve.
    """

    name = "TensorBoard"

    def __init__(self, folder: str) -> None:
        try:
            from tensorboardX.event_file_writer import EventsWriter
        except ImportError as fault:
            raise not_installed("logging to tensorboard", "tensorboardX", "tensorboard") from fault
        self._folder = Path(folder or FOLDER)
        if "://" in str(folder):
            raise TrasuntoError(f"TensorBoard's files are written to a folder of this machine, not to '{folder}'")
        make_folder(self._folder)
        # Not its SummaryWriter: that one takes a thread and a pipe for each member.
        self._open: dict[str, EventsWriter] = {}

    def write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
        """Add to a member's curve, and say how it ended where it has."""
        events = self._open.get(job.id)
        if events is None:
            events = self._open[job.id] = self._begun(job, points)
        for point in points:
            events.write_event(_event(point.time, _measured(point), point.epoch))
        if outcome is not None:
            self._end(events, points, outcome)
            del self._open[job.id]
            events.close()
        else:
            events.flush()

    def close(self) -> None:
        """Close what is open."""
        while self._open:
            self._open.popitem()[1].close()

    def _begun(self, job: Job, points: Sequence[Point]) -> Any:
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.summary import hparams

        folder = self._folder / job.id
        make_folder(folder)
        # Its own file name tells a second from the next, and no two writers within one.
        events = EventsWriter(str(folder / "events"), f".{uuid.uuid4().hex[:8]}")
        metrics = dict.fromkeys(name for point in points for name in point.metrics)
        experiment, session, _ = hparams(parameters(job), metrics)
        for summary in (experiment, session):
            events.write_event(_event(points[0].time, summary))
        return events

    def _end(self, events: Any, points: Sequence[Point], outcome: Outcome) -> None:
        from tensorboardX.summary import hparams, text

        when, step = (points[-1].time, points[-1].epoch) if points else (0.0, 0)
        events.write_event(_event(when, text("outcome", f"{outcome.status}: {outcome.reason}"), step))
        events.write_event(_event(when, hparams({}, {})[2]))


def _measured(point: Point) -> Any:
    """Return what one epoch gave as one record: a checksum is taken of each, in Python."""
    from tensorboardX.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=name, simple_value=value) for name, value in point.metrics.items()])


def _event(when: float, summary: Any, step: int = 0) -> Any:
    from tensorboardX.proto.event_pb2 import Event

    return Event(wall_time=when, step=step, summary=summary)
