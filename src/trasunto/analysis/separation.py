"""Separation of anomalies from normal rows in latent space: silhouette, linear AUROC, energy distance.

All three are higher for groups further apart, and can disagree. The silhouette asks whether each group is a cluster,
the linear AUROC whether a hyperplane separates them, the energy distance whether their distributions differ at all;
only the last has a significance test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import matrix, standardised, thinned, two_groups

MOST = 1_000
"""Rows sampled for silhouette and energy distance, half from either group if there are enough."""

PERMUTATIONS = 999

FOLDS = 5

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Separation:
    """Separation of two groups of rows, on standardised latents.

    Attributes
    ----------
    silhouette
        -1..1: mean over the sample of how much nearer a row is to its own group than to the other.
    linear_auroc
        0..1, 0.5 is chance: AUROC of a logistic regression, cross-validated (5 folds).
    energy_distance
        From 0; slightly above it for samples of one distribution. Grows with the square root of the latent size.
    energy_coefficient
        0..1: `energy_distance` over twice the mean distance between the groups. Comparable between latent sizes.
    energy_p
        Permutation p-value of equal distributions; at least 1 / (1 + permutations).
    rows
        Number of rows sampled for distances.
    normal, anomalies
        Number of rows of each group.
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
    """Measure the separation of anomalies from normal rows.

    Parameters
    ----------
    latent : array, (n, z)
        Latents of normal rows and anomalies; constant units are ignored.
    labels : array, (n,)
        True (or 1) for an anomaly; at least two of either.
    seed : int
        Seed of the folds, the sample and the permutations.
    most : int
        Sample at most this many rows for distances.
    permutations : int
        Number of permutations.

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

    # Not by the expanded square: its cancellation gives equal rows, and the diagonal, a distance above zero.
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
    """Return the energy distance, the energy coefficient, and the permutation p-value."""
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
