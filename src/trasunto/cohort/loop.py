"""The loop: chunks to devices, an event per chunk and epoch back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

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
        Time of this epoch, shared out over the devices at work.
    """

    jobs: tuple[Job, ...]
    epoch: int
    metrics: dict[str, np.ndarray]
    trained: np.ndarray
    diverged: np.ndarray
    states: Arrays | None
    seconds: float


class Shelf:
    """Rows as they lie on one device; only the tables used last stay there."""

    def __init__(self, device: jax.Device, room: int = 3) -> None:
        self._device, self._room = device, room
        self._rows: dict[int, tuple[Table, Rows]] = {}

    def fetch(self, table: Table, classes: np.ndarray) -> Rows:
        """Return the table's rows on the device, y (n,) as class numbers where there are `classes`."""
        if id(table) not in self._rows:
            y = np.searchsorted(classes, table.y).astype(np.int32) if len(classes) and table.y is not None else None
            scale = np.asarray(table.scale, jnp.zeros(()).dtype)
            self._rows[id(table)] = table, Rows(*jax.device_put((table.x, y, scale), self._device))
            while len(self._rows) > self._room:
                del self._rows[next(iter(self._rows))]
        return self._rows[id(table)][1]


class Running:
    """A chunk at work on a device: at most one epoch is in flight."""

    def __init__(self, chunk: Chunk, device: jax.Device, shelf: Shelf) -> None:
        self.jobs = chunk.jobs
        self.epoch = chunk.jobs[0].first
        self._structure = chunk.program.structure
        table, idle = self.jobs[0].table, chunk.width - len(self.jobs)
        members = [*self.jobs, *[self.jobs[0]] * idle]
        dtype = jnp.zeros(()).dtype
        columns = [job.recipe.numbers for job in members]
        numbers = {name: np.array([column[name] for column in columns], dtype) for name in columns[0]}
        seeds = np.array([job.seed for job in members], np.uint32)
        self._numbers, self._seeds = jax.device_put((numbers, seeds), device)
        fresh = first_states(self._structure, self._numbers, self._seeds, table.d, chunk.program.classes)
        begins = [job.begin() for job in members]
        self._states: State = jax.device_put(stack(begins, fresh) if any(begins) else fresh, device)
        classes = class_names(table) if chunk.program.classes else np.array([])
        self._rows = shelf.fetch(table, classes)
        self._evaluated = {name: shelf.fetch(rows, classes) for name, rows in evaluation_sets(table).items()}
        self._order_seed = self.jobs[0].recipe.order_seed
        self._live = np.array([True] * len(self.jobs) + [False] * idle)
        self._sent: tuple[jax.Array | np.ndarray, dict[str, jax.Array]] | None = None

    def send_untrained(self) -> None:
        """Evaluate the members before any training: on the training rows too where there are no others."""
        sets = self._evaluated or {"train": self._rows}
        self._sent = self._live, self._evaluate(sets)

    def send(self) -> None:
        """Start the next epoch on the device; returns at once."""
        self.epoch += 1
        self._states, sound, metrics = train_epoch(
            self._structure,
            self._states,
            self._numbers,
            self._seeds,
            self._live,
            np.int32(self.epoch),
            np.uint32(self._order_seed),
            self._rows,
        )
        self._sent = (
            sound,
            {f"train_{name}": array for name, array in metrics.items()} | self._evaluate(self._evaluated),
        )

    def _evaluate(self, sets: dict[str, Rows]) -> dict[str, jax.Array]:
        measured: dict[str, jax.Array] = {}
        for prefix, rows in sets.items():
            metrics = evaluate(self._structure, self._states.weights, self._numbers, rows)
            measured |= {f"{prefix}_{name}": array for name, array in metrics.items()}
        return measured

    def wait(self, wanted: bool) -> Event:
        """Wait for the epoch in flight; hand out the states where `wanted`, or where a job asked for this epoch."""
        assert self._sent is not None, "an epoch was sent"
        m = len(self.jobs)
        before, metrics = self._live, {name: np.asarray(array)[:m] for name, array in self._sent[1].items()}
        sound = np.array(self._sent[0])
        diverged = (before & ~sound)[:m]
        asked = any(self.epoch in (job.last, *job.keep) for job in self.jobs) or bool(diverged.any())
        states = to_arrays(self._states) if wanted or asked else None
        if states is not None:
            states = {name: array[:m] for name, array in states.items()}
        self._live = sound & np.array([job.last > self.epoch for job in self.jobs] + [False] * (len(sound) - m))
        return Event(self.jobs, self.epoch, metrics, before[:m], diverged, states, 0.0)

    @property
    def over(self) -> bool:
        """Say whether no member is left to train."""
        return not self._live.any()


def train_chunks(
    chunks: Sequence[Chunk],
    devices: Sequence[jax.Device],
    *,
    checkpoint_seconds: float = 30.0,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train all chunks, one per device at a time, and yield what each epoch gave.

    Parameters
    ----------
    checkpoint_seconds
        A chunk's states are handed out when this much time has passed since they last were.
    stopping
        Asked after every epoch; once it says yes, the epochs in flight are handed out with their states, and no more.
    """
    waiting, shelves = deque(chunks), {device: Shelf(device) for device in devices}
    running: dict[jax.Device, tuple[Running, float]] = {}
    handed: dict[jax.Device, float] = {}
    while (waiting and not stopping()) or running:
        for device in devices:
            if device not in running and waiting and not stopping():
                begun = time.monotonic()
                fresh = Running(waiting.popleft(), device, shelves[device])
                fresh.send() if fresh.epoch else fresh.send_untrained()
                running[device], handed[device] = (fresh, begun), begun
        at_work = len(running)
        for device, (work, sent) in list(running.items()):
            stop = stopping()
            due = stop or time.monotonic() - handed[device] >= checkpoint_seconds
            event = work.wait(wanted=due)
            now = time.monotonic()
            if event.states is not None:
                handed[device] = now
            if work.over or stop:
                del running[device]
            else:
                work.send()
                running[device] = work, now
            yield replace(event, seconds=(now - sent) / at_work)
