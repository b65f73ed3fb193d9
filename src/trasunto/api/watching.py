"""Training progress for observers: how far the work is, the best network so far, how many failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from trasunto.cohort.compiling import Compiling
from trasunto.cohort.cost import Cost
from trasunto.cohort.machine import this_machine
from trasunto.cohort.outcome import MEASURES
from trasunto.cohort.plan import Job
from trasunto.cohort.running import Event


@dataclass(frozen=True, eq=False)
class Best:
    """The lowest loss so far, and whose it is.

    Attributes
    ----------
    measure, value
        The first of ``test_loss``, ``validation_loss`` and ``train_loss`` that is measured, or the error where the loss
        includes penalties, and how low it is.
    job
        The network.
    varied
        The names of what tells it from the others, as far as these have been seen.
    """

    measure: str
    value: float
    job: Job
    varied: tuple[str, ...]

    @property
    def marks(self) -> dict[str, str | float]:
        """Return what tells the network from the others: the numbers and words in which they differ."""
        mine = _marks(self.job)
        return {name: mine[name] for name in self.varied if name in mine}


@dataclass(frozen=True, eq=False)
class Networks:
    """How the networks stand.

    Attributes
    ----------
    trained, at_work
        How many came to their end, and how many are being trained.
    total
        How many there are to train; 0 where it is not known.
    diverged, stopped
        How many of those trained ended early: their loss was no longer finite, or a rule stopped them.
    epochs
        Network-epochs that were trained.
    best
        The best so far of this training, among networks of the loss that is at work; None where nothing was measured.
    """

    trained: int
    at_work: int
    total: int
    diverged: int
    stopped: int
    epochs: int
    best: Best | None


@dataclass(frozen=True)
class Forecast:
    """What a work was expected to take before it began, in seconds.

    Attributes
    ----------
    total
        Of all of it.
    done
        Of what is done.
    awaited
        Of the programs that are being compiled, or fetched from disk.
    """

    total: float
    done: float
    awaited: float


@dataclass(frozen=True, eq=False)
class Told:
    """Progress, as observers are told it.

    Attributes
    ----------
    stage
        What the work is for at present.
    share
        How much of all the work is done, 0 to 1; of training, how much is trained.
    networks
        How they stand, where some are trained.
    compiling
        How many programs are being compiled meanwhile, and how many will be later.
    forecast
        What all the work was expected to take, where that is known.
    """

    stage: str
    share: float
    networks: Networks | None = None
    compiling: Compiling = field(default_factory=Compiling)
    forecast: Forecast | None = None


Watcher = Callable[[Told], None]

WORTH_MEASURING = 3.0
"""Seconds: the time of less work is told by what the reference machine would take."""


class Foresight:
    """What a work is expected to take, and how much of that is behind.

    Parameters
    ----------
    cost
        Of all of it, on the reference machine.
    """

    def __init__(self, cost: Cost) -> None:
        self._cost = cost if cost.seconds < WORTH_MEASURING else replace(cost, machine=this_machine())
        self._before = self._had = 0.0

    def at(self, share: float, compiling: Compiling) -> Forecast:
        """Return it, now that a share of what is to be trained is, and programs stand so."""
        slowness, training = self._cost.machine.slowness, self._cost.training_seconds
        if compiling.had < self._had:  # another training has begun, which counts anew
            self._before += self._had
        self._had = compiling.had
        had = self._before + compiling.had
        to_have = max(self._cost.compiling, had + compiling.awaited)  # some may not have been foreseen
        trained = training + self._cost.beside_seconds
        return Forecast(
            total=trained + to_have * slowness,
            done=trained * share + had * slowness,
            awaited=compiling.awaited * slowness,
        )


class Tally:
    """Counts what the epochs of many chunks give. It runs once an epoch, between a device's work, so it is brief.

    Parameters
    ----------
    total
        How many networks there are to train; 0 where it is not known; None where there is one training, which says it.
    """

    def __init__(self, total: int | None = None) -> None:
        self._total, self._here = total, 0
        self._counts: Counter[str] = Counter()
        self._trained: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """Forget what was best, and who is at work: another training follows, and its losses may mean another thing."""
        self._chunks: dict[tuple[str, int], np.ndarray] = {}
        self._at_work: dict[tuple[str, int], int] = {}
        self._seen: dict[str, set[str | float]] = {}
        self._best: dict[str, Best] = {}
        self._loss = ""

    def take(self, event: Event, networks: int = 0) -> None:
        """Count what one epoch of one chunk gave, in a training of so many networks."""
        first, self._here = event.jobs[0], networks
        key = first.id, first.first
        last = self._chunks.get(key)
        if last is None:
            last = self._chunks[key] = self._welcome(event.jobs)
        early = event.diverged | event.stopped
        ended = event.trained & (early | (last <= event.epoch))
        count, gone = _count(event.trained), _count(ended)
        self._at_work[key] = count - gone
        if gone:
            self._trained.update(event.jobs[slot].id for slot in np.flatnonzero(ended))
            self._counts["diverged"] += _count(event.diverged)
            self._counts["stopped"] += _count(event.stopped)
        if event.epoch:
            self._counts["epochs"] += count
            self._compare(event, first.recipe.loss)

    @property
    def networks(self) -> Networks:
        """Return how the networks stand now."""
        counts, at_work = self._counts, sum(self._at_work.values())
        known = len(self._trained) + at_work
        total = self._here if self._total is None else self._total
        return Networks(
            trained=len(self._trained),
            at_work=at_work,
            total=max(total, known) if total else 0,  # a study may train some that it could not foretell
            diverged=counts["diverged"],
            stopped=counts["stopped"],
            epochs=counts["epochs"],
            best=self._best.get(self._loss),
        )

    def _welcome(self, jobs: tuple[Job, ...]) -> np.ndarray:
        """Note in what the members of a chunk differ from those before, and return their last epochs (m,)."""
        for job in jobs:
            for name, mark in _marks(job).items():
                self._seen.setdefault(name, set()).add(mark)
        varied = self._varied
        self._best = {loss: replace(best, varied=varied) for loss, best in self._best.items()}
        return np.array([job.last for job in jobs])

    def _compare(self, event: Event, loss: str) -> None:
        self._loss = loss
        measure = next((name for name in MEASURES if name in event.metrics), None)
        if measure is None:
            return
        # By their errors: losses include penalties, whose weights may differ.
        error = measure.replace("_loss", "_error")
        losses = event.metrics[measure]
        errors = event.metrics.get(error, losses)
        values = np.where(event.trained & ~event.diverged, errors, np.inf)
        slot = int(values.argmin())
        value, best = float(values[slot]), self._best.get(loss)
        if value < (np.inf if best is None else best.value):
            shown = measure if value == losses[slot] else error
            self._best[loss] = Best(shown, value, event.jobs[slot], self._varied)

    @property
    def _varied(self) -> tuple[str, ...]:
        return tuple(name for name, values in self._seen.items() if len(values) > 1)


def _count(of: np.ndarray) -> int:
    return int(np.count_nonzero(of))  # a tenth of the time that summing truths takes


def _marks(job: Job) -> dict[str, str | float]:
    """Return what may tell one network from another, words first and the seed last."""
    recipe, network = job.recipe, job.recipe.network
    words: dict[str, str | float] = {"network": network.shape, "loss": recipe.loss, "optimizer": recipe.optimizer}
    unused = dict.fromkeys(network.option_names, 0.0)  # a layer without an option has it at 0
    return words | {"batch_size": recipe.batch_size} | unused | recipe.numbers | {"seed": job.seed}
