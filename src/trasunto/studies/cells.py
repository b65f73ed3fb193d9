"""The members of a learning-rate x momentum grid: their recipe, and their curves as arrays.

A *cell* is one learning rate with one momentum; it holds a member per seed. Arrays are (rows, columns, seeds) or
(rows, columns, seeds, t + 1), rows being learning rates, columns momenta; epoch 0 is the untrained network. A value
that does not exist, because the member diverged before, is NaN here and None in facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from trasunto.cohort.outcome import DIVERGED, FINISHED, STALLED, verdict
from trasunto.errors import TrasuntoError

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.data import Table
    from trasunto.spec import Grid

Axis = tuple[float, ...]

NETWORK = "[64 sigmoid drop=0.1] > sigmoid"
"""The paper's first network (A1)."""

COARSE: Axis = (0.2, 0.45, 0.7, 0.95)
"""Both axes of the 16 cells that are trained for longer than the full grid."""

_LINEAR: WeakKeyDictionary[Table, dict[int, float | None]] = WeakKeyDictionary()
"""What PCA left of a table's test rows, by components: it takes seconds, and several studies ask for the same."""

_BOUNDED_OUTPUTS = ("sigmoid", "tanh")
_BOUNDED_LOSSES = ("mse", "mae", "huber")


@dataclass(frozen=True, eq=False)
class Cells:
    """What a grid of members did, epoch by epoch.

    Attributes
    ----------
    learning_rates, momenta
        The axes, in the order asked for.
    curves
        Test error, (rows, columns, seeds, t + 1); NaN from the epoch on at which a member diverged.
    diverged
        Epoch at which each member diverged, (rows, columns, seeds); 0 for those that did not.
    """

    learning_rates: Axis
    momenta: Axis
    curves: NDArray[np.float64]
    diverged: NDArray[np.int64]

    @property
    def epochs(self) -> int:
        """The last epoch there is."""
        return int(self.curves.shape[3]) - 1

    @property
    def names(self) -> tuple[tuple[float, float], ...]:
        """(learning rate, momentum) of every cell, rows first: the order of ``values.ravel()``."""
        return tuple((rate, momentum) for rate in self.learning_rates for momentum in self.momenta)

    def at(self, epoch: int) -> NDArray[np.float64]:
        """Return the test error after `epoch`, (rows, columns, seeds)."""
        return self.curves[..., epoch]

    def mean(self, epoch: int) -> NDArray[np.float64]:
        """Return the mean over seeds after `epoch`, (rows, columns); NaN where any seed has no value."""
        mean: NDArray[np.float64] = self.at(epoch).mean(axis=2)
        return mean

    def outcome(self, epoch: int) -> tuple[tuple[str, ...], ...]:
        """Return each cell's outcome by `epoch`: the worst of its seeds, (rows, columns).

        Judged anew from the curves, because a store may hold more epochs of a member than this study asks about.
        """
        worst_first = (DIVERGED, STALLED, FINISHED)

        def worst(before: NDArray[np.float64], after: NDArray[np.float64]) -> str:
            return min(map(verdict, before.tolist(), after.tolist()), key=worst_first.index)

        return tuple(tuple(map(worst, *rows)) for rows in zip(self.at(0), self.at(epoch), strict=True))

    def diverged_by(self, epoch: int) -> tuple[tuple[int | None, ...], ...]:
        """Return the first epoch at which a seed of each cell diverged, up to `epoch`, else None; (rows, columns)."""
        never = self.epochs + 1
        first = np.where(self.diverged > 0, self.diverged, never).min(axis=2)
        return tuple(tuple(int(value) if value <= epoch else None for value in row) for row in first)


def read(history: pd.DataFrame, learning_rates: Axis, momenta: Axis, epochs: int) -> Cells:
    """Return the cells of a grid from a cohort's ``history()``, up to `epochs`.

    An axis with one value need not be a column, since only what varies is.
    """
    seeds = sorted(int(seed) for seed in history["seed"].unique())
    shape = (len(learning_rates), len(momenta), len(seeds))
    curves = np.full((*shape, epochs + 1), np.nan)
    shown = history[history["epoch"] <= epochs]
    places = _places(shown, learning_rates, momenta, seeds)
    curves[*places, shown["epoch"].to_numpy(dtype=np.intp)] = shown["test_error"].to_numpy(dtype=np.float64)
    lost = ~np.isfinite(curves)
    curves[np.logical_or.accumulate(lost, axis=3)] = np.nan
    diverged = np.where(lost.any(axis=3), np.maximum(lost.argmax(axis=3), 1), 0).astype(np.int64)
    return Cells(learning_rates, momenta, curves, diverged)


def grid(network: str, loss: str, batch_size: int, learning_rates: Axis, momenta: Axis) -> Grid:
    """Return the recipes of every cell, learning rates slowest: the paper's optimizer and initialisation (A1)."""
    from trasunto.spec import Recipe

    recipe = Recipe(
        network,
        loss=loss,
        optimizer="sgd",
        learning_rate=learning_rates[-1],
        momentum=momenta[-1],
        batch_size=batch_size,
        initialisation="torch",
    )
    return recipe.grid(learning_rate=list(learning_rates), momentum=list(momenta))


def require_test_rows(table: Table, study: str) -> None:
    """Refuse a table that a study cannot judge by.

    Raises
    ------
    TrasuntoError
        The table has no test rows.
    """
    if table.test is None:
        raise TrasuntoError(
            f"study '{study}' judges networks by their test error, and data '{table.provenance.name}' have no test "
            "rows: give data with a test set"
        )


def is_bounded(network: str, loss: str) -> bool:
    """Return whether the error of `network` cannot grow without limit, whatever its weights become."""
    from trasunto.spec import parse

    return parse(network).output in _BOUNDED_OUTPUTS and loss in _BOUNDED_LOSSES


def linear_error(table: Table, network: str, loss: str) -> float | None:
    """Return what PCA with as many components as `network` has latent units leaves of the test rows.

    None where the networks' own errors are of another kind than PCA's, mean squared ones.
    """
    from trasunto.analysis.baselines import principal_components
    from trasunto.spec import parse

    if loss != "mse" or table.test is None:
        return None
    units = parse(network).encoder[-1].units
    known = _LINEAR.setdefault(table, {})
    if units not in known:
        (found,) = principal_components(table.values(), table.test.values(), [units])
        known[units] = found.test_error
    return known[units]


def plain(values: NDArray[np.float64]) -> tuple[Any, ...]:
    """Return `values` as nested tuples of floats, None where there is none: what facts hold."""
    if values.ndim == 1:
        return tuple(float(value) if np.isfinite(value) else None for value in values)
    return tuple(plain(row) for row in values)


def _places(
    rows: pd.DataFrame, learning_rates: Axis, momenta: Axis, seeds: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    return (
        _positions(rows, "learning_rate", learning_rates),
        _positions(rows, "momentum", momenta),
        np.searchsorted(np.asarray(seeds), rows["seed"].to_numpy()),
    )


def _positions(rows: pd.DataFrame, column: str, axis: Axis) -> NDArray[np.intp]:
    if column not in rows:
        return np.zeros(len(rows), dtype=np.intp)
    # By the nearest value, since a frame may hold the number as float32 stored it.
    distance = np.abs(rows[column].to_numpy(dtype=np.float64)[:, None] - np.asarray(axis)[None, :])
    nearest: NDArray[np.intp] = distance.argmin(axis=1)
    return nearest
