"""Workers that train chunks: devices of this process, or remote ones with the same contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import jax
import numpy as np

from trasunto.cohort.compiled import kept_for
from trasunto.cohort.devices import training_devices
from trasunto.cohort.plan import Chunk
from trasunto.cohort.running import Best, Event, RowCache, Running
from trasunto.cohort.states import Arrays

Begins = Sequence[Mapping[str, np.ndarray]]


class PlaceLostError(Exception):
    """A place is gone, with whatever chunk was on it; the loop begins that chunk anew elsewhere."""


class Place(Protocol):
    """Trains one chunk at a time; each call returns when it is done, and is made by one thread at a time.

    Every method may raise `PlaceLostError`, after which only `revive` is of use.
    """

    @property
    def keeper(self) -> object:
        """What holds the programs compiled here, which several places may share."""

    def has(self, chunk: Chunk) -> bool:
        """Say whether a chunk like this one is known to need no compiling here."""

    def begin(self, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Event:
        """Take a chunk up and return its first event; `begins` is what each of its jobs begins from."""

    def advance(self) -> Event:
        """Train the chunk for one more epoch."""

    def states(self) -> tuple[Arrays, Best]:
        """Copy the chunk's states as they are now, each array (m, ...), and give out what was best since the last."""

    def revive(self) -> bool:
        """Make the place fit for work after it was lost, and say whether that was possible."""


class Executor(Protocol):
    """Gives the places where chunks are trained."""

    @property
    def width(self) -> int:
        """How many chunks are trained at a time."""

    @property
    def elsewhere(self) -> bool:
        """Whether that takes other machines' memory in place of this one's."""

    def places(self) -> Sequence[Place]:
        """Return the places, which one loop at a time uses."""


class DevicePlace:
    """A device of this process."""

    def __init__(self, device: jax.Device) -> None:
        self._device, self._cache = device, RowCache(device)
        self._running: Running | None = None

    @property
    def keeper(self) -> object:
        """Return the device."""
        return self._device

    def has(self, chunk: Chunk) -> bool:
        """Say whether its program lies on disk."""
        return kept_for(chunk, self._device.id)

    def begin(self, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Event:
        """Put a chunk on the device."""
        self._running = Running(chunk, begins, self._device, self._cache, checkpoint_seconds)
        return self._running.begin()

    def advance(self) -> Event:
        """Train the chunk for one more epoch."""
        return self._at_work.advance()

    def states(self) -> tuple[Arrays, Best]:
        """Copy the chunk's states."""
        return self._at_work.states()

    def revive(self) -> bool:
        """Say no: where a device is lost, so is the process."""
        return False

    @property
    def _at_work(self) -> Running:
        assert self._running is not None, "a place is given a chunk before it is asked to go on"
        return self._running


class ThisProcess:
    """The places of this process: one for each core, or for each device where there are several."""

    elsewhere = False

    @property
    def width(self) -> int:
        """Count them."""
        return len(training_devices())

    def places(self) -> Sequence[Place]:
        """Return them, with nothing on them."""
        return [DevicePlace(device) for device in training_devices()]
