"""One chunk at work on one device."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.cohort.plan import Chunk, Job, class_names, evaluation_sets
from trasunto.cohort.states import Arrays, stack, to_arrays
from trasunto.cohort.step import Rows, State, evaluate, first_states, train_epoch
from trasunto.data import Table


@dataclass(frozen=True, eq=False)
class Event:
    """What one epoch of one chunk gave.

    Attributes
    ----------
    jobs
        The members, in slot order; every array here has them as its leading axis (m,).
    epoch
        Counted from 1; 0 is the evaluation before any training.
    metrics
        ``train_loss``, ``train_error``, ``test_loss``, ... (m,); a set that was not looked at is absent.
    trained
        (m,) members that were trained in this epoch (at epoch 0: all).
    diverged
        (m,) members whose loss or weights stopped being finite in this epoch; `states` holds what they were before it.
    states
        The states after this epoch, where a job asked for it, at its end, and when a checkpoint is due; else None.
    seconds
        Time that this epoch took; the loop shares it out over the devices at work.
    """

    jobs: tuple[Job, ...]
    epoch: int
    metrics: dict[str, np.ndarray]
    trained: np.ndarray
    diverged: np.ndarray
    states: Arrays | None
    seconds: float


class Shelf:
    """Rows as they lie on one device; only those used last stay there."""

    def __init__(self, device: jax.Device, room: int = 3) -> None:
        self._device, self._room = device, room
        self._rows: dict[tuple[int, tuple[object, ...]], tuple[Table, Rows]] = {}

    def fetch(self, table: Table, classes: np.ndarray) -> Rows:
        """Return the table's rows on the device, y (n,) as class numbers where there are `classes`."""
        # The classes too, because a label's number is its place among them: test rows may be shared by tables whose
        # training rows have other labels, and an autoencoder puts no labels there at all.
        key = id(table), tuple(classes.tolist())
        kept = self._rows.pop(key, None) or (table, self._put(table, classes))
        self._rows[key] = kept  # last again
        while len(self._rows) > self._room:
            del self._rows[next(iter(self._rows))]
        return kept[1]

    def _put(self, table: Table, classes: np.ndarray) -> Rows:
        y = np.searchsorted(classes, table.y).astype(np.int32) if len(classes) and table.y is not None else None
        scale = np.asarray(table.scale, jnp.zeros(()).dtype)
        return Rows(*jax.device_put((table.x, y, scale), self._device))


class Running:
    """A chunk on its device, taken forward an epoch at a time; each call returns when the epoch is done.

    Parameters
    ----------
    begins
        What each job begins from, as its ``begin`` gives it.
    checkpoint_seconds
        States are handed out when this much time has passed since they last were.
    """

    def __init__(
        self,
        chunk: Chunk,
        begins: Sequence[Mapping[str, np.ndarray]],
        device: jax.Device,
        shelf: Shelf,
        checkpoint_seconds: float,
    ) -> None:
        self.jobs, self.epoch = chunk.jobs, chunk.jobs[0].first
        self._chunk, self._begins = chunk, begins
        self._device, self._shelf = device, shelf
        self._checkpoint_seconds, self._handed = checkpoint_seconds, time.monotonic()
        idle = chunk.width - len(self.jobs)
        self._live = np.array([True] * len(self.jobs) + [False] * idle)

    def begin(self) -> Event:
        """Put everything on the device and return the first event: the untrained members', or an epoch's."""
        started = time.monotonic()
        self._structure, table = self._chunk.program.structure, self.jobs[0].table
        idle = [self.jobs[0]] * (self._chunk.width - len(self.jobs))
        dtype = jnp.zeros(()).dtype
        columns = [job.recipe.numbers for job in (*self.jobs, *idle)]
        numbers = {name: np.array([column[name] for column in columns], dtype) for name in columns[0]}
        seeds = np.array([job.seed for job in (*self.jobs, *idle)], np.uint32)
        # Without a device named, the first one draws for all: one program to compile in place of one per device.
        fresh = first_states(self._structure, numbers, seeds, table.d, self._chunk.program.classes)
        states = stack(self._begins, fresh) if any(self._begins) else fresh
        self._numbers, self._seeds, self._states = jax.device_put((numbers, seeds, State(*states)), self._device)
        classes = class_names(table) if self._chunk.program.classes else np.array([])
        self._rows = self._shelf.fetch(table, classes)
        self._evaluated = {name: self._shelf.fetch(rows, classes) for name, rows in evaluation_sets(table).items()}
        if self.epoch:
            return self.advance()
        metrics = self._evaluate(self._evaluated or {"train": self._rows})
        return self._event(self._live, metrics, started)

    def advance(self) -> Event:
        """Train one epoch."""
        started = time.monotonic()
        self.epoch += 1
        self._states, sound, trained = train_epoch(
            self._structure,
            self._states,
            self._numbers,
            self._seeds,
            self._live,
            np.int32(self.epoch),
            np.uint32(self.jobs[0].recipe.order_seed),
            self._rows,
        )
        metrics = {f"train_{name}": array for name, array in trained.items()} | self._evaluate(self._evaluated)
        return self._event(np.array(sound), metrics, started)

    def states(self) -> Arrays:
        """Copy the members' states as they are now, each array (m, ...)."""
        self._handed = time.monotonic()
        return {name: array[: len(self.jobs)] for name, array in to_arrays(self._states).items()}

    @property
    def over(self) -> bool:
        """Say whether no member is left to train."""
        return not self._live.any()

    def _evaluate(self, sets: dict[str, Rows]) -> dict[str, jax.Array]:
        measured: dict[str, jax.Array] = {}
        for prefix, rows in sets.items():
            metrics = evaluate(self._structure, self._states.weights, self._numbers, rows)
            measured |= {f"{prefix}_{name}": array for name, array in metrics.items()}
        return measured

    def _event(self, sound: np.ndarray, metrics: dict[str, jax.Array], started: float) -> Event:
        m, before = len(self.jobs), self._live
        values = {name: np.asarray(array)[:m] for name, array in metrics.items()}  # waits for the device
        diverged = (before & ~sound)[:m]
        self._live = sound & np.array([job.last > self.epoch for job in self.jobs] + [False] * (len(sound) - m))
        asked = any(self.epoch in (job.last, *job.keep) for job in self.jobs) or bool(diverged.any())
        due = time.monotonic() - self._handed >= self._checkpoint_seconds
        states = self.states() if asked or due else None
        return Event(self.jobs, self.epoch, values, before[:m], diverged, states, time.monotonic() - started)
