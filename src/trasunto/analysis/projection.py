"""Projection of a latent space to the plane, by PCA or t-SNE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import deviations, matrix, standardised, thinned
from trasunto.errors import DataError, one_of

METHODS = ("pca", "tsne")

MOST = 2_000
"""Rows laid out by t-SNE at most, by default: some seconds. Its time grows faster than linearly."""

PERPLEXITY = 30.0
"""scikit-learn's default; smaller where there are not three times as many rows."""

_FEWEST = 5
"""Fewest rows for t-SNE."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Rows of a latent space as points of the plane.

    Attributes
    ----------
    points
        (k, 2), in the units of the latent for PCA, without units for t-SNE.
    rows
        (k,) indices of the projected rows, ascending: all of them, or t-SNE's sample.
    method
        "pca" or "tsne".
    explained
        Share of the variance along each axis, for PCA. None for t-SNE, whose distances between groups and group sizes
        mean nothing: only neighbourhoods do.
    """

    points: NDArray[np.float64]
    rows: NDArray[np.intp]
    method: str
    explained: tuple[float, float] | None


def project(
    latent: ArrayLike, method: str = "pca", *, most: int = MOST, labels: ArrayLike | None = None, seed: int = 0
) -> Projection:
    """Project the rows of a latent space to the plane.

    Parameters
    ----------
    latent : array, (n, z)
        A latent of one unit lies along the first axis.
    method : {"pca", "tsne"}
        First two principal components, or t-SNE of standardised units.
    most : int
        t-SNE samples at most this many rows.
    labels : array, (n,), optional
        The sample is balanced over these groups as far as their sizes allow, so that rare ones stay visible.
    seed : int
        Seed of the sample and of t-SNE.

    Raises
    ------
    TrasuntoError
        The method is unknown, or the latents are invalid.

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

    if not rows.any():  # identical rows: PCA would divide by zero
        return np.zeros((len(rows), 2))
    if rows.shape[1] == 1:  # scikit-learn starts from two components
        rows = np.column_stack([rows, np.zeros(len(rows))])
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    # Its threads spin while they wait: on a busy machine they took seven times as long for the same points.
    with threadpool_limits(1):
        layout = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(rows)
    return np.asarray(layout, dtype=np.float64)
