"""The course of a network's training: what was trained, how long, how it ended, and its losses by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from trasunto.cohort.outcome import Outcome
from trasunto.spec import Recipe

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Course:
    """How one network's training went.

    Attributes
    ----------
    recipe, seed
        What was trained.
    epoch, epochs
        The epoch whose weights were kept, and the last one trained: they differ where the best epoch was kept.
    status, reason
        How it ended, as `cohort.outcome` judges it: a word, and, of all but "finished", a sentence.
    history
        ``train_loss``, ``test_loss``, ... by epoch, epoch 0 first; NaN where there is none.
    """

    recipe: Recipe
    seed: int
    epoch: int
    epochs: int
    status: str
    reason: str
    history: dict[str, list[float]] = field(repr=False)

    @property
    def outcome(self) -> Outcome:
        """How the training ended."""
        return Outcome(self.status, self.reason)


@dataclass(frozen=True, eq=False)
class Fitted(Course):
    """One trained network: its course, and its weights by name, at epoch `epoch`."""

    weights: Weights = field(repr=False)

    @property
    def course(self) -> Course:
        """The course alone, which is light."""
        return Course(**{one.name: getattr(self, one.name) for one in fields(Course)})
