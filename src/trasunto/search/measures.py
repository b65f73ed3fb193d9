"""Measures that designs are ranked by: their directions, their requirements, and their values for a cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trasunto.cohort.outcome import DIVERGED
from trasunto.errors import DataError, RecipeError
from trasunto.spec.legal import LOSS_FIELDS

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.runs.trained import TrainedMember
    from trasunto.spec.space import Space

Source = Literal["curve", "size", "detection", "separation"]

_ROWS = {"test": "held-out rows", "validation": "validation rows", "train": "training rows"}
_CURVES = {"loss": "loss", "error": "error (the loss without penalties)", "accuracy": "accuracy"}

NORMALS = ANOMALIES = 2_000
"""Maximum rows of each kind for measures of separation."""


@dataclass(frozen=True)
class Measure:
    """A number of a network.

    Attributes
    ----------
    name
        Its name in a sweep.
    what
        Its description in sentences and on axes.
    up
        Whether higher is better.
    source
        Its source: training curves, the size of the network, or rows with known anomalies.
    """

    name: str
    what: str
    up: bool
    source: Source

    def better(self, value: float) -> float:
        """Return the value signed so that lower is better."""
        return -value if self.up else value


_ALL = (
    *(
        Measure(f"{rows}_{kind}", f"{what} on {where}", kind == "accuracy", "curve")
        for kind, what in _CURVES.items()
        for rows, where in _ROWS.items()
    ),
    Measure("parameters", "parameters", False, "size"),
    Measure("auroc", "AUROC of anomalies", True, "detection"),
    Measure("average_precision", "average precision of anomalies", True, "detection"),
    Measure("linear_auroc", "linear AUROC of anomalies in latent space", True, "separation"),
    Measure("silhouette", "silhouette of anomalies in latent space", True, "separation"),
    Measure("energy_coefficient", "energy coefficient of anomalies in latent space", True, "separation"),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}


def refuse_unmeasurable(measures: Sequence[Measure], space: Space, table: Table) -> None:
    """Refuse measures that are undefined for this space and these rows.

    Raises
    ------
    TrasuntoError
        The message names the measure and what it lacks.
    """
    varied = [parameter.name for parameter in space.parameters if parameter.name in LOSS_FIELDS]
    for measure in measures:
        rows, _, kind = measure.name.partition("_")
        if measure.source == "curve":
            if varied and kind != "accuracy":
                raise RecipeError(
                    f"measure '{measure.name}' cannot compare networks whose {varied[0]} differs: measure an accuracy, "
                    "detection or separation"
                )
            if kind == "loss" and (weights := _weights_that_vary(space)):
                raise RecipeError(
                    f"measure '{measure.name}' includes penalties, and cannot compare networks in which their weights "
                    f"differ ({', '.join(weights)}): measure {rows}_error, which leaves them out"
                )
            if rows == "test" and table.test is None:
                raise DataError(
                    f"measure '{measure.name}' needs held-out rows, and {table.provenance} has none: hold some out, as "
                    "test = 0.2, or measure validation_loss with validation = 0.2 under recipe"
                )
            if rows == "validation" and not space.fields.get("validation"):
                raise RecipeError(
                    f"measure '{measure.name}' needs validation rows: write validation = 0.2 under recipe"
                )
            labelled = space.fields.get("loss") == "cross_entropy"
            if kind == "accuracy" and not (labelled or space.fields.get("agreement")):
                raise RecipeError(f"measure '{measure.name}' needs agreement = true under recipe")
        elif measure.source in ("detection", "separation"):
            _require_both(measure, table)


def _weights_that_vary(space: Space) -> list[str]:
    """Return the penalties whose weight differs among designs, by their names in recipes."""
    found = []
    for recipe in map(space.recipe, filter(space.admits, space.corners())):
        options = {name: value for name, value in recipe.network.options.items() if not name.endswith(".drop")}
        found.append({"contraction": recipe.contraction} | options)
    names = dict.fromkeys(name for weights in found for name in weights)
    return [name for name in names if len({weights.get(name, 0.0) for weights in found}) > 1]


def _require_both(measure: Measure, table: Table) -> None:
    from trasunto.studies.separation_rows import FEWEST

    for part, what, mend in (
        (table.test, "held-out normal rows", "hold some out, as test = 0.2"),
        (table.anomalies, "anomalies", "name the column of labels and which is normal, as label = 'Class', normal = 0"),
    ):
        if part is None or part.n < FEWEST:
            raise DataError(
                f"measure '{measure.name}' needs at least {FEWEST} {what}, and {table.provenance} has "
                f"{0 if part is None else part.n}: {mend}"
            )


def take(
    cohort: Any, table: Table, measures: Sequence[Measure], score: str, designs: int
) -> dict[str, NDArray[np.float64]]:
    """Return each measure of a cohort's members as (designs, seeds), NaN where a network diverged.

    Parameters
    ----------
    cohort
        Members of recipes x seeds, seeds fastest.
    score
        Anomaly score for measures of detection.
    """
    frame = cohort.frame()
    lost = (frame["status"] == DIVERGED).to_numpy()
    members = cohort.members if any(one.source in _OF_WEIGHTS for one in measures) else []
    found: dict[str, NDArray[np.float64]] = {}
    for source, take_one in _OF_WEIGHTS.items():
        names = [one.name for one in measures if one.source == source]
        if names:
            blank = dict.fromkeys(names, np.nan)
            each = [
                blank if gone else take_one(member, table, score) for member, gone in zip(members, lost, strict=True)
            ]
            found |= {name: np.array([values[name] for values in each]) for name in names}
    for one in measures:
        if one.source in ("curve", "size"):
            found[one.name] = frame[one.name].to_numpy(dtype=np.float64)
    shaped = {name: np.where(lost, np.nan, values).reshape(designs, -1) for name, values in found.items()}
    return {one.name: np.where(np.isfinite(shaped[one.name]), shaped[one.name], np.nan) for one in measures}


def known_rows(table: Table, dtype: DTypeLike = np.float32) -> tuple[np.ndarray, NDArray[np.bool_]]:
    """Return held-out normal rows and anomalies (n, d), and a mask of the anomalies (n,)."""
    assert table.test is not None
    assert table.anomalies is not None
    rows = np.concatenate([part.values(dtype=dtype) for part in (table.test, table.anomalies)])
    return rows, np.repeat([False, True], [table.test.n, table.anomalies.n])


def _detection(member: TrainedMember, table: Table, score: str) -> Mapping[str, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    from trasunto.cohort.application import Applied
    from trasunto.models.scoring import Judgement, spans_of

    network = Applied(member.recipe, member.weights, table.row_shape, table.blocks)
    dtype = next(iter(member.weights.values())).dtype
    spans = spans_of(table.d, table.blocks)
    judgement = Judgement.fit(score, [network], member.member.table.values(dtype=dtype), spans)
    rows, labels = known_rows(table, dtype)
    scores = judgement.score([network], rows, spans)
    return {
        "auroc": float(roc_auc_score(labels, scores)),
        "average_precision": float(average_precision_score(labels, scores)),
    }


def _separation(member: TrainedMember, table: Table, score: str) -> Mapping[str, float]:
    from trasunto.analysis.separation import separation
    from trasunto.studies.separation_rows import rows_apart

    rows = rows_apart(table, "sweep", NORMALS, ANOMALIES)
    found = separation(member.encode(rows.x), rows.anomalous, permutations=1)
    return {name: getattr(found, name) for name in ("linear_auroc", "silhouette", "energy_coefficient")}


_OF_WEIGHTS: dict[str, Callable[[TrainedMember, Table, str], Mapping[str, float]]] = {
    "detection": _detection,
    "separation": _separation,
}
