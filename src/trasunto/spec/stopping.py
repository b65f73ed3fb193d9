"""When a training ends before its last epoch, and which of its epochs is the one to keep.

A rule is a function of a curve alone: it says the same of a curve whether it is being trained or was stored long ago.
It is part of a request and not of a member's id, for it changes no weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trasunto.errors import RecipeError, one_of

MEASURES = ("validation_loss", "test_loss", "train_loss")
"""What can be watched; by default the first of these that there is."""


@dataclass(frozen=True)
class Stopping:
    """Stop when a loss has not fallen for some epochs.

    Parameters
    ----------
    patience
        Epochs without a lower loss after which to stop.
    measure
        One of `MEASURES`; "" for the first of them that the table's splits allow.
    least
        How much lower a loss must be to count as lower.
    best
        Keep the weights of the epoch with the lowest loss in place of the last ones.

    Raises
    ------
    RecipeError
        A number or word that is not legal.

    Examples
    --------
    >>> Stopping(patience=2).ends_at([1.0, 0.5, 0.6, 0.7, 0.1])
    3
    """

    patience: int = 10
    measure: str = ""
    least: float = 0.0
    best: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.patience, int) or isinstance(self.patience, bool) or self.patience < 1:
            raise RecipeError(f"patience must be a whole number of epochs from 1 on, not {self.patience!r}")
        if self.measure and self.measure not in MEASURES:
            raise one_of("measure", self.measure, MEASURES, RecipeError)
        if not 0 <= self.least < math.inf:
            raise RecipeError(f"least must be a finite number of at least 0, not {self.least!r}")

    def ends_at(self, curve: Sequence[float]) -> int | None:
        """Return the epoch after which the rule stops a training with this curve (epoch 0 first), or None."""
        best, since = math.inf, 0
        for epoch, loss in enumerate(curve):
            if loss < best - self.least:
                best, since = loss, epoch
            elif epoch - since >= self.patience:
                return epoch
        return None

    def best_of(self, curve: Sequence[float]) -> int:
        """Return the epoch whose weights are kept: that of the lowest loss so far that counts as lower, or the last."""
        best, kept = math.inf, 0
        for epoch, loss in enumerate(curve):
            if loss < best - self.least:
                best, kept = loss, epoch
        return kept if self.best else len(curve) - 1

    def reason(self, curve: Sequence[float], measure: str) -> str:
        """Say why a training with this curve ended where the rule stopped it."""
        last = len(curve) - 1
        return (
            f"the {measure} had not fallen for {self.patience} epochs by epoch {last} "
            f"(lowest: {min(curve):.4g}, after epoch {Stopping(self.patience, least=self.least).best_of(curve)})"
        )


def monitored(measures: Sequence[str], stopping: Stopping | None = None) -> str:
    """Return the loss that is watched among those that are measured.

    Raises
    ------
    RecipeError
        The rule names one that is not measured.
    """
    wanted = stopping.measure if stopping else ""
    if wanted and wanted not in measures:
        missing = wanted.removesuffix("_loss")
        raise RecipeError(
            f"stopping watches the {wanted}, and there are no {missing} rows (measured: {', '.join(measures)})"
        )
    return wanted or next(measure for measure in MEASURES if measure in measures)
