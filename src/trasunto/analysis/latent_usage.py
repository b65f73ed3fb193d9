"""Usage of a latent space: dead and duplicate units, and effective dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import deviations, matrix

TOLERANCE = 1e-4
"""A unit with less than this share of the most active unit's variance (1 % of its deviation) is dead."""

DUPLICATE = 0.99
"""Absolute correlation above which two units are duplicates."""

SHARE = 0.95
"""Share of the variance that `Usage.components` hold."""


@dataclass(frozen=True)
class Usage:
    """Usage of the units of a latent space over some rows. Units are numbered from 0.

    Attributes
    ----------
    units
        Number of units, z.
    dead
        Units whose variance is at most the tolerance times that of the most active one.
    duplicates
        Pairs (earlier, later) of living units with an absolute correlation above 0.99.
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
        Number of rows.
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
    """Find the units of a latent space that are used, and the dimensions they span.

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
