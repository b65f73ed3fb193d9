"""Trials of a search: a design, its results by stage, and its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from trasunto.spec.space import Assignment

RUNNING, FINISHED, PRUNED, DIVERGED, REFUSED, REPEATED = (
    "running",
    "finished",
    "pruned",
    "diverged",
    "refused",
    "repeated",
)
"""States of a trial. "refused" breaks a constraint and "repeated" was tried before: neither is trained."""

UNTRAINED = (REFUSED, REPEATED)

Values = Mapping[str, tuple[float | None, ...]]
"""By measure, a value for each seed; None where that network diverged."""


@dataclass(frozen=True)
class Result:
    """A design's measures after an epoch, and the round in which they were taken."""

    round: int
    epoch: int
    values: Values

    def mean(self, measure: str) -> float | None:
        """Return the mean over seeds, or None where one of them diverged."""
        known = [value for value in self.values[measure] if value is not None]
        return fmean(known) if len(known) == len(self.values[measure]) else None


@dataclass(frozen=True)
class Trial:
    """A proposed design.

    Attributes
    ----------
    number
        Number from 0, in order of proposal.
    round
        Round in which it was proposed.
    state
        One of the states above.
    results
        By stage, in order.
    note
        Why it was not trained, or empty.
    """

    number: int
    round: int
    assignment: Assignment
    state: str = RUNNING
    results: tuple[Result, ...] = field(default=())
    note: str = ""

    @property
    def trained(self) -> bool:
        """Whether it was, or will be, trained."""
        return self.state not in UNTRAINED

    @property
    def epoch(self) -> int:
        """Epoch of its latest result, or 0."""
        return self.results[-1].epoch if self.results else 0

    @property
    def ended(self) -> int:
        """Round of its latest result, or of its proposal."""
        return self.results[-1].round if self.results else self.round

    def at(self, epoch: int) -> Result | None:
        """Return the result after an epoch, if there is one."""
        return next((result for result in self.results if result.epoch == epoch), None)


def networks(trials: Iterable[Trial], seeds: int) -> int:
    """Count the networks trained, or to be trained."""
    return seeds * sum(trial.trained for trial in trials)


def network_epochs(trials: Iterable[Trial], seeds: int) -> int:
    """Count epochs over all networks, each up to its latest result."""
    return seeds * sum(trial.epoch for trial in trials)


def running(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials still running."""
    return [trial for trial in trials if trial.state == RUNNING]
