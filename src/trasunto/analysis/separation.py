"""How far anomalies lie from normal rows in latent space, measured three ways that can disagree.

All three are higher where the groups are further apart. The silhouette asks whether each group is a cluster of its
own, the linear AUROC whether one plane parts them, the energy distance whether they are spread alike at all; only the
last can say that a difference is more than chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import matrix, standardised, thinned, two_groups

MOST = 1_000
"""Rows between which distances are taken: silhouette and energy distance. Half of either group, where there are."""

PERMUTATIONS = 999

FOLDS = 5

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Separation:
    """How far apart two groups of rows lie, on standardised latents.

    Attributes
    ----------
    silhouette
        -1..1: how much nearer a row is to its own group than to the other, mean over the rows compared.
    linear_auroc
        0..1, 0.5 is chance: a logistic regression's ranking of rows that it was not fitted on (5 folds).
    energy_distance
        From 0; samples of one distribution come out slightly above it. Grows with the square root of the latent size.
    energy_coefficient
        0..1: `energy_distance` over twice the mean distance between the groups. Comparable between latent sizes.
    energy_p
        p of the hypothesis that both have one distribution, by permutation; never below 1 / (1 + permutations).
    rows
        How many rows distances were taken between, at most 1,000, with as many of either group as there are.
    normal, anomalies
        How many rows of each group there were.
    """

    silhouette: float
    linear_auroc: float
    energy_distance: float
    energy_coefficient: float
    energy_p: float
    rows: int
    normal: int
    anomalies: int


def separation(
    latent: ArrayLike, labels: ArrayLike, *, seed: int = 0, most: int = MOST, permutations: int = PERMUTATIONS
) -> Separation:
    """Measure how far anomalies lie from normal rows.

    Parameters
    ----------
    latent : array, (n, z)
        Latents of normal rows and anomalies; units that never move take no part.
    labels : array, (n,)
        True (or 1) for an anomaly; at least two of either.
    seed : int
        Decides the folds, the rows between which distances are taken, and the permutations.
    most : int
        Distances are taken between at most this many rows.
    permutations : int
        Labels are shuffled this many times.

    Raises
    ------
    DataError
        Latents are not finite, or the labels do not name two groups.

    References
    ----------
    G. J. Szekely and M. L. Rizzo, "Energy statistics: A class of statistics based on distances", J. Statistical
    Planning and Inference 143 (2013): ``2 E|X - Y| - E|X - X'| - E|Y - Y'|``, means over all pairs of the samples (a
    row with itself too), and its share of ``2 E|X - Y|``.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> near, far = random.normal(0, 1, (40, 2)), random.normal(9, 1, (20, 2))
    >>> found = separation(np.concatenate([near, far]), [False] * 40 + [True] * 20)
    >>> found.linear_auroc, found.energy_p
    (1.0, 0.001)
    """
    rows = standardised(matrix("latents", latent))
    anomaly = two_groups(labels, len(rows), least=2)
    random = np.random.default_rng(seed)
    chosen = thinned(anomaly, len(rows), most, random)
    distances = _distances(rows[chosen])
    energy, coefficient, p = _energy(distances, anomaly[chosen], permutations, random)
    return Separation(
        silhouette=_silhouette(distances, anomaly[chosen]),
        linear_auroc=_linear_auroc(rows, anomaly, seed),
        energy_distance=energy,
        energy_coefficient=coefficient,
        energy_p=p,
        rows=len(chosen),
        normal=int((~anomaly).sum()),
        anomalies=int(anomaly.sum()),
    )


def _distances(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.spatial.distance import pdist, squareform

    # Not by the expanded square: its cancellation leaves rows of one place apart, and the diagonal above zero.
    between: NDArray[np.float64] = squareform(pdist(rows))
    return between


def _silhouette(distances: NDArray[np.float64], anomaly: NDArray[np.bool_]) -> float:
    from sklearn.metrics import silhouette_score

    if not distances.any():
        return 0.0
    return float(silhouette_score(distances, anomaly, metric="precomputed"))


def _linear_auroc(rows: NDArray[np.float64], anomaly: NDArray[np.bool_], seed: int) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    folds = StratifiedKFold(min(FOLDS, int(anomaly.sum()), int((~anomaly).sum())), shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1_000))
    with threadpool_limits(1):  # the steps of a fit this small wait for threads longer than they compute
        scores = cross_val_predict(model, rows, anomaly, cv=folds, method="decision_function")
    return float(roc_auc_score(anomaly, scores))


def _energy(
    distances: NDArray[np.float64], anomaly: NDArray[np.bool_], permutations: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Return the energy distance, its share of the greatest it could be, and the p of a difference by chance."""
    shuffled = random.permuted(np.tile(anomaly, (permutations, 1)), axis=1)
    groups = np.concatenate([anomaly[None], shuffled]).astype(np.float64)
    first, second = groups[0].sum(), (1 - groups[0]).sum()
    # One product for every labelling: sums of distances within the anomalies, across, and within the normal rows.
    within = np.einsum("pk,pk->p", groups @ distances, groups)
    across = groups @ distances.sum(axis=1) - within
    others = distances.sum() - 2 * across - within
    statistics = 2 * across / (first * second) - within / first**2 - others / second**2
    observed = float(max(statistics[0], 0.0))  # never below zero but for rounding
    between = float(across[0] / (first * second))
    beyond = int((statistics[1:] >= observed - _ROUNDING * between).sum())
    return observed, observed / (2 * between) if between > 0 else 0.0, (1 + beyond) / (1 + permutations)
