"""Facts about a deliberately bad latent space beside that of the same network without the penalty.

Errors are mean squared errors per feature: lower is better. A row's anomaly score is its squared error: higher is more
anomalous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.studies.evidence import Compared, Estimate
from trasunto.studies.separation_facts import Map

Arm = Literal["bad", "control"]

Rule = Literal["unused", "collapsed", "worthless"]

COMPARED = ("used", "effective_dimension", "test_error", "auroc", "average_precision")
"""What of the two arms is compared with a test."""


@dataclass(frozen=True)
class Limits:
    """When a seed's latent space is called bad: where one of its numbers lies below its limit.

    Attributes
    ----------
    used
        Share of the latent units that are neither dead nor repeat another ("unused").
    dimensions
        Effective dimension of the latent ("collapsed").
    worth
        Principal components that reconstruct as well as the network does, as a share of the most that the latent could
        be worth: its units, or the features where these are fewer ("worthless").
    """

    used: float
    dimensions: float
    worth: float


@dataclass(frozen=True)
class Fault:
    """A rule that a space broke in most of its seeds: in how many, and the mean over seeds of what it looks at."""

    rule: Rule
    value: float
    limit: float
    seeds: int


@dataclass(frozen=True)
class Unit:
    """One latent unit of the first seed's network.

    Attributes
    ----------
    active, active_anomalies
        Share of the held-out normal rows, and of the anomalies, for which its output is not zero.
    deviation
        Standard deviation of its output over the held-out normal rows.
    """

    active: float
    active_anomalies: float
    deviation: float


@dataclass(frozen=True)
class Detection:
    """How well the first seed's squared errors tell anomalies from normal rows, with bootstrap intervals over rows."""

    auroc: float
    auroc_low: float
    auroc_high: float
    average_precision: float
    average_precision_low: float
    average_precision_high: float


@dataclass(frozen=True)
class LinearDetection:
    """How well the squared error of PCA with so many components tells anomalies from normal rows."""

    components: int
    auroc: float
    average_precision: float


@dataclass(frozen=True)
class Errors:
    """Squared errors of the first seed's network by kind of row.

    Attributes
    ----------
    edges
        Bounds of the histogram's bins, ascending, one more than there are bins; both arms share them.
    normals, anomalies
        How many rows fall into each bin.
    some_normals, some_anomalies
        The errors of a few rows, to be drawn one by one.
    """

    edges: tuple[float, ...]
    normals: tuple[int, ...]
    anomalies: tuple[int, ...]
    some_normals: tuple[float, ...]
    some_anomalies: tuple[float, ...]


@dataclass(frozen=True)
class Space:
    """The latent space of one arm.

    Attributes
    ----------
    l1
        Weight of the latent layer's activity L1.
    dead, duplicates, used
        Latent units that never vary, that repeat another, and that do neither.
    worth
        The fewest principal components that leave no more error of the held-out rows than the network; 0 where it does
        no better than the mean of every feature.
    train_loss, test_loss
        With the penalty, as Keras reports them.
    train_error, test_error
        Without it.
    auroc, average_precision
        Of the squared errors.
    faults
        The rules that most seeds break; none where the space is sound.
    units
        Of the first seed, those that respond to most rows first.
    untrained
        `test_error` before training, mean over seeds; None where it is not known.
    """

    arm: Arm
    network: str
    l1: float
    latent: int
    parameters: int
    dead: Estimate
    duplicates: Estimate
    used: Estimate
    effective_dimension: Estimate
    worth: Estimate
    train_loss: Estimate
    test_loss: Estimate
    train_error: Estimate
    test_error: Estimate
    auroc: Estimate
    average_precision: Estimate
    faults: tuple[Fault, ...]
    first: Detection
    units: tuple[Unit, ...]
    errors: Errors
    untrained: float | None = None

    @property
    def bad(self) -> bool:
        """Whether most seeds break a rule."""
        return bool(self.faults)


@dataclass(frozen=True, kw_only=True)
class Change(Compared):
    """What the penalty does to one number: bad minus control."""

    what: str


@dataclass(frozen=True)
class Facts:
    """A bad latent space and its control.

    Attributes
    ----------
    seeds
        That both arms finished, out of `asked`.
    normals, anomalies
        How many held-out normal rows and anomalies there are.
    linear
        Error of the held-out rows after 0, 1, 2, ... principal components; 0 is the mean of every feature.
    linear_detection
        Detection by PCA's squared error with as many components as the bad space is worth, at least one.
    spaces
        Bad, then control; none where no seed finished.
    """

    epochs: int
    asked: int
    seeds: int
    features: int
    normals: int
    anomalies: int
    limits: Limits
    linear: tuple[float, ...]
    linear_detection: LinearDetection | None
    spaces: tuple[Space, ...]
    changes: tuple[Change, ...]
    maps: tuple[Map, ...]

    def arm(self, arm: Arm) -> Space:
        """Return one of the two spaces."""
        return next(space for space in self.spaces if space.arm == arm)


def worth(error: float, linear: Sequence[float]) -> int:
    """Return the fewest principal components that leave no more than `error`; all of them where none do.

    Examples
    --------
    >>> worth(0.5, (1.0, 0.6, 0.4, 0.0)), worth(1.2, (1.0, 0.6, 0.4, 0.0))
    (2, 0)
    """
    return next((count for count, left in enumerate(linear) if left <= error), len(linear) - 1)


def faults(
    used: Sequence[float],
    dimensions: Sequence[float],
    components: Sequence[float],
    most: tuple[int, int],
    limits: Limits,
) -> tuple[Fault, ...]:
    """Return the rules that most seeds break, from each seed's units in use, effective dimension and worth.

    `most` is how many units there are, and the most components that the latent could be worth.
    """
    units, at_most = most
    judged: tuple[tuple[Rule, NDArray[np.float64], float], ...] = (
        ("unused", np.asarray(used, dtype=np.float64) / units, limits.used),
        ("collapsed", np.asarray(dimensions, dtype=np.float64), limits.dimensions),
        ("worthless", np.asarray(components, dtype=np.float64) / at_most, limits.worth),
    )
    broken = ((rule, values, limit, int((values < limit).sum())) for rule, values, limit in judged)
    return tuple(
        Fault(rule, float(values.mean()), limit, seeds)
        for rule, values, limit, seeds in broken
        if 2 * seeds > len(values)
    )


def changes(bad: Space, control: Space) -> tuple[Change, ...]:
    """Return what the penalty changes, tested together."""
    number: Callable[[Space, str], Sequence[float]] = lambda space, what: getattr(space, what).by_seed  # noqa: E731
    tested = adjust(paired(number(bad, what), number(control, what), family=len(COMPARED)) for what in COMPARED)
    return tuple(Change.of(difference, what=what) for what, difference in zip(COMPARED, tested, strict=True))
