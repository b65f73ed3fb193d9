"""Remote training of chunks: the message sent to a worker, the place that sends it, the server that trains it.

A message carries no rows: each executor transfers a table once and refers to it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from trasunto.cohort.places import Begins, DevicePlace
from trasunto.cohort.plan import Chunk
from trasunto.cohort.running import Best, Event
from trasunto.cohort.states import Arrays
from trasunto.data import Table

_NO_ROWS = Table.__new__(Table)
"""Placeholder for the rows, an uninitialised table."""


@dataclass(frozen=True, eq=False)
class ChunkMessage:
    """A chunk without its rows.

    Attributes
    ----------
    chunk
        Its jobs have no rows, and fetch nothing.
    begins
        Initial state of each job.
    checkpoint_seconds
        As in `Place.begin`.
    wide
        Whether the sender trains in double precision.
    """

    chunk: Chunk
    begins: tuple[Mapping[str, np.ndarray], ...]
    checkpoint_seconds: float
    wide: bool

    @classmethod
    def of(cls, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> ChunkMessage:
        """Make the message of a chunk."""
        bare = tuple(replace(job, table=_NO_ROWS, begin=dict) for job in chunk.jobs)
        wide = bool(jax.config.values["jax_enable_x64"])
        return cls(Chunk(bare, chunk.layout), tuple(begins), checkpoint_seconds, wide)

    def with_rows(self, table: Table) -> Chunk:
        """Return the chunk with its rows restored."""
        return Chunk(tuple(replace(job, table=table) for job in self.chunk.jobs), self.chunk.layout)


class RemotePlace(ABC):
    """A place whose chunk is trained by a `WorkerServer` elsewhere, reached by `ask`."""

    _chunk: Chunk | None = None

    @abstractmethod
    def ask(self, verb: str, *given: object) -> Any:
        """Call a method of the server and return its result.

        Raises
        ------
        PlaceLostError
            The worker is gone.
        """

    @property
    def keeper(self) -> object:
        """The place itself: what it shares with others elsewhere is unknown here."""
        return self

    def has(self, chunk: Chunk) -> bool:
        """Return False: another machine's compilation cache is unknown here."""
        return False

    def advance(self) -> Event:
        """Train the chunk for one more epoch."""
        return self._event("advance")

    def states(self) -> tuple[Arrays, Best]:
        """Copy the chunk's states."""
        handed: tuple[Arrays, Best] = self.ask("states")
        return handed

    def _event(self, verb: str, *given: object) -> Event:
        assert self._chunk is not None, "a place is given a chunk before it is asked to go on"
        event: Event = self.ask(verb, *given)
        return replace(event, jobs=self._chunk.jobs)


class WorkerServer:
    """A worker's side of a `RemotePlace`: trains the chunks it is sent on one device."""

    def __init__(self, device: jax.Device) -> None:
        self._place, self._wide = DevicePlace(device), False

    def begin(self, message: ChunkMessage, table: Table) -> Event:
        """Begin a chunk; equal rows must be the same `table` object, so that the device holds them once."""
        self._wide = message.wide
        with jax.enable_x64(self._wide):
            chunk = message.with_rows(table)
            return _bare(self._place.begin(chunk, message.begins, message.checkpoint_seconds))

    def advance(self) -> Event:
        """Train the chunk for one more epoch."""
        with jax.enable_x64(self._wide):
            return _bare(self._place.advance())

    def states(self) -> tuple[Arrays, Best]:
        """Copy the chunk's states."""
        return self._place.states()


def _bare(event: Event) -> Event:
    """Return an event without its jobs, which the caller has."""
    return replace(event, jobs=())
