"""From latents and squared errors to the facts of a bad latent space and its control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.studies.bad_latent_facts import (
    Arm,
    Detection,
    Errors,
    Facts,
    Limits,
    LinearDetection,
    Space,
    Unit,
    changes,
    faults,
    worth,
)
from trasunto.studies.evidence import estimate
from trasunto.studies.separation_facts import Map, points
from trasunto.studies.separation_rows import RowsApart

BINS = 40

SMALLEST = 1e-12
"""Squared errors below this are drawn as this: a logarithmic axis has no place for zero."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What was measured of one arm.

    Attributes
    ----------
    numbers
        By seed, everything of :class:`Space` that is a spread, but `worth`.
    latent
        Of the first seed's network, all rows, (n, z).
    scores
        Its squared errors, (n,).
    untrained
        Error of the held-out rows before training, mean over seeds; None where it is not known.
    """

    arm: Arm
    network: str
    l1: float
    parameters: int
    numbers: Mapping[str, Sequence[float]]
    latent: NDArray[np.floating]
    scores: NDArray[np.float64]
    untrained: float | None = None


def measure(
    seen: Sequence[Seen],
    rows: RowsApart,
    linear: Sequence[float],
    limits: Limits,
    *,
    epochs: int,
    asked: int,
    shown: int,
    detected: LinearDetection | None = None,
) -> Facts:
    """Return the facts of both arms, bad then control; none where no seed finished.

    Parameters
    ----------
    rows
        What latents and scores are of.
    linear
        Error of the held-out normal rows after 0, 1, 2, ... principal components.
    shown
        How many rows of each kind pictures show at most.
    detected
        What PCA's squared error detects.
    """
    spaces: tuple[Space, ...] = ()
    if seen:
        edges = bins([one.scores for one in seen])
        spaces = tuple(_space(one, rows, linear, limits, edges, shown) for one in seen)
    return Facts(
        epochs=epochs,
        asked=asked,
        seeds=len(seen[0].numbers["used"]) if seen else 0,
        features=rows.x.shape[1],
        normals=rows.normals,
        anomalies=rows.anomalies,
        limits=limits,
        linear=tuple(map(float, linear)),
        linear_detection=detected,
        spaces=spaces,
        changes=changes(*spaces) if spaces else (),
        maps=tuple(drawn for place, one in enumerate(seen) for drawn in _maps(place, one, rows, shown)),
    )


def numbers_of(latent: NDArray[np.floating], scores: NDArray[np.float64], rows: RowsApart) -> dict[str, float]:
    """Return what one seed's latent (n, z) and squared errors (n,) say: units in use, and how well anomalies show."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    from trasunto.analysis.latent_usage import usage

    found = usage(latent[~rows.anomalous])
    return {
        "dead": float(len(found.dead)),
        "duplicates": float(found.units - len(found.dead) - len(found.used)),
        "used": float(len(found.used)),
        "effective_dimension": found.effective_dimension,
        "auroc": float(roc_auc_score(rows.anomalous, scores)),
        "average_precision": float(average_precision_score(rows.anomalous, scores)),
    }


def bins(scores: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the bounds of equally wide bins on a logarithmic axis that hold all squared errors."""
    every = np.maximum(np.concatenate(scores), SMALLEST)
    # A little beyond both ends, so that rounding of the bounds loses no row and equal errors have a bin.
    return np.geomspace(every.min() / 1.01, every.max() * 1.01, BINS + 1)


def _space(
    seen: Seen,
    rows: RowsApart,
    linear: Sequence[float],
    limits: Limits,
    edges: NDArray[np.float64],
    shown: int,
) -> Space:
    units, numbers = int(seen.latent.shape[1]), seen.numbers
    components = [float(worth(error, linear)) for error in numbers["test_error"]]
    most = min(units, len(linear) - 1)
    return Space(
        arm=seen.arm,
        network=seen.network,
        l1=seen.l1,
        latent=units,
        parameters=seen.parameters,
        worth=estimate(components),
        faults=faults(numbers["used"], numbers["effective_dimension"], components, (units, most), limits),
        first=_detection(seen.scores, rows),
        units=_units(seen.latent, rows.anomalous),
        errors=_errors(seen.scores, rows, edges, shown),
        untrained=seen.untrained,
        **{name: estimate(values) for name, values in numbers.items()},
    )


def _detection(scores: NDArray[np.float64], rows: RowsApart) -> Detection:
    from trasunto.analysis.detection import detection

    found = detection(scores, rows.anomalous)
    return Detection(
        auroc=found.auroc,
        auroc_low=found.auroc_low,
        auroc_high=found.auroc_high,
        average_precision=found.average_precision,
        average_precision_low=found.ap_low,
        average_precision_high=found.ap_high,
    )


def _units(latent: NDArray[np.floating], anomalous: NDArray[np.bool_]) -> tuple[Unit, ...]:
    """Return the units of a latent (n, z), those that respond to most normal rows first."""
    responds = latent != 0
    active, strange = responds[~anomalous].mean(axis=0), responds[anomalous].mean(axis=0)
    deviation = latent[~anomalous].std(axis=0, dtype=np.float64)
    order = np.lexsort((-deviation, -active))
    return tuple(
        Unit(round(float(active[unit]), 4), round(float(strange[unit]), 4), float(f"{deviation[unit]:.4g}"))
        for unit in order
    )


def _errors(scores: NDArray[np.float64], rows: RowsApart, edges: NDArray[np.float64], shown: int) -> Errors:
    drawn = np.maximum(scores, SMALLEST)
    normals, anomalies = (np.histogram(drawn[chosen], edges)[0] for chosen in (~rows.anomalous, rows.anomalous))
    few = rows.few(shown, shown)
    kind = rows.anomalous[few]
    return Errors(
        edges=tuple(edges.tolist()),
        normals=tuple(normals.tolist()),
        anomalies=tuple(anomalies.tolist()),
        some_normals=_short(drawn[few][~kind]),
        some_anomalies=_short(drawn[few][kind]),
    )


def _short(errors: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{error:.4g}") for error in errors)


def _maps(place: int, seen: Seen, rows: RowsApart, shown: int) -> Iterator[Map]:
    from trasunto.analysis.projection import project

    few = rows.few(shown, shown)
    drawn = project(seen.latent[few], method="pca")
    yield Map(place, "pca", drawn.explained, *points(drawn.points, rows.anomalous[few]))
