"""How far normal and anomalous rows stand apart in the latent spaces of several networks, as facts.

Nothing is trained and nothing is said here. Every measure points the same way: higher is further apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import Difference, adjust, interval, paired

Name = Literal["linear_auroc", "silhouette", "energy_coefficient"]

MEASURES: tuple[Name, ...] = get_args(Name)
"""The ways in which separation is measured, as `analysis.separation` names them.

Of the energy distance it is the coefficient (0..1), for the distance itself grows with the number of latent units.
"""

Varied = Literal["layers", "latent"]

Kind = Literal["more", "less", "alike", "open"]

DECIMALS = 3
"""Points of a picture are kept to this many decimals."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Measured:
    """One measure of one space: mean over seeds with its t-interval (None with one seed), and each seed's value."""

    measure: Name
    mean: float
    low: float | None
    high: float | None
    by_seed: tuple[float, ...]


@dataclass(frozen=True)
class Space:
    """The latent space of one network.

    Attributes
    ----------
    layers
        Hidden layers before the latent one.
    latent
        Latent units.
    test_error, low, high
        Mean squared error per feature of the held-out normal rows: mean over seeds and its t-interval.
    used
        Latent units that neither are dead nor repeat another, mean over seeds.
    effective_dimension
        Mean over seeds.
    energy_p
        Largest over seeds: p of the energy distance, were both kinds of rows alike.
    measures
        In the order of `MEASURES`.
    untrained
        `test_error` before training; None where it is not known.
    pca
        The error of the same rows after PCA with as many components; None where it was not measured.
    """

    layers: int
    latent: int
    network: str
    parameters: int
    test_error: float
    low: float | None
    high: float | None
    used: float
    effective_dimension: float
    energy_p: float
    measures: tuple[Measured, ...]
    untrained: float | None = None
    pca: float | None = None

    def of(self, measure: Name) -> Measured:
        """Return one of the measures."""
        return next(one for one in self.measures if one.measure == measure)


@dataclass(frozen=True)
class Reference:
    """The same measures without a network: of the features as they are, or of principal components of them."""

    name: str
    dimensions: int
    linear_auroc: float
    silhouette: float
    energy_coefficient: float


@dataclass(frozen=True)
class Contrast:
    """What going from one space to the next does to one measure.

    Attributes
    ----------
    first, second
        Which spaces, counted from 0.
    difference, low, high
        Second minus first, paired over seeds, with its t-interval: above 0, the second separates more.
    effect, p, adjusted, test
        Cohen's d over pairs, p of a zero difference, and p after Holm over all contrasts.
    worthwhile
        How large a difference must be to matter.
    kind
        "more" or "less": told from zero, and large enough to matter; "alike": the whole interval is too small to
        matter; "open": these seeds cannot say.
    """

    measure: Name
    first: int
    second: int
    difference: float
    low: float | None
    high: float | None
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str
    worthwhile: float
    kind: Kind


@dataclass(frozen=True)
class Map:
    """One space drawn in two dimensions: the first seed's, some normal rows and some anomalies.

    Attributes
    ----------
    space
        Which space, counted from 0.
    explained
        Share of the latent variance that each axis shows; None for t-SNE, whose axes mean nothing.
    """

    space: int
    method: Literal["pca", "tsne"]
    explained: tuple[float, float] | None
    normals: Points
    anomalies: Points


@dataclass(frozen=True)
class Facts:
    """How far apart the rows stand, in spaces that differ in `varied` only.

    Attributes
    ----------
    seeds
        That every network finished, out of `asked`; a seed that diverged in one network is left out of all.
    lost
        Layers or latent units of the networks left out because they diverged with every seed, or with too many.
    normals, anomalies
        How many rows of each kind were measured.
    spaces
        By layers or latent units, ascending; none where no seed finished.
    """

    varied: Varied
    epochs: int
    asked: int
    seeds: int
    normals: int
    anomalies: int
    spaces: tuple[Space, ...]
    references: tuple[Reference, ...]
    contrasts: tuple[Contrast, ...]
    maps: tuple[Map, ...]
    lost: tuple[int, ...] = ()

    def between(self, first: int, second: int) -> tuple[Contrast, ...]:
        """Return the contrasts of two spaces, in the order of `MEASURES`."""
        return tuple(one for one in self.contrasts if (one.first, one.second) == (first, second))


@dataclass(frozen=True, eq=False)
class Seen:
    """What was measured of one network: its size, and by seed everything that :class:`Space` sums up.

    Attributes
    ----------
    separation
        Every measure, (seeds,) each.
    """

    layers: int
    latent: int
    network: str
    parameters: int
    test_error: Sequence[float]
    used: Sequence[float]
    effective_dimension: Sequence[float]
    energy_p: Sequence[float]
    separation: Mapping[Name, Sequence[float]]
    untrained: float | None = None
    pca: float | None = None


def measure(
    seen: Sequence[Seen],
    references: Sequence[Reference],
    maps: Sequence[Map],
    *,
    varied: Varied,
    epochs: int,
    asked: int,
    normals: int,
    anomalies: int,
    worthwhile: Sequence[float],
    lost: tuple[int, ...] = (),
) -> Facts:
    """Return the facts of networks in ascending order, all with the same seeds; none where no seed finished.

    `worthwhile` is in the order of `MEASURES`.
    """
    spaces = tuple(map(_space, seen))
    return Facts(
        varied=varied,
        epochs=epochs,
        asked=asked,
        seeds=len(seen[0].test_error) if seen else 0,
        normals=normals,
        anomalies=anomalies,
        spaces=spaces,
        references=tuple(references),
        contrasts=contrasts(spaces, dict(zip(MEASURES, worthwhile, strict=True))),
        maps=tuple(maps),
        lost=lost,
    )


def contrasts(spaces: Sequence[Space], worthwhile: Mapping[Name, float]) -> tuple[Contrast, ...]:
    """Return every measure's difference between neighbouring spaces, tested together."""
    asked = [(name, first, second) for first, second in pairwise(range(len(spaces))) for name in MEASURES]
    tested = adjust(
        paired(spaces[second].of(name).by_seed, spaces[first].of(name).by_seed, family=len(asked))
        for name, first, second in asked
    )
    return tuple(
        _contrast(name, first, second, difference, worthwhile[name])
        for (name, first, second), difference in zip(asked, tested, strict=True)
    )


def points(projected: NDArray[np.floating], anomalous: NDArray[np.bool_]) -> tuple[Points, Points]:
    """Return the points (n, 2) of the normal rows and of the anomalies, rounded."""
    rounded = np.round(np.asarray(projected, dtype=np.float64), DECIMALS)
    normals, anomalies = (tuple(map(tuple, rounded[chosen].tolist())) for chosen in (~anomalous, anomalous))
    return normals, anomalies


def _space(seen: Seen) -> Space:
    error = interval(seen.test_error)
    return Space(
        layers=seen.layers,
        latent=seen.latent,
        network=seen.network,
        parameters=seen.parameters,
        test_error=error.mean,
        low=error.low,
        high=error.high,
        used=interval(seen.used).mean,
        effective_dimension=interval(seen.effective_dimension).mean,
        energy_p=max(seen.energy_p),
        measures=tuple(_measured(name, seen.separation[name]) for name in MEASURES),
        untrained=seen.untrained,
        pca=seen.pca,
    )


def _measured(name: Name, values: Sequence[float]) -> Measured:
    over_seeds = interval(values)
    return Measured(name, over_seeds.mean, over_seeds.low, over_seeds.high, tuple(map(float, values)))


def _contrast(name: Name, first: int, second: int, difference: Difference, worthwhile: float) -> Contrast:
    return Contrast(
        measure=name,
        first=first,
        second=second,
        difference=difference.mean,
        low=difference.low,
        high=difference.high,
        effect=difference.effect,
        p=difference.p,
        adjusted=difference.adjusted,
        test=difference.test,
        worthwhile=worthwhile,
        kind=_kind(difference, worthwhile),
    )


def _kind(difference: Difference, worthwhile: float) -> Kind:
    if difference.distinguishable and abs(difference.mean) >= worthwhile:
        return "more" if difference.mean > 0 else "less"
    low, high = difference.low, difference.high
    if low is not None and high is not None and -worthwhile < low and high < worthwhile:
        return "alike"
    return "open"
