"""Facts about a learning-rate x momentum grid.

Errors are test reconstruction errors: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.additivity import Additivity, additivity, complete
from trasunto.analysis.effective_rate import OneNumber, effective_rate, explained
from trasunto.analysis.intervals import Interval, adjust, interval, paired
from trasunto.studies import cells
from trasunto.studies.cells import Axis, Cells


@dataclass(frozen=True)
class Best:
    """The cell with the lowest mean error, and the cells that a test over seeds cannot tell from it.

    `alike` holds (learning rate, momentum) of those; None with a single seed, where nothing can be tested.
    """

    learning_rate: float
    momentum: float
    error: Interval
    alike: tuple[tuple[float, float], ...] | None
    test: str


@dataclass(frozen=True)
class Descent:
    """Share (0..1) of neighbouring cells in which the larger value has the lower error; None without neighbours."""

    along_learning_rate: float | None
    along_momentum: float | None


@dataclass(frozen=True)
class Reach:
    """The first epoch at which a cell's error is at or below the goal (None: not reached).

    `error` is its mean over seeds after every epoch, the untrained network's first.
    """

    learning_rate: float
    momentum: float
    epoch: int | None
    error: tuple[float | None, ...]


@dataclass(frozen=True)
class Facts:
    """What the grid did.

    Attributes
    ----------
    error, outcome, diverged
        Nested by learning rate, then momentum: mean error over seeds after `epochs` (None where a seed diverged),
        ``"finished"``, ``"stalled"`` or ``"diverged"``, and the epoch of divergence.
    by_seed
        The same errors before averaging, nested once more.
    bounded
        Whether the outputs are such that no cell can diverge.
    untrained
        Error before training, over seeds.
    on_error, on_log_error
        Additivity on both scales, over the sub-grid of `compared` (learning rates, momenta), the largest part in which
        every cell finished; like every other statistic, without cells that diverged or stalled.
    one_number
        What learning rate / (1 - momentum) explains.
    reach, goal, goal_epochs
        The cells that were trained for longer, and the error and epochs that they are judged by.
    pca
        Test error of PCA with as many components as latent units; None where it was not measured.
    """

    learning_rates: Axis
    momenta: Axis
    epochs: int
    seeds: int
    loss: str
    error: tuple[tuple[float | None, ...], ...]
    by_seed: tuple[tuple[tuple[float | None, ...], ...], ...]
    outcome: tuple[tuple[str, ...], ...]
    diverged: tuple[tuple[int | None, ...], ...]
    bounded: bool
    untrained: Interval
    best: Best | None
    descent: Descent
    compared: tuple[Axis, Axis]
    on_error: Additivity | None
    on_log_error: Additivity | None
    one_number: OneNumber
    reach: tuple[Reach, ...]
    goal: float
    goal_epochs: int
    pca: float | None = None

    def finished(self) -> NDArray[np.float64]:
        """Return the errors of the cells that finished, (rows, columns); NaN for those that diverged or stalled."""
        return np.where(np.array(self.outcome) == "finished", np.array(self.error, dtype=np.float64), np.nan)

    @property
    def all_finished(self) -> bool:
        """Whether no cell diverged or stalled."""
        return all(outcome == "finished" for row in self.outcome for outcome in row)

    def reached(self, epochs: int) -> int:
        """Return how many of the cells in `reach` were at the goal within `epochs`."""
        return sum(1 for cell in self.reach if cell.epoch is not None and cell.epoch <= epochs)


def measure(
    grid: Cells, long: Cells | None, *, bounded: bool, goal: float, loss: str = "mse", pca: float | None = None
) -> Facts:
    """Return the facts of a grid and of the cells trained for longer."""
    last, outcome = grid.at(grid.epochs), grid.outcome(grid.epochs)
    learnt = np.where((np.array(outcome) == "finished")[:, :, None], last, np.nan)
    mean: NDArray[np.float64] = learnt.mean(axis=2)
    rows, columns = complete(learnt)
    kept = last[np.ix_(rows, columns)]
    rates = effective_rate(np.asarray(grid.learning_rates)[:, None], np.asarray(grid.momenta)[None, :])
    return Facts(
        learning_rates=grid.learning_rates,
        momenta=grid.momenta,
        epochs=grid.epochs,
        seeds=last.shape[2],
        loss=loss,
        error=cells.plain(grid.mean(grid.epochs)),
        by_seed=cells.plain(last),
        outcome=outcome,
        diverged=grid.diverged_by(grid.epochs),
        bounded=bounded,
        untrained=interval(np.nanmean(grid.at(0), axis=(0, 1))),
        best=best_of(learnt, grid.names),
        descent=descent_of(mean),
        compared=(
            tuple(grid.learning_rates[row] for row in rows),
            tuple(grid.momenta[column] for column in columns),
        ),
        on_error=additivity(kept, "error") if kept.size else None,
        on_log_error=additivity(kept, "log error") if kept.size and kept.min() > 0 else None,
        one_number=explained(rates, mean),
        reach=reach_of(long, goal) if long else (),
        goal=goal,
        goal_epochs=long.epochs if long else 0,
        pca=pca,
    )


def best_of(learnt: NDArray[np.float64], names: Sequence[tuple[float, float]]) -> Best | None:
    """Return the best cell of (rows, columns, seeds) and those like it, or None where no cell has a value.

    Comparisons are paired over seeds and adjusted together.
    """
    values = learnt.reshape(len(names), -1)
    whole = np.flatnonzero(np.isfinite(values).all(axis=1))
    if not whole.size:
        return None
    first = int(whole[values[whole].mean(axis=1).argmin()])
    others = [int(index) for index in whole if index != first]
    alike, test = None, "none"
    if values.shape[1] > 1:
        tested = adjust(paired(values[other], values[first], family=len(others)) for other in others)
        alike = tuple(names[o] for o, found in zip(others, tested, strict=True) if not found.distinguishable)
        test = tested[0].test if tested else "none"
    return Best(*names[first], error=interval(values[first]), alike=alike, test=test)


def descent_of(error: NDArray[np.float64]) -> Descent:
    """Return in how many neighbouring cells of (rows, columns) the error falls, along each axis."""

    def share(steps: NDArray[np.float64]) -> float | None:
        known = steps[np.isfinite(steps)]
        return float((known < 0).mean()) if known.size else None

    return Descent(share(np.diff(error, axis=0)), share(np.diff(error, axis=1)))


def reach_of(long: Cells, goal: float) -> tuple[Reach, ...]:
    """Return when the mean over seeds of each cell is first at or below `goal`."""
    means = long.curves.mean(axis=2).reshape(len(long.names), -1)
    found = []
    for name, curve in zip(long.names, means, strict=True):
        there = np.flatnonzero(curve <= goal)
        found.append(Reach(*name, epoch=int(there[0]) if there.size else None, error=cells.plain(curve)))
    return tuple(found)
