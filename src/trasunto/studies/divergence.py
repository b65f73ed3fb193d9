"""Seeds and networks that diverged, and how a comparison does without them: alike in every study.

What is compared is paired over seeds, so a seed with which one network diverged is left out of all. A network that
diverged with every seed would leave no seed to any other: it is left out itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trasunto.studies.curves import curves
from trasunto.studies.phrases import listed, several

NOTHING = (
    "Every network diverged, so that nothing can be compared: scale the features to variance 1, look for values that "
    "are far out, or lower the learning rate."
)
"""The verdict where no network is left."""


@dataclass(frozen=True)
class Kept:
    """What is left to compare of networks x seeds, each counted from 0.

    Attributes
    ----------
    networks, seeds
        Those in which nothing diverged, ascending; none where every network diverged.
    lost
        The networks that are left out.
    diverged
        How many seeds are left out.
    """

    networks: tuple[int, ...]
    seeds: tuple[int, ...]
    lost: tuple[int, ...]
    diverged: int

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values (networks, seeds, ...) of what is left."""
        return values[np.ix_(self.networks, self.seeds)]


def kept(finite: NDArray[np.bool_]) -> Kept:
    """Return what is left of networks that did not diverge where `finite` (networks, seeds) is true.

    Where no seed is left to all networks, that which diverged with the most seeds is left out, until one is.

    Examples
    --------
    >>> kept(np.array([[True, True, False], [True, True, True], [False, False, False]]))
    Kept(networks=(0, 1), seeds=(0, 1), lost=(2,), diverged=1)
    """
    networks = np.flatnonzero(finite.any(axis=1))
    while networks.size and not finite[networks].all(axis=0).any():
        networks = np.delete(networks, finite[networks].sum(axis=1).argmin())
    seeds = np.flatnonzero(finite[networks].all(axis=0)) if networks.size else networks
    lost = np.setdiff1d(np.arange(len(finite)), networks)
    return Kept(
        tuple(networks.tolist()), tuple(seeds.tolist()), tuple(lost.tolist()), int(finite.shape[1] - seeds.size)
    )


def finished(
    cohort: Any, epochs: int, networks: int, columns: Sequence[str] = ("train_error", "test_error")
) -> NDArray[np.bool_]:
    """Return which members have finite numbers at every epoch up to `epochs`, (networks, seeds).

    Columns that the cohort did not measure, for want of test rows, are passed over.
    """
    frame, history = cohort.frame(), cohort.history()
    measured = [column for column in columns if column in history and history[column].notna().any()]
    found = (curves(frame, history, column, epochs, networks)[..., 1:] for column in measured)
    finite: NDArray[np.bool_] = np.logical_and.reduce([np.isfinite(values).all(axis=2) for values in found])
    return finite


def left_out(seeds: int, lost: Sequence[str] = ()) -> tuple[str, ...]:
    """Say how many seeds and which networks, named as "with 64 hidden units", a study did without."""
    told = []
    if lost:
        networks = "The network" if len(lost) == 1 else "The networks"
        told.append(f"{networks} {listed(list(lost))} diverged with every seed, or with too many, and took no part.")
    if seeds:
        which = "it" if seeds == 1 else "them"
        told.append(f"{several(seeds, 'seed')} left out of everything: with {which} some network diverged.")
    return tuple(told)
