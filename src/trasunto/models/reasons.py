"""Why rows are strange, column by column, in the units of the rows as they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.analysis.explanation import FeatureExplanation, explain_row
from trasunto.errors import TrasuntoError
from trasunto.models.scoring import errors_of, finite

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


def reasons(model: Model, x: Any, most: int) -> tuple[Reasons, ...]:
    """Explain every row of a frame or an array (n, d), each by its `most` strangest columns.

    Raises
    ------
    TrasuntoError
        Rows that the model does not take, or no column is asked for.
    """
    if most < 1:
        raise TrasuntoError(f"{most} reasons are asked for; at least 1 is needed")
    rows, way = model.admit(x), model.entrance
    scores = model.judgement.score(model.networks, rows, way.spans)
    flagged = model.threshold.flagged(scores)
    if not len(rows):
        return ()
    each = [finite(network.reconstruct(rows)) for network in model.networks]
    each = [finite(network.reconstruct(rows)) for network in model.networks]
    errors = np.mean([errors_of(rows, made, way.spans) for made in each], axis=0)
    made = np.asarray(each, dtype=np.float64).mean(axis=0)
    names, values, expected = way.names, way.shown(x, rows), way.restored(made)
    return tuple(
        Reasons(
            float(scores[row]),
            bool(flagged[row]),
            explain_row(names, values[row], expected[row], errors[row], model.judgement.usual)[:most],
        )
        for row in range(len(rows))
    )
