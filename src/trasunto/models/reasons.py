"""Why rows are strange, column by column, in the units of the rows as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trasunto.analysis.explanation import FeatureExplanation, explain_row
from trasunto.models.scoring import Spans
from trasunto.spec.rules import Number

if TYPE_CHECKING:
    from trasunto.models.model import Model


MOST = Number("how many columns an explanation names", low=1, high=10**9, whole=True)


@dataclass(frozen=True)
class Reasons:
    """What there is to say of one row.

    Attributes
    ----------
    score, flagged
        How strange it is, and whether that is above the threshold.
    features
        Its columns, the one with the rarest error first.
    """

    score: float
    flagged: bool
    features: tuple[FeatureExplanation, ...]

    def __str__(self) -> str:
        return " ".join(feature.sentence for feature in self.features)


def reasons(model: Model, shown: Sequence[Sequence[object]], x: np.ndarray, most: int) -> tuple[Reasons, ...]:
    """Explain every row, each by its `most` strangest columns.

    Parameters
    ----------
    shown
        n rows of k values, in the columns' own units.
    x
        (n, d) the same rows, prepared.

    Raises
    ------
    TrasuntoError
        No column is asked for.
    """
    MOST.check("most", most)
    way = model.entrance
    if not len(x):
        return ()
    seen = model.judgement.look(model.networks, x, way.spans)
    flagged, expected = model.threshold.flagged(seen.scores), way.restored(seen.made)
    likely = _probabilities(way.spans, x, seen.made)
    return tuple(
        Reasons(
            float(seen.scores[row]),
            bool(flagged[row]),
            explain_row(way.names, shown[row], expected[row], seen.errors[row], model.judgement.usual, (), likely[row])[
                :most
            ],
        )
        for row in range(len(x))
    )


def _probabilities(spans: Spans, x: np.ndarray, made: np.ndarray) -> list[list[float | None]]:
    """Return the probability that each row's own category has in its reconstruction, n lists of k; None for numbers."""
    columns: list[list[float | None]] = []
    for start, stop in spans:
        own = x[:, start:stop] > 0
        known = (own.sum(axis=1) == 1) & (stop - start > 1)
        given = (made[:, start:stop] * own).sum(axis=1).tolist()
        columns.append([value if there else None for value, there in zip(given, known.tolist(), strict=True)])
    return [list(values) for values in zip(*columns, strict=True)]
