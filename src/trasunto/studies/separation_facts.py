"""Facts about the separation of normal rows and anomalies in the latent spaces of several networks.

Every measure points the same way: higher is further apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.studies.evidence import Compared, Estimate, estimate

Name = Literal["linear_auroc", "silhouette", "energy_coefficient"]

MEASURES: tuple[Name, ...] = get_args(Name)
"""The ways in which separation is measured, as `analysis.separation` names them.

Of the energy distance it is the coefficient (0..1), for the distance itself grows with the number of latent units.
"""

Varied = Literal["layers", "latent"]

DECIMALS = 3
"""Points of a picture are kept to this many decimals."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Space:
    """The latent space of one network.

    Attributes
    ----------
    layers
        Hidden layers before the latent one.
    latent
        Latent units.
    test_error
        Mean squared error per feature of the held-out normal rows.
    used
        Latent units that neither are dead nor repeat another, mean over seeds.
    effective_dimension
        Mean over seeds.
    energy_p
        Largest over seeds: p of the energy distance, were both kinds of rows alike.
    measures
        By name, in the order of `MEASURES`.
    untrained
        Mean test error before training; None where it is not known.
    pca
        The error of the same rows after PCA with as many components; None where it was not measured.
    """

    layers: int
    latent: int
    network: str
    parameters: int
    test_error: Estimate
    used: float
    effective_dimension: float
    energy_p: float
    measures: Mapping[Name, Estimate]
    untrained: float | None = None
    pca: float | None = None


@dataclass(frozen=True)
class Reference:
    """The same measures without a network: of the features as they are, or of principal components of them."""

    name: str
    dimensions: int
    linear_auroc: float
    silhouette: float
    energy_coefficient: float


@dataclass(frozen=True, kw_only=True)
class Contrast(Compared):
    """One measure of one space, minus that of the space before it: "more" where the rows stand further apart.

    Attributes
    ----------
    first, second
        Which spaces, counted from 0; the difference is the second's minus the first's.
    """

    measure: Name
    first: int
    second: int


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
        paired(spaces[second].measures[name].by_seed, spaces[first].measures[name].by_seed, family=len(asked))
        for name, first, second in asked
    )
    return tuple(
        Contrast.of(difference, worthwhile[name], measure=name, first=first, second=second)
        for (name, first, second), difference in zip(asked, tested, strict=True)
    )


def points(projected: NDArray[np.floating], anomalous: NDArray[np.bool_]) -> tuple[Points, Points]:
    """Return the points (n, 2) of the normal rows and of the anomalies, rounded."""
    rounded = np.round(np.asarray(projected, dtype=np.float64), DECIMALS)
    normals, anomalies = (tuple(map(tuple, rounded[chosen].tolist())) for chosen in (~anomalous, anomalous))
    return normals, anomalies


def _space(seen: Seen) -> Space:
    return Space(
        layers=seen.layers,
        latent=seen.latent,
        network=seen.network,
        parameters=seen.parameters,
        test_error=estimate(seen.test_error),
        used=estimate(seen.used).mean,
        effective_dimension=estimate(seen.effective_dimension).mean,
        energy_p=max(seen.energy_p),
        measures={name: estimate(seen.separation[name]) for name in MEASURES},
        untrained=seen.untrained,
        pca=seen.pca,
    )
