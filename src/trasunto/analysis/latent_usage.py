"""How much of a latent space is used: units that never move, units that repeat another, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import deviations, matrix

TOLERANCE = 1e-4
"""A unit with less than this share of the most active unit's variance (1 % of its deviation) is dead."""

DUPLICATE = 0.99
"""Two units correlated by more than this, in either direction, say the same."""

SHARE = 0.95
"""The share of the variance that `Usage.components` are to hold."""


@dataclass(frozen=True)
class Usage:
    """What the units of a latent space do over some rows. Units are counted from 0, in the order of the latent.

    Attributes
    ----------
    units
        How many there are, z.
    dead
        Units whose variance is at most the tolerance times that of the most active one.
    duplicates
        Pairs (earlier, later) of living units whose correlation is above 0.99 in size.
    used
        Units that are neither dead nor the later one of such a pair.
    effective_dimension
        Participation ratio of the covariance's eigenvalues: 1 where all variance lies along one direction, z where it
        is spread evenly over z of them, 0 where nothing varies.
    components
        The fewest principal components that hold 95 % of the variance; 0 where nothing varies.
    zeros
        Share of rows (0..1) at which each unit is exactly 0, (z,): how sparse it is.
    rows
        How many rows were looked at.
    """

    units: int
    dead: tuple[int, ...]
    duplicates: tuple[tuple[int, int], ...]
    used: tuple[int, ...]
    effective_dimension: float
    components: int
    zeros: tuple[float, ...]
    rows: int


def usage(latent: ArrayLike, tolerance: float = TOLERANCE) -> Usage:
    """Say which units of a latent space are used, and how many dimensions they span.

    Parameters
    ----------
    latent : array, (n, z)
        Latents of at least two rows.
    tolerance : float
        Share of the most active unit's variance up to which a unit is dead.

    Raises
    ------
    DataError
        The latents are not finite, not (n, z), or of a single row.

    References
    ----------
    P. Gao et al., "A theory of multineuronal dimensionality, dynamics and measurement", bioRxiv 214262 (2017), for the
    participation ratio ``sum(l)**2 / sum(l**2)`` of eigenvalues l.

    Examples
    --------
    >>> found = usage([[0.0, 1.0, -1.0], [0.0, 2.0, -2.0], [0.0, 4.0, -4.0]])
    >>> found.dead, found.duplicates, found.used
    ((0,), ((1, 2),), (1,))
    >>> round(found.effective_dimension, 6)
    1.0
    """
    rows = matrix("latents", latent, least=2)
    variances = np.square(deviations(rows))
    alive = variances > tolerance * variances.max()
    pairs = _duplicates(rows, np.flatnonzero(alive))
    repeated = {later for _, later in pairs}
    dimension, components = _dimension(rows[:, variances > 0])
    return Usage(
        units=rows.shape[1],
        dead=tuple(np.flatnonzero(~alive).tolist()),
        duplicates=pairs,
        used=tuple(unit for unit in np.flatnonzero(alive).tolist() if unit not in repeated),
        effective_dimension=dimension,
        components=components,
        zeros=tuple((rows == 0).mean(axis=0).tolist()),
        rows=len(rows),
    )


def _duplicates(rows: NDArray[np.float64], alive: NDArray[np.intp]) -> tuple[tuple[int, int], ...]:
    if alive.size < 2:
        return ()
    correlation = np.corrcoef(rows[:, alive], rowvar=False)
    pairs = np.argwhere(np.triu(np.abs(correlation) > DUPLICATE, k=1))
    return tuple((int(alive[earlier]), int(alive[later])) for earlier, later in pairs)


def _dimension(rows: NDArray[np.float64]) -> tuple[float, int]:
    if rows.shape[1] == 0:
        return 0.0, 0
    eigenvalues = np.linalg.eigvalsh(np.atleast_2d(np.cov(rows, rowvar=False)))[::-1].clip(min=0.0)
    held = np.cumsum(eigenvalues / eigenvalues.sum())
    # Rounding may leave the sum of all shares below 1, never by as much as would matter here.
    components = int(np.searchsorted(held, SHARE - 1e-12)) + 1
    return float(eigenvalues.sum() ** 2 / np.square(eigenvalues).sum()), components
