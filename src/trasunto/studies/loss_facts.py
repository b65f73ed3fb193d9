"""Facts about training on one loss or the other, judged by both.

Both measures are means per feature and lower is better; cross entropy is in nats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.studies.evidence import Compared, Estimate, estimate, side

LOSSES = ("mse", "bce")
"""The losses trained on, and the measures that judge, in this order."""


@dataclass(frozen=True)
class Arm:
    """The networks trained on one loss, judged by one measure on the test rows.

    Attributes
    ----------
    untrained
        The same networks before training, mean over seeds.
    """

    trained_on: str
    judged_by: str
    error: Estimate
    untrained: float


@dataclass(frozen=True, kw_only=True)
class Contrast(Compared):
    """By one measure, cross entropy's networks minus squared error's: "less" where the former are better.

    Six pairs cannot reach significance in an exact test of two measures (its smallest p, 0.031, doubles), which is no
    reason to assume normal differences instead: the exact p is given as it is, and the interval decides the verdict.

    Attributes
    ----------
    relative
        The difference as a share of squared error's mean.
    lower
        In how many seeds cross entropy's network is the better one.
    """

    judged_by: str
    relative: float
    lower: int


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
            Arm(on, by, estimate(trained[i, j]), float(untrained[i, j].mean()))
            for i, on in enumerate(LOSSES)
            for j, by in enumerate(LOSSES)
            if left
        ),
        contrasts=contrasts_of(trained) if left else (),
        diverged=diverged,
        pca=pca,
    )


def contrasts_of(trained: NDArray[np.float64]) -> tuple[Contrast, ...]:
    """Return the difference that the loss makes, by each measure, tested together."""
    tested = adjust(paired(trained[1, j], trained[0, j]) for j in range(len(LOSSES)))
    return tuple(
        Contrast.of(
            difference,
            verdict=side(difference.low, difference.high),
            judged_by=by,
            relative=difference.mean / float(trained[0, j].mean()),
            lower=int((trained[1, j] < trained[0, j]).sum()),
        )
        for (j, by), difference in zip(enumerate(LOSSES), tested, strict=True)
    )
