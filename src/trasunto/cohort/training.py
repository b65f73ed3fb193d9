"""One training: planned chunks go to places, what comes goes to a sink, and observers are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from trasunto.cohort.compiling import Compiling
from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import Executor
from trasunto.cohort.plan import Chunk
from trasunto.cohort.running import Event


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


class Sink(Protocol):
    """Takes what training gives: a store's recorder, or this process's memory."""

    def take(self, event: Event) -> None:
        """Take what one epoch of one chunk gave."""


class _Left:
    """How much of the chunks' training is left to do."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        every = [(chunk, job) for chunk in chunks for job in chunk.jobs]
        self._weight = {id(job): chunk.program.epoch_seconds(chunk.width) / len(chunk.jobs) for chunk, job in every}
        self._epochs = {id(job): job.last - job.first for _, job in every}
        self.networks = len({job.id for _, job in every})

    def take(self, event: Event) -> None:
        for slot, job in enumerate(event.jobs):
            ended = event.diverged[slot] or event.stopped[slot]
            self._epochs[id(job)] = 0 if ended else min(self._epochs[id(job)], job.last - event.epoch)

    @property
    def work(self) -> float:
        return sum(self._weight[job] * epochs for job, epochs in self._epochs.items() if epochs > 0)


def train_planned(
    chunks: Sequence[Chunk],
    sink: Sink,
    on: Executor,
    observe: Observer | None = None,
    observe_compiling: CompilingObserver | None = None,
    *,
    checkpoint_seconds: float = float("inf"),
    stopping: Callable[[], bool] = lambda: False,
) -> float:
    """Train chunks, and return the share that was done before someone asked to stop.

    Parameters
    ----------
    sink
        Takes every epoch before observers are told of it.
    checkpoint_seconds, stopping
        As `train_chunks` takes them.
    """
    left = _Left(chunks)
    total = left.work
    events = train_chunks(
        chunks,
        on.places() if chunks else (),
        checkpoint_seconds=checkpoint_seconds,
        stopping=stopping,
        compiling=observe_compiling,
    )
    for event in events:
        sink.take(event)
        left.take(event)
        if observe is not None:
            observe(Step(total - left.work, total, event, left.networks))
    return 1 - left.work / total if left.work else 1.0
