"""What training on one loss or the other left, judged by both, as facts: nothing trained and nothing said here.

Both measures are means per feature and lower is better; cross entropy is in nats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import Interval, adjust, interval, paired

LOSSES = ("mse", "bce")
"""The losses trained on, and the measures that judge, in this order."""


@dataclass(frozen=True)
class Arm:
    """The networks trained on one loss, judged by one measure on the test rows.

    Attributes
    ----------
    error, low, high
        Mean over seeds with its t-interval; the bounds are None with one seed.
    untrained
        The same networks before training.
    """

    trained_on: str
    judged_by: str
    error: float
    low: float | None
    high: float | None
    untrained: float
    by_seed: tuple[float, ...]


@dataclass(frozen=True)
class Contrast:
    """By one measure: cross entropy's networks minus squared error's, paired over seeds; below 0 the former are better.

    Attributes
    ----------
    relative
        The difference as a share of squared error's mean.
    lower
        In how many seeds cross entropy's network is the better one.
    effect, p, adjusted, test
        Cohen's d over pairs, p of a zero difference, and p after Holm over both measures.
    """

    judged_by: str
    difference: float
    low: float | None
    high: float | None
    relative: float
    lower: int
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str

    @property
    def direction(self) -> str:
        """Who is better as far as the interval can tell: "better", "worse" or "open" (it holds 0, or there is none)."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return "open"
        return "better" if self.high < 0 else "worse"


@dataclass(frozen=True)
class Facts:
    """What the two losses left.

    Attributes
    ----------
    works
        In how many seeds the network trained on cross entropy ended below its own untrained errors, by both measures.
    floor
        The smallest cross entropy possible on these rows: their values' own.
    arms, contrasts
        By loss trained on, then by measure; by measure. None where every seed diverged.
    diverged
        Seeds left out because a network diverged with them.
    pca
        Squared error that PCA leaves with as many components as latent units; None where it was not measured.
    """

    epochs: int
    seeds: int
    works: int
    floor: float
    arms: tuple[Arm, ...]
    contrasts: tuple[Contrast, ...]
    diverged: int = 0
    pca: float | None = None

    def arm(self, trained_on: str, judged_by: str) -> Arm:
        """Return one arm."""
        return next(arm for arm in self.arms if (arm.trained_on, arm.judged_by) == (trained_on, judged_by))


def measure(
    trained: NDArray[np.float64],
    untrained: NDArray[np.float64],
    floor: float,
    epochs: int,
    diverged: int = 0,
    pca: float | None = None,
) -> Facts:
    """Return the facts of errors (losses trained on, measures, seeds), after and before training, in `LOSSES` order."""
    left = trained.shape[2] > 0
    return Facts(
        epochs=epochs,
        seeds=trained.shape[2],
        works=int((trained[1] < untrained[1]).all(axis=0).sum()),
        floor=floor,
        arms=tuple(
            _arm(on, by, trained[i, j], float(untrained[i, j].mean()))
            for i, on in enumerate(LOSSES)
            for j, by in enumerate(LOSSES)
            if left
        ),
        contrasts=contrasts_of(trained) if left else (),
        diverged=diverged,
        pca=pca,
    )


def contrasts_of(trained: NDArray[np.float64]) -> tuple[Contrast, ...]:
    """Return the difference that the loss makes, by each measure, tested together.

    Six pairs cannot reach significance in an exact test of two measures (its smallest p, 0.031, doubles), which is no
    reason to assume normal differences instead: the exact p is told as it is, and the interval says which is better.
    """
    tested = adjust(paired(trained[1, j], trained[0, j]) for j in range(len(LOSSES)))
    return tuple(
        Contrast(
            judged_by=by,
            difference=difference.mean,
            low=difference.low,
            high=difference.high,
            relative=difference.mean / float(trained[0, j].mean()),
            lower=int((trained[1, j] < trained[0, j]).sum()),
            effect=difference.effect,
            p=difference.p,
            adjusted=difference.adjusted,
            test=difference.test,
        )
        for (j, by), difference in zip(enumerate(LOSSES), tested, strict=True)
    )


def _arm(on: str, by: str, errors: Sequence[float] | NDArray[np.float64], untrained: float) -> Arm:
    over_seeds: Interval = interval(errors)
    return Arm(
        trained_on=on,
        judged_by=by,
        error=over_seeds.mean,
        low=over_seeds.low,
        high=over_seeds.high,
        untrained=untrained,
        by_seed=tuple(float(error) for error in np.asarray(errors)),
    )
