"""Writing beside the training: a thread of its own, and pieces large enough to be worth the way."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import numpy as np

from trasunto.api.writers.curves import Curves, Epoch, Point, Writer
from trasunto.cohort.outcome import Outcome
from trasunto.cohort.plan import Job
from trasunto.cohort.running import Event
from trasunto.cohort.training import Step

PIECE_SECONDS = 5.0
"""Curves of members at work are written this often; of one that has ended, at once."""

WAITING = 10_000
"""Epochs of chunks that may wait for slow writers; beyond that training waits too, so that memory stays bounded."""

_NOBODY = np.zeros(0, bool)
_NOTHING = Epoch(Event((), 0, {}, _NOBODY, _NOBODY, _NOBODY, states=None, seconds=0.0, over=False), 0.0)


class Writing:
    """An observer that hands epochs to writers, in a thread of its own.

    Parameters
    ----------
    writers
        Closed with it. One that fails is left out from then on.
    complain
        Takes the sentence about a writer that failed; called by whoever calls this, never by the thread.
    """

    def __init__(self, writers: Sequence[Writer], complain: Callable[[str], None]) -> None:
        self._writers, self._complain = list(writers), complain
        self._curves = Curves()
        self._queue: queue.Queue[Epoch | None] = queue.Queue(WAITING)
        self._faults: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="trasunto-writing", daemon=True)
        self._thread.start()

    def __call__(self, step: Step) -> None:
        """Take note of an epoch, to be written soon."""
        self._say()
        self._queue.put(Epoch.of(step.event))

    def close(self) -> None:
        """Write what waits, and give everything back."""
        self._queue.put(None)
        self._thread.join()
        self._say()

    def _say(self) -> None:
        while not self._faults.empty():
            self._complain(self._faults.get())

    def _work(self) -> None:
        due = time.monotonic() + PIECE_SECONDS
        while True:
            seen = self._next(due)
            if seen is None:
                break
            for ended in self._curves.take(seen):
                self._write(*ended)
            if time.monotonic() >= due:
                for piece in self._curves.waiting():
                    self._write(*piece)
                due = time.monotonic() + PIECE_SECONDS
        for broken_off in self._curves.unfinished():
            self._write(*broken_off)
        for writer in self._writers:
            self._guarded(writer, writer.close)

    def _next(self, due: float) -> Epoch | None:
        """Return the next epoch, None at the end, or `_NOTHING` where none comes until it is time to write."""
        try:
            return self._queue.get(timeout=max(due - time.monotonic(), 0))
        except queue.Empty:
            return _NOTHING

    def _write(self, job: Job, points: Sequence[Point], outcome: Outcome | None) -> None:
        for writer in tuple(self._writers):
            if not self._guarded(writer, partial(writer.write, job, points, outcome)):
                self._writers.remove(writer)
                with suppress(Exception):
                    writer.close()

    def _guarded(self, writer: Writer, act: Callable[[], None]) -> bool:
        try:
            act()
        except Exception as fault:
            reason = " ".join(str(fault).split()) or type(fault).__name__
            self._faults.put(f"{writer.name} cannot be written any more, and the training goes on without it: {reason}")
            return False
        return True
