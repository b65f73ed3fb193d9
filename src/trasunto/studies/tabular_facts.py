"""Facts that document B's studies share, about its two sets of rows.

Arrays are (networks, seeds, t + 1), epoch 0 first; the training columns have no epoch 0. Errors are mean squared errors
per feature of standardised rows: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import TrasuntoError
from trasunto.studies.curves import curves
from trasunto.studies.divergence import Kept, finished, kept

if TYPE_CHECKING:
    from trasunto.analysis.baselines import LinearBaseline
    from trasunto.data import Table

SETS = ("train", "test")
"""The training rows and the held-out ones, as a history names them."""


@dataclass(frozen=True)
class Linear:
    """What PCA leaves with as many components as there are latent units, at most as many as features."""

    components: int
    train_error: float
    test_error: float


def read(
    cohort: Any, measures: Sequence[str], epochs: int, networks: int
) -> tuple[dict[str, NDArray[np.float64]], Kept]:
    """Return measures of both sets, as "train_error", "test_error" and so on, of what did not diverge, and what it is.

    `measures` are "loss" (with penalties), "error" (without) and "accuracy".
    """
    frame, history = cohort.frame(), cohort.history()
    names = [f"{rows}_{measure}" for measure in measures for rows in SETS]
    left = kept(finished(cohort, epochs, networks, names))
    return {name: left.of(curves(frame, history, name, epochs, networks)) for name in names}, left


def require_some(study: str, **settings: Sequence[Any]) -> None:
    """Refuse settings that leave a study nothing to compare.

    Raises
    ------
    TrasuntoError
        One of them is empty.
    """
    for name, values in settings.items():
        if not values:
            raise TrasuntoError(f"setting {name} of study '{study}' is empty: give at least one value")


def principal(table: Table, latent: Sequence[int]) -> tuple[Linear, ...]:
    """Measure PCA with as many components as each number of latent units, on both sets."""
    from trasunto.analysis.baselines import principal_components

    assert table.test is not None  # the studies refuse tables without test rows before they train
    return tuple(_linear(found) for found in principal_components(table.values(), table.test.values(), latent))


def _linear(found: LinearBaseline) -> Linear:
    assert found.test_error is not None
    return Linear(found.components, found.train_error, found.test_error)
