"""A latent space on paper: each row as a point in the plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import deviations, matrix, standardised, thinned
from trasunto.errors import DataError, one_of

METHODS = ("pca", "tsne")

MOST = 2_000
"""Rows that t-SNE lays out unless told otherwise: some seconds. Its time grows faster than the rows do."""

PERPLEXITY = 30.0
"""scikit-learn's default; smaller where there are not three times as many rows."""

_FEWEST = 5
"""t-SNE with fewer points than this has no neighbourhoods to keep."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Rows of a latent space as points of the plane.

    Attributes
    ----------
    points
        (k, 2), in the units of the latent for PCA, in none for t-SNE.
    rows
        (k,) the rows that the points stand for, ascending: all of them unless t-SNE had to choose.
    method
        "pca" or "tsne".
    explained
        Share of the variance along each axis, for PCA. None for t-SNE: its distances between groups and the sizes of
        groups mean nothing, only who is next to whom does.
    """

    points: NDArray[np.float64]
    rows: NDArray[np.intp]
    method: str
    explained: tuple[float, float] | None


def project(
    latent: ArrayLike, method: str = "pca", *, most: int = MOST, labels: ArrayLike | None = None, seed: int = 0
) -> Projection:
    """Lay the rows of a latent space out in the plane.

    Parameters
    ----------
    latent : array, (n, z)
        A latent of one unit is laid out along the first axis.
    method : {"pca", "tsne"}
        The two directions of most variance, exact and linear; or neighbourhoods, of standardised units.
    most : int
        t-SNE lays out at most this many rows, chosen at random.
    labels : array, (n,), optional
        Chosen rows are spread over these groups as evenly as their sizes allow, so that rare ones stay visible.
    seed : int
        Decides which rows are chosen.

    Raises
    ------
    TrasuntoError
        The method is not known, or the latents cannot be used.

    Examples
    --------
    >>> found = project([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    >>> found.explained is not None and [round(share, 6) for share in found.explained]
    [1.0, 0.0]
    """
    if method not in METHODS:
        raise one_of("projection", method, METHODS)
    rows = matrix("latents", latent)
    if method == "pca":
        return _linear(rows)
    if len(rows) < _FEWEST:
        raise DataError(f"latents have {len(rows)} rows; t-SNE needs at least {_FEWEST} (PCA needs one)")
    chosen = thinned(labels, len(rows), max(most, _FEWEST), np.random.default_rng(seed))
    return Projection(_neighbourhoods(standardised(rows[chosen]), seed), chosen, "tsne", None)


def _linear(rows: NDArray[np.float64]) -> Projection:
    from sklearn.decomposition import PCA

    points, shares = np.zeros((len(rows), 2)), np.zeros(2)
    if deviations(rows).any():
        kept = min(2, *rows.shape)
        model = PCA(kept, svd_solver="full").fit(rows)
        points[:, :kept] = model.transform(rows)
        shares[:kept] = model.explained_variance_ratio_
    return Projection(points, np.arange(len(rows)), "pca", (float(shares[0]), float(shares[1])))


def _neighbourhoods(rows: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if not rows.any():  # every row in one place: there is nothing to lay out, and PCA would divide by zero
        return np.zeros((len(rows), 2))
    if rows.shape[1] == 1:  # scikit-learn starts from two components
        rows = np.column_stack([rows, np.zeros(len(rows))])
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    # Its threads wait for each other by spinning: on a busy machine they took seven times as long for the same points.
    with threadpool_limits(1):
        layout = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(rows)
    return np.asarray(layout, dtype=np.float64)
