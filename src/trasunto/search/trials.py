"""What was tried: each design with what it left at every stage, and what became of it."""

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
"""What becomes of a trial. "refused" breaks a constraint and "repeated" was tried before: neither is trained."""

UNTRAINED = (REFUSED, REPEATED)

Values = Mapping[str, tuple[float | None, ...]]
"""By measure, a value for each seed; None where that network diverged."""


@dataclass(frozen=True)
class Result:
    """What a design left after an epoch, and in which round that was measured."""

    round: int
    epoch: int
    values: Values

    def mean(self, measure: str) -> float | None:
        """Return the mean over seeds, or None where one of them diverged."""
        known = [value for value in self.values[measure] if value is not None]
        return fmean(known) if len(known) == len(self.values[measure]) else None


@dataclass(frozen=True)
class Trial:
    """A design that was proposed.

    Attributes
    ----------
    number
        Counted from 0, in the order of the proposals.
    round
        In which it was proposed.
    state
        One of the words above.
    results
        By stage, in order.
    note
        Why it was not trained; empty for others.
    """

    number: int
    round: int
    assignment: Assignment
    state: str = RUNNING
    results: tuple[Result, ...] = field(default=())
    note: str = ""

    @property
    def trained(self) -> bool:
        """Whether it counts: it was, or will be, trained."""
        return self.state not in UNTRAINED

    @property
    def epoch(self) -> int:
        """The epoch that it has been measured at last."""
        return self.results[-1].epoch if self.results else 0

    @property
    def ended(self) -> int:
        """The round in which it ended, or was seen last."""
        return self.results[-1].round if self.results else self.round

    def at(self, epoch: int) -> Result | None:
        """Return what it left after an epoch, if it was measured there."""
        return next((result for result in self.results if result.epoch == epoch), None)


def networks(trials: Iterable[Trial], seeds: int) -> int:
    """Count the networks that were, or are to be, trained."""
    return seeds * sum(trial.trained for trial in trials)


def network_epochs(trials: Iterable[Trial], seeds: int) -> int:
    """Count the epochs over all networks, up to where each was measured."""
    return seeds * sum(trial.epoch for trial in trials)


def running(trials: Sequence[Trial]) -> list[Trial]:
    """Return those that may go on."""
    return [trial for trial in trials if trial.state == RUNNING]
