"""Anomalies made of normal rows: the four kinds of ADBench, after a mixture of Gaussians fitted to those rows.

References
----------
S. Han, X. Hu, H. Huang, M. Jiang, Y. Zhao: ADBench: Anomaly Detection Benchmark, NeurIPS 2022, section 3.2.
G. Steinbuss, K. Böhm: Benchmarking Unsupervised Outlier Detection with Realistic Synthetic Data, TKDD 2021.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]

COMPONENTS = 5
STRETCH = 5.0
"""Local anomalies have so many times the covariance, clustered ones so many times the mean; ADBench's alpha."""
BEYOND = 1.1
"""Global anomalies are spread over so many times the range of the rows."""
REGULAR = 1e-3
"""Added to the mixture's variances; the rows are standardised."""


def imitations(rows: Rows, count: int, seed: int) -> dict[str, Rows]:
    """Make anomalies of each kind from standardised normal rows (n, d).

    Dependency anomalies draw every feature from another row: ADBench smooths each with a kernel first, which in heavy
    tails is another anomaly.

    Returns
    -------
    dict of str to array, (count, d)
        "local", "clustered", "global" and "dependency".
    """
    from sklearn.mixture import GaussianMixture

    random = np.random.default_rng(seed)
    mixture = GaussianMixture(COMPONENTS, reg_covar=REGULAR, random_state=seed).fit(rows)
    component = random.choice(COMPONENTS, count, p=mixture.weights_ / mixture.weights_.sum())
    means, roots = mixture.means_[component], np.linalg.cholesky(mixture.covariances_)[component]
    noise = np.einsum("nij,nj->ni", roots, random.standard_normal(means.shape))
    parents = random.integers(len(rows), size=means.shape)
    return {
        "local": means + np.sqrt(STRETCH) * noise,
        "clustered": STRETCH * means + noise,
        "global": random.uniform(BEYOND * rows.min(axis=0), BEYOND * rows.max(axis=0), means.shape),
        "dependency": np.take_along_axis(rows, parents, axis=0),
    }
