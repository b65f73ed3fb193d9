"""The card transactions: splits of the normal rows, candidates judged without a fraud, and what frauds say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scripts.detection.candidates import Candidate
from scripts.detection.choice import Judged, judged
from trasunto import AutoencoderDetector, Recipe, load
from trasunto.analysis.detection import DetectionDifference, paired_difference
from trasunto.analysis.detection_baselines import isolation_forest_scores, pca_scores

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]

LEAST = (0.96, 0.90)
"""What is promised of the choice: mean AUROC and mean average precision over splits."""


class Measured(NamedTuple):
    """AUROC and average precision of some scores on the held-out rows and the frauds."""

    auroc: float
    average_precision: float


class BestPca(NamedTuple):
    """PCA with the number of components that is best BY THE LABELS, for AUROC and for average precision apart."""

    components: tuple[int, int]
    measured: Measured
    scores: tuple[Scores, Scores]


class Beside(NamedTuple):
    """Some scores, and they minus the PCA that is best in AUROC and the one that is best in average precision."""

    measured: Measured
    auroc: DetectionDifference
    average_precision: DetectionDifference


class Split(NamedTuple):
    """One split of the normal rows.

    Attributes
    ----------
    train
        Normal rows to train on, (n, d), standardised.
    rows, labels
        Held-out normal rows and all frauds, by the same scale, and which they are.
    """

    train: Scores
    rows: Scores
    labels: Labels

    def measured(self, scores: Scores) -> Measured:
        """Measure scores (n,) of the rows by the labels."""
        from sklearn.metrics import average_precision_score, roc_auc_score

        return Measured(float(roc_auc_score(self.labels, scores)), float(average_precision_score(self.labels, scores)))

    def beside(self, scores: Scores, pca: BestPca) -> Beside:
        """Measure scores (n,) of the rows beside the best PCA; 95 % intervals over rows, paired."""
        differences = [paired_difference(scores, best, self.labels) for best in pca.scores]
        return Beside(self.measured(scores), *differences)


def splits(count: int) -> list[Split]:
    """Split the normal rows at random, four fifths to train on, so many times."""
    return [_split(seed) for seed in range(count)]


def _split(seed: int) -> Split:
    table = load("creditcard", seed=seed)
    assert table.test is not None
    assert table.anomalies is not None
    labels = np.repeat([False, True], [table.test.n, table.anomalies.n])
    return Split(table.x, np.concatenate([table.test.x, table.anomalies.x]), labels)


def candidates(recipes: Sequence[Recipe], among: Sequence[Split]) -> Iterator[dict[Candidate, Judged]]:
    """Judge recipes on each split; the labels are not looked at."""
    return (judged(recipes, split.train, split.rows, seed) for seed, split in enumerate(among))


def usual(split: Split, seed: int) -> Scores:
    """Return the scores of the usual detector, trained on all training rows."""
    scores: Scores = -AutoencoderDetector(random_state=seed).fit(split.train).score_samples(split.rows)
    return scores


def rivals(split: Split, seed: int) -> dict[str, Scores]:
    """Return the scores of what else there is but PCA, by name."""
    return {
        "isolation forest": isolation_forest_scores(split.train, split.rows, seed),
        "sum of squared z-scores": np.square(split.rows).sum(axis=1),
    }


def best_pca(split: Split) -> BestPca:
    """Return the PCA that nobody could have chosen without the labels."""
    scores = pca_scores(split.train, split.rows, range(1, split.train.shape[1]))
    measured = {count: split.measured(values) for count, values in scores.items()}
    first = max(measured, key=lambda count: measured[count].auroc)
    second = max(measured, key=lambda count: measured[count].average_precision)
    best = Measured(measured[first].auroc, measured[second].average_precision)
    return BestPca((first, second), best, (scores[first], scores[second]))


def shortfalls(found: Sequence[Beside]) -> list[str]:
    """Say in which ways what was found on the splits falls short of what is promised."""
    means = np.mean([one.measured for one in found], axis=0)
    named = zip(("AUROC", "average precision"), means, LEAST, strict=True)
    below = [f"mean {name} is {mean:.4f}, below {least:.2f}" for name, mean, least in named if mean < least]
    worse = [number for number, one in enumerate(found) if one.auroc.auroc_high < 0]
    return [*below, *(f"AUROC is below the best PCA's in split {number}" for number in worse)]
