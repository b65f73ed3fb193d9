"""One chunk in training on one device."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import jax
import numpy as np

from trasunto.cohort.compiled import note
from trasunto.cohort.devices import lendable
from trasunto.cohort.orders import ORDERS, Visit
from trasunto.cohort.plan import Chunk, Job, evaluation_sets, room
from trasunto.cohort.programs import Program, evaluating, training
from trasunto.cohort.recent import Recent
from trasunto.cohort.states import Arrays, chosen, finite, stack, to_arrays
from trasunto.cohort.step import Rows, State, first_states
from trasunto.data import Table
from trasunto.nets.settings import precision, usual_settings
from trasunto.spec import lr_factor

Best = Mapping[int, tuple[int, Arrays]]
"""The states at the best epoch so far, with that epoch, by slot."""


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
    stopped
        (m,) members that a rule of theirs stopped after this epoch.
    states
        The states after this epoch, where a job asked for it, at its end, and when a checkpoint is due; else None.
    best
        Of members that want their best epoch kept, and ended here or are at a checkpoint; in passing, each comes once.
    seconds
        Time that this epoch took; the loop shares it out over the places at work.
    over
        Whether no member is left to train.
    """

    jobs: tuple[Job, ...]
    epoch: int
    metrics: dict[str, np.ndarray]
    trained: np.ndarray
    diverged: np.ndarray
    stopped: np.ndarray
    states: Arrays | None
    seconds: float
    over: bool
    best: Best = field(default_factory=dict)

    def measured(self, slot: int) -> dict[str, float]:
        """Return what was measured of one member.

        After divergence the weights are those of the epoch before: their test error is not this epoch's.
        """
        broken = bool(self.diverged[slot])
        return {
            name: math.nan if broken and not name.startswith("train") else float(values[slot])
            for name, values in self.metrics.items()
        }


class RowCache:
    """Rows as they lie on one device, of which only those used last stay there, and the orders they are visited in."""

    def __init__(self, device: jax.Device, room: int = 3) -> None:
        self._device = device
        self._orders: dict[Visit, Future[np.ndarray]] = {}
        self._rows = Recent[tuple[int, tuple[object, ...]], tuple[Table, Rows]](room)

    def fetch(self, table: Table, classes: np.ndarray) -> Rows:
        """Return the table's rows on the device, y (n,) as class numbers where there are `classes`."""
        # The classes too, because a label's number is its place among them: test rows may be shared by tables whose
        # training rows have other labels, and an autoencoder puts no labels there at all.
        key = id(table), tuple(classes.tolist())
        return self._rows.get(key, lambda: (table, self._put(table, classes)))[1]

    def look_ahead(self, order_seed: int, epoch: int, rows: int) -> None:
        """Begin with an order that will be asked for, while the device is at work."""
        which = order_seed, epoch, rows
        self._orders = {which: self._orders.get(which) or ORDERS.ask(which)}

    def order(self, order_seed: int, epoch: int, rows: int) -> np.ndarray:
        """Return the order (n,) of an epoch, see `row_order`."""
        which = order_seed, epoch, rows
        return (self._orders.get(which) or ORDERS.ask(which)).result()

    def _put(self, table: Table, classes: np.ndarray) -> Rows:
        y = np.searchsorted(classes, table.y).astype(np.int32) if len(classes) and table.y is not None else None
        dtype = precision()
        w = None if table.weights is None else (table.weights / table.weights.mean()).astype(dtype)
        x, y, w = (None if part is None else filled(part, room(table)) for part in (table.x, y, w))
        return Rows(*jax.device_put((x, np.int32(len(table)), np.asarray(table.scale, dtype), y, w), self._device))


def filled(part: np.ndarray, size: int) -> np.ndarray:
    """Copy an array (n, ...) into one (size, ...) for a device, filled up with its last row.

    That is a row for which nothing overflows unless it does for a real one.
    """
    whole = lendable((size, *part.shape[1:]), part.dtype)
    whole[: len(part)], whole[len(part) :] = part, part[-1]
    return whole


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
        cache: RowCache,
        checkpoint_seconds: float,
    ) -> None:
        self.jobs, self.epoch = chunk.jobs, chunk.jobs[0].first
        self._chunk, self._begins = chunk, begins
        self._device, self._cache = device, cache
        self._checkpoint_seconds, self._handed = checkpoint_seconds, time.monotonic()
        idle = chunk.width - len(self.jobs)
        self._live = np.array([True] * len(self.jobs) + [False] * idle)
        self._watched = [list(job.past) for job in self.jobs]
        self._best: dict[int, tuple[int, Arrays]] = {}
        self._fresh: set[int] = set()  # slots whose best was not handed out yet

    @usual_settings()
    def begin(self) -> Event:
        """Put everything on the device and return the first event: the untrained members', or an epoch's."""
        started = time.monotonic()
        self._cache.look_ahead(*self._visit(self.epoch + 1))
        table = self.jobs[0].table
        idle = [self.jobs[0]] * (self._chunk.width - len(self.jobs))
        dtype = precision()
        columns = [job.recipe.numbers for job in (*self.jobs, *idle)]
        numbers = {name: np.array([column[name] for column in columns], dtype) for name in columns[0]}
        seeds = np.array([job.seed for job in (*self.jobs, *idle)], np.uint32)
        states = self._first_states(numbers, seeds)
        self._numbers, self._seeds, self._states = jax.device_put((numbers, seeds, states), self._device)
        del states  # the device has its own
        classes = table.classes if self._chunk.program.structure.classes else np.array([])
        self._rows = self._cache.fetch(table, classes)
        self._train = training(self._chunk.shape.training(), bool(jax.config.values["jax_enable_x64"]))
        sets = {name: self._cache.fetch(rows, classes) for name, rows in evaluation_sets(table).items()}
        self._evaluated = {name: (self._evaluating(rows), rows) for name, rows in sets.items()}
        if self.epoch:
            return self.advance()
        metrics = self._evaluate(self._evaluated or {"train": (self._evaluating(self._rows), self._rows)})
        return self._event(self._live, metrics, started)

    @usual_settings()
    def advance(self) -> Event:
        """Train one epoch."""
        started = time.monotonic()
        self.epoch += 1
        order = self._whole(self._cache.order(*self._visit(self.epoch)))
        if any(job.last > self.epoch for job in self.jobs):
            self._cache.look_ahead(*self._visit(self.epoch + 1))
        moved, trained = self._train(
            self._device,
            self._states,
            self._numbers,
            self._seeds,
            self._lr_factors(),
            np.int32(self.epoch),
            order,
            self._rows,
        )
        sound = self._live & np.isfinite(trained["loss"]) & finite(moved)
        # Idle slots need no state of before; members that have ended or diverged keep theirs.
        lost = not sound[: len(self.jobs)].all()
        self._states = jax.device_put(chosen(sound, moved, self._states), self._device) if lost else moved
        metrics = {f"train_{name}": array for name, array in trained.items()} | self._evaluate(self._evaluated)
        if self.epoch == self.jobs[0].first + 1:
            note(self._chunk, self._device)
        return self._event(sound, metrics, started)

    def states(self) -> tuple[Arrays, Best]:
        """Copy the members' states as they are now, each array (m, ...), and give out what was best since the last."""
        return self._copied(), self._handed_out(self._fresh)

    def _copied(self) -> Arrays:
        self._handed = time.monotonic()
        return {name: array[: len(self.jobs)] for name, array in to_arrays(self._states).items()}

    def _handed_out(self, slots: set[int]) -> Best:
        """Return the best epochs of members, so that who goes on from here need not train them again."""
        best = {slot: self._best[slot] for slot in sorted(slots) if slot in self._best}
        self._fresh = self._fresh - slots
        return best

    def _first_states(self, numbers: Arrays, seeds: np.ndarray) -> State:
        """Return what the members begin from, (m, ...) of the chunk's width, in this process's memory."""
        fresh = first_states(self._chunk.program.structure, numbers, seeds)
        return stack(self._begins, fresh) if any(self._begins) else fresh

    def _evaluating(self, rows: Rows) -> Program:
        """Return the program that evaluates rows: held while the chunk is at work, it is not compiled again."""
        return evaluating(self._chunk.shape.evaluating(len(rows.x)), bool(jax.config.values["jax_enable_x64"]))

    def _evaluate(self, sets: Mapping[str, tuple[Program, Rows]]) -> dict[str, jax.Array]:
        measured: dict[str, jax.Array] = {}
        for prefix, (program, rows) in sets.items():
            metrics = program(self._device, self._states.weights, self._numbers, rows)
            measured |= {f"{prefix}_{name}": array for name, array in metrics.items()}
        return measured

    def _visit(self, epoch: int) -> tuple[int, int, int]:
        return self.jobs[0].recipe.order_seed, epoch, len(self.jobs[0].table)

    def _whole(self, order: np.ndarray) -> np.ndarray:
        """Return an order (n,) with room for whole minibatches of as many rows as the program has room for."""
        shape = self._chunk.shape
        whole = lendable((-(-shape.capacity // shape.minibatch) * shape.minibatch,), np.dtype(np.int32))
        whole[: len(order)], whole[len(order) :] = order, 0
        return whole

    def _lr_factors(self) -> np.ndarray:
        """Return what each member's learning rate is multiplied by in this epoch, (m,) of the chunk's width."""
        factors = [
            lr_factor(job.recipe, self.epoch, curve) for job, curve in zip(self.jobs, self._watched, strict=True)
        ]
        idle = [1.0] * (self._chunk.width - len(factors))
        return np.array([*factors, *idle], precision())

    def _event(self, sound: np.ndarray, metrics: dict[str, jax.Array], started: float) -> Event:
        m, before = len(self.jobs), self._live
        values = {name: np.asarray(array)[:m] for name, array in metrics.items()}  # waits for the device
        diverged, stopped = (before & ~sound)[:m], self._stopped(before, values)
        going = [job.last > self.epoch and not stopped[slot] for slot, job in enumerate(self.jobs)]
        self._live = sound & np.array(going + [False] * (len(sound) - m))
        ended = before[:m] & ~self._live[:m]
        asked = bool(ended.any()) or any(self.epoch in (job.last, *job.keep) for job in self.jobs)
        due = time.monotonic() - self._handed >= self._checkpoint_seconds
        states = self._copied() if asked or due else None
        best = self._handed_out(set(np.flatnonzero(ended).tolist()) | (self._fresh if due else set()))
        seconds = time.monotonic() - started
        over = not self._live.any()
        return Event(self.jobs, self.epoch, values, before[:m], diverged, stopped, states, seconds, over, best)

    def _stopped(self, trained: np.ndarray, values: dict[str, np.ndarray]) -> np.ndarray:
        """Look at the monitored losses: keep what is best so far, and say which members (m,) their rules stop."""
        stopped = np.zeros(len(self.jobs), dtype=bool)
        better = []
        for slot, job in enumerate(self.jobs):
            if not trained[slot] or not job.watched:
                continue
            # There is no training loss before training where other rows are evaluated; nothing is below infinity.
            measured = values.get(job.monitored)
            self._watched[slot].append(math.inf if measured is None else float(measured[slot]))
            if job.stopping is not None:
                stopped[slot] = job.stopping.ends_at(self._watched[slot]) is not None
                if job.stopping.best and job.stopping.best_of(self._watched[slot]) == self.epoch:
                    better.append(slot)
        if better:
            arrays = to_arrays(self._states)
            self._fresh.update(better)
            self._best |= {
                slot: (self.epoch, {name: array[slot].copy() for name, array in arrays.items()}) for slot in better
            }
        return stopped
