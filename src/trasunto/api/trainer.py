"""Training on behalf of a study: one store, one account of the work, one way to watch it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from os import PathLike
from typing import Any

from trasunto.api.watching import Foresight, Tally, Told, Watcher
from trasunto.cohort.compiling import Compiling
from trasunto.cohort.cost import Cost
from trasunto.cohort.places import Executor
from trasunto.cohort.request import Recipes, Request
from trasunto.cohort.training import Observer, Step
from trasunto.data import Table
from trasunto.runs.cohort import Cohort
from trasunto.runs.train import train, train_request


class Trainer:
    """`runs.train` with its store bound, and an account of what was done.

    Parameters
    ----------
    store
        Where members are looked up and kept.
    cost
        Of all there is to do, on the reference machine, where it is known.
    watch
        Told after every epoch of a chunk, and when programs begin to be compiled or are.
    on
        Where to train; by default this process.
    networks
        How many there are to train in all; 0 where it is not known; None where there is one training, which says it,
        and how much of it is done.
    observe
        Called after every epoch of a chunk, as `runs.train` calls it.
    """

    def __init__(
        self,
        store: str | PathLike[str],
        cost: Cost | None = None,
        watch: Watcher | None = None,
        on: str | Executor | None = None,
        *,
        networks: int | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._store, self._watch, self._on, self._observe = store, watch, on, observe
        self._work = cost.work if cost and networks is not None else 0.0
        self._foresight = Foresight(cost) if cost and watch else None
        self._tally = Tally(networks)
        self._done = self._share = 0.0
        self._cohorts: list[Cohort] = []
        self._asked: set[str] = set()
        self._trained: set[str] = set()
        self._compiling = Compiling()
        self.stage = ""
        self.network_epochs = 0

    def __call__(self, recipes: Recipes, table: Table, **options: Any) -> Cohort:
        """Train, as `runs.train` does."""
        return self._follow(partial(train, recipes, table, **options))

    def complete(self, request: Request, name: str, *, apart: bool = False) -> Cohort:
        """Train what a request names, as the run `name`.

        Parameters
        ----------
        apart
            Whether its networks only serve others: they are work that was done, and `observe`, outcomes and remarks
            are without them.
        """
        return self._follow(partial(train_request, request, name=name), apart=apart)

    def _follow(self, work: Callable[..., Cohort], *, apart: bool = False) -> Cohort:
        """Train, tell of it, and take it into the account."""
        before, latest = self._done, 0.0
        self._tally.begin()

        def observe(step: Step) -> None:
            nonlocal latest
            latest = step.total
            self._done = before + step.done
            self._share = step.share
            if step.event.epoch:
                self.network_epochs += int(step.event.trained.sum())
                self._trained.update(job.id for job in step.event.jobs)
            self._tally.take(step.event, step.networks)
            if self._observe is not None and not apart:
                self._observe(step)
            self._tell()

        cohort = work(store=self._store, observe=observe, on=self._on, observe_compiling=self._note_compiling)
        self._done = before + latest
        self._asked.update(trained.id for trained in cohort.members)
        self._cohorts += [] if apart else [cohort]
        return cohort

    def begin(self, stage: str) -> None:
        """Name what the next epochs are for."""
        self.stage = stage
        self._tell()

    @property
    def members_trained(self) -> int:
        """Count the members that were trained, from scratch or further."""
        return len(self._trained)

    @property
    def members_reused(self) -> int:
        """Count the members that the store held already, as far as they were wanted."""
        return len(self._asked - self._trained)

    @property
    def outcomes(self) -> dict[str, int]:
        """Count the members by how they ended."""
        statuses = {trained.id: trained.status for cohort in self._cohorts for trained in cohort.members}
        return dict(Counter(statuses.values()))

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what a reader should know of the members beside how they ended, a sentence each, once each."""
        return tuple(dict.fromkeys(f"{said}." for cohort in self._cohorts for said in cohort.remarks))

    def _note_compiling(self, compiling: Compiling) -> None:
        self._compiling = compiling
        self._tell()

    def _tell(self) -> None:
        if self._watch is not None:
            share = min(self._done / self._work, 1.0) if self._work else self._share
            forecast = None if self._foresight is None else self._foresight.at(share, self._compiling)
            self._watch(Told(self.stage, share, self._tally.networks, self._compiling, forecast))
