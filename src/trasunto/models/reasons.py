"""Why rows are strange, column by column, in the units of the rows as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trasunto.analysis.explanation import FeatureExplanation, explain_row
from trasunto.errors import TrasuntoError
from trasunto.models.scoring import errors_of, finite, mean_of

if TYPE_CHECKING:
    from trasunto.models.model import Model


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
    if most < 1:
        raise TrasuntoError(f"{most} reasons are asked for; at least 1 is needed")
    way = model.entrance
    scores = model.score_prepared(x)
    flagged = model.threshold.flagged(scores)
    if not len(x):
        return ()
    each = [finite(network.reconstruct(x)) for network in model.networks]
    errors = mean_of([errors_of(x, made, way.spans) for made in each])
    expected = way.restored(mean_of([made.astype(np.float64) for made in each]))
    return tuple(
        Reasons(
            float(scores[row]),
            bool(flagged[row]),
            explain_row(way.names, shown[row], expected[row], errors[row], model.judgement.usual)[:most],
        )
        for row in range(len(x))
    )
