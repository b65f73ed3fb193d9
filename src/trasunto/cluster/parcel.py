"""A chunk on its way to a worker: what it needs and no more, and its rows named instead of carried."""

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
"""Stands where rows will be put back: it has none, and nothing can be asked of it."""


@dataclass(frozen=True, eq=False)
class Parcel:
    """A chunk without its rows.

    Attributes
    ----------
    chunk
        Its jobs have no rows, and fetch nothing.
    begins
        What each job begins from.
    checkpoint_seconds
        As `Place.begin` takes it.
    wide
        Whether the one who sends it trains in double precision.
    """

    chunk: Chunk
    begins: tuple[Mapping[str, np.ndarray], ...]
    checkpoint_seconds: float
    wide: bool

    @classmethod
    def of(cls, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Parcel:
        """Pack a chunk."""
        bare = tuple(replace(job, table=_NO_ROWS, begin=dict) for job in chunk.jobs)
        wide = bool(jax.config.values["jax_enable_x64"])
        return cls(Chunk(bare, chunk.layout), tuple(begins), checkpoint_seconds, wide)

    def with_rows(self, table: Table) -> Chunk:
        """Return the chunk with its rows put back."""
        return Chunk(tuple(replace(job, table=table) for job in self.chunk.jobs), self.chunk.layout)


class RemotePlace(ABC):
    """A place whose chunk is trained by a `Workbench` elsewhere: `ask` reaches it."""

    _chunk: Chunk | None = None

    @abstractmethod
    def ask(self, verb: str, *given: object) -> Any:
        """Return what the bench answers.

        Raises
        ------
        PlaceLostError
            Nobody answers any more.
        """

    @property
    def keeper(self) -> object:
        """Return the place: what it shares with others elsewhere is not known here."""
        return self

    def has(self, chunk: Chunk) -> bool:
        """Say no: what lies on another machine's disk is not known here."""
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


class Workbench:
    """A worker's side: a place on one of its devices, and what it was sent for it."""

    def __init__(self, device: jax.Device) -> None:
        self._place, self._wide = DevicePlace(device), False

    def begin(self, parcel: Parcel, table: Table) -> Event:
        """Take a chunk up; `table` is the same object wherever the rows are the same, so that they lie there once."""
        self._wide = parcel.wide
        with jax.enable_x64(self._wide):
            chunk = parcel.with_rows(table)
            return _bare(self._place.begin(chunk, parcel.begins, parcel.checkpoint_seconds))

    def advance(self) -> Event:
        """Train the chunk for one more epoch."""
        with jax.enable_x64(self._wide):
            return _bare(self._place.advance())

    def states(self) -> tuple[Arrays, Best]:
        """Copy the chunk's states."""
        return self._place.states()


def _bare(event: Event) -> Event:
    """Return an event without its jobs, which whoever asked has."""
    return replace(event, jobs=())
