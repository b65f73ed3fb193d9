"""Facts about a detector.

Scores are higher the stranger a row is. Detection is measured on held-out normal rows and the known anomalies, none of
which was trained on; intervals are 95 % over those rows, for these very networks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.detection import Detection, DetectionDifference, detection, paired_difference
from trasunto.analysis.detection_baselines import best_pca, isolation_forest_scores, pca_scores
from trasunto.models.strangest import StrangeRow

if TYPE_CHECKING:
    from trasunto.analysis.thresholds import Threshold
    from trasunto.data import Table
    from trasunto.models.model import Model

FOREST = "isolation forest"
BINS = 60


@dataclass(frozen=True)
class Rival:
    """A detector beside ours.

    Attributes
    ----------
    name
        What it is.
    detection
        How well it tells anomalies.
    difference
        Ours minus it, on the same rows.
    """

    name: str
    detection: Detection
    difference: DetectionDifference


@dataclass(frozen=True)
class AtThreshold:
    """What the threshold does on held-out normal rows and known anomalies.

    Attributes
    ----------
    alarms, normal
        Normal rows flagged, and all of them.
    found, anomalies
        Anomalies flagged, and all of them; None and 0 where none are known.
    """

    alarms: int
    normal: int
    found: int
    anomalies: int

    @property
    def false_alarm_rate(self) -> float:
        """Return the share of normal rows that are flagged."""
        return self.alarms / self.normal

    @property
    def recall(self) -> float | None:
        """Return the share of anomalies that are flagged."""
        return self.found / self.anomalies if self.anomalies else None

    @property
    def precision(self) -> float | None:
        """Return the share of anomalies among what is flagged."""
        flagged = self.alarms + self.found
        return self.found / flagged if self.anomalies and flagged else None


@dataclass(frozen=True)
class Histogram:
    """How many rows have a score between neighbouring edges.

    Attributes
    ----------
    edges
        Ascending, evenly spaced in the logarithm; scores beyond the ends are counted in the outermost bins.
    normal, anomalies
        Rows of each in every bin.
    """

    edges: tuple[float, ...]
    normal: tuple[int, ...]
    anomalies: tuple[int, ...]


@dataclass(frozen=True)
class Facts:
    """What a detector is worth.

    Attributes
    ----------
    trained, features
        Training rows, and features of each.
    networks, score
        How many networks there are of each kind, and how a score is made of their reconstructions.
    threshold
        Above which a row is flagged, with what it promises.
    at_threshold
        What it does on rows that were not trained on; None where there are none.
    detection
        How well anomalies are told, whatever the threshold; None where none are known.
    rivals
        The same for PCA and for an isolation forest.
    histogram
        Of the scores of held-out rows, or of the training rows where there are none.
    strangest
        The strangest rows with their reasons.
    """

    trained: int
    features: int
    networks: dict[str, int]
    score: str
    threshold: Threshold
    at_threshold: AtThreshold | None
    detection: Detection | None
    rivals: tuple[Rival, ...]
    histogram: Histogram
    strangest: tuple[StrangeRow, ...] = field(metadata={"rows": True})

    def rival(self, name: str) -> Rival | None:
        """Return the rival of that name, if it was measured."""
        return next((rival for rival in self.rivals if rival.name == name), None)


def measure(model: Model, table: Table, strangest: tuple[StrangeRow, ...]) -> Facts:
    """Measure a detector on the held-out rows and the anomalies of the table that it was trained on."""
    scores = {part: _scores(model, rows) for part, rows in (("normal", table.test), ("strange", table.anomalies))}
    normal, strange = scores["normal"], scores["strange"]
    both = np.concatenate([normal, strange])
    labels = np.repeat([False, True], [len(normal), len(strange)])
    known = bool(len(normal) and len(strange))
    return Facts(
        trained=model.n,
        features=table.d,
        networks=dict(Counter(str(course.recipe.network) for course in model.courses)),
        score=model.judgement.kind,
        threshold=model.threshold,
        at_threshold=_at_threshold(model, normal, strange),
        detection=detection(both, labels) if known else None,
        rivals=_rivals(table, both, labels, latent=model.recipe.network.encoder[-1].units) if known else (),
        histogram=_histogram(normal if len(normal) else _scores(model, table), strange, model.threshold.value),
        strangest=strangest,
    )


def _scores(model: Model, rows: Table | None) -> NDArray[np.float64]:
    return np.zeros(0) if rows is None else model.score_prepared(rows.values(dtype=model.networks[0].dtype))


def _at_threshold(model: Model, normal: NDArray[np.float64], strange: NDArray[np.float64]) -> AtThreshold | None:
    if not len(normal):
        return None
    flagged = model.threshold.flagged
    return AtThreshold(int(flagged(normal).sum()), len(normal), int(flagged(strange).sum()), len(strange))


def _rivals(table: Table, ours: NDArray[np.float64], labels: NDArray[np.bool_], *, latent: int) -> tuple[Rival, ...]:
    assert table.test is not None
    assert table.anomalies is not None
    train = table.values(dtype=np.float64)
    rows = np.concatenate([table.test.values(dtype=np.float64), table.anomalies.values(dtype=np.float64)])
    theirs = {FOREST: isolation_forest_scores(train, rows)}
    if latent < table.d:
        theirs[f"PCA ({_components(latent)}, as many as latent units)"] = pca_scores(train, rows, [latent])[latent]
    if table.d > 1:
        linear = best_pca(train, rows, labels)
        theirs[f"PCA ({_components(linear.components)}, chosen by these labels)"] = linear.scores
    return tuple(
        Rival(name, detection(scores, labels), paired_difference(ours, scores, labels))
        for name, scores in theirs.items()
    )


def _components(count: int) -> str:
    return f"{count} component{'' if count == 1 else 's'}"


def _histogram(normal: NDArray[np.float64], strange: NDArray[np.float64], threshold: float) -> Histogram:
    positive = np.concatenate([normal, strange, [threshold]])
    positive = positive[positive > 0]
    low, high = (float(positive.min()), float(positive.max())) if positive.size else (1.0, 1.0)
    edges = np.geomspace(low, high if high > low else 2 * low, BINS + 1)
    counts = [np.histogram(scores.clip(edges[0], edges[-1]), edges)[0] for scores in (normal, strange)]
    return Histogram(tuple(edges.tolist()), *(tuple(one.tolist()) for one in counts))
