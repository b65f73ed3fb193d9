"""Facts about the ranking of a grid's cells over a long training.

Errors are test reconstruction errors, averaged over seeds: lower is better, and rank 1 is the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.ranking import Agreement, agreement, flips
from trasunto.studies import cells
from trasunto.studies.cells import Axis, Cells

RISE = 0.01
"""An error that ends more than this share above its own lowest has risen; less is the scatter between epochs."""


@dataclass(frozen=True)
class Course:
    """What one cell did: its error after every epoch (epoch 0 is untrained), None from where it diverged.

    `lowest_at` is the epoch of its lowest error and `rise` how far, as a share of that, its last error lies above;
    both are None for a cell without a last error. `rank` is its place at the end, 1 for the lowest error.
    """

    learning_rate: float
    momentum: float
    error: tuple[float | None, ...]
    lowest_at: int | None
    rise: float | None
    rank: int | None


@dataclass(frozen=True)
class Reversal:
    """A pair of cells, as (learning rate, momentum), that changed order between the early epoch and the last.

    `margin` is the smaller of the two leads as a share of the leader's error.
    """

    ahead_early: tuple[float, float]
    ahead_late: tuple[float, float]
    margin: float


@dataclass(frozen=True)
class Facts:
    """How the cells ranked over time.

    Attributes
    ----------
    early, epochs
        The epoch whose order is to be trusted or not, and the last one.
    courses
        Every cell, learning rates slowest.
    agreements
        The early order against each later one; the last entry is the end.
    reversals
        Pairs that changed order by the end, the clearest first.
    best_early, best_late
        The cells with the lowest error at both epochs; None where none has one.
    highest
        The cell with the highest learning rate and momentum.
    pca
        Test error of PCA with as many components as latent units; None where it was not measured.
    """

    learning_rates: Axis
    momenta: Axis
    seeds: int
    loss: str
    early: int
    epochs: int
    courses: tuple[Course, ...]
    agreements: tuple[Agreement, ...]
    reversals: tuple[Reversal, ...]
    best_early: tuple[float, float] | None
    best_late: tuple[float, float] | None
    highest: tuple[float, float]
    pca: float | None = None

    def course(self, cell: tuple[float, float]) -> Course:
        """Return what one cell, (learning rate, momentum), did."""
        return next(course for course in self.courses if (course.learning_rate, course.momentum) == cell)

    @property
    def rising(self) -> tuple[Course, ...]:
        """The cells whose error ends above its own lowest by more than scatter."""
        return tuple(course for course in self.courses if course.rise is not None and course.rise > RISE)

    @property
    def diverged(self) -> tuple[Course, ...]:
        """The cells without a last error."""
        return tuple(course for course in self.courses if course.error[-1] is None)


def measure(grid: Cells, early: int, later: Sequence[int], loss: str = "mse", pca: float | None = None) -> Facts:
    """Return the facts of a grid whose order at `early` is compared with each of `later`, the last epoch included."""
    names = grid.names
    curves = grid.curves.mean(axis=2).reshape(len(names), -1)
    first, last = curves[:, early], curves[:, -1]
    return Facts(
        learning_rates=grid.learning_rates,
        momenta=grid.momenta,
        seeds=grid.curves.shape[2],
        loss=loss,
        early=early,
        epochs=grid.epochs,
        courses=_courses(names, curves),
        agreements=tuple(agreement(first, curves[:, epoch], (early, epoch)) for epoch in later),
        reversals=tuple(
            Reversal(names[flip.overtaken], names[flip.overtaking], flip.margin) for flip in flips(first, last)
        ),
        best_early=_lowest(names, first),
        best_late=_lowest(names, last),
        highest=(max(grid.learning_rates), max(grid.momenta)),
        pca=pca,
    )


def _courses(names: Sequence[tuple[float, float]], curves: NDArray[np.float64]) -> tuple[Course, ...]:
    order = np.argsort(curves[:, -1], kind="stable")  # NaN last
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[order] = np.arange(1, len(names) + 1)
    return tuple(_course(name, curve, int(rank)) for name, curve, rank in zip(names, curves, ranks, strict=True))


def _course(name: tuple[float, float], curve: NDArray[np.float64], rank: int) -> Course:
    error = cells.plain(curve)
    if error[-1] is None:
        return Course(*name, error=error, lowest_at=None, rise=None, rank=None)
    lowest = int(curve.argmin())
    rise = float(curve[-1] / curve[lowest] - 1) if curve[lowest] > 0 else 0.0
    return Course(*name, error=error, lowest_at=lowest, rise=rise, rank=rank)


def _lowest(names: Sequence[tuple[float, float]], values: NDArray[np.float64]) -> tuple[float, float] | None:
    return names[int(np.nanargmin(values))] if np.isfinite(values).any() else None
