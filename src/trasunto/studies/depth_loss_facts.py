"""What networks of several depths left, as facts: nothing trained and nothing said here.

Errors are mean squared errors per feature of standardised rows: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import Difference, adjust, paired
from trasunto.studies.evidence import Course, Estimate, course, estimate, last_part
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import LayerTable


@dataclass(frozen=True)
class Depth:
    """One depth after the last epoch.

    Attributes
    ----------
    layers
        Hidden layers on each side of the latent one.
    widened
        Whether it is the shallowest network with as many parameters as the deepest.
    train_error, test_error
        On training rows, averaged over the last epoch while it was training, and on held-out rows.
    last_fall
        The share by which the mean held-out error still fell over the last tenth of the epochs, at least over one.
    """

    layers: int
    widened: bool
    table: LayerTable
    train_error: Estimate
    test_error: Estimate
    last_fall: float


@dataclass(frozen=True)
class Contrast:
    """The held-out error of a deeper network minus a shallower one's, paired over seeds: below 0, depth helps.

    Attributes
    ----------
    relative
        The mean difference as a share of the shallower network's mean error.
    effect, p, adjusted, test
        Cohen's d over pairs, p of a zero difference, and p after Holm over all contrasts and the trend.
    widened
        Whether the shallower one is the widened network: the same contrast at equal parameters.
    verdict
        "helps" or "harms" where the adjusted p tells it from zero, else "open".
    """

    shallower: int
    deeper: int
    difference: float
    low: float | None
    high: float | None
    relative: float
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str
    widened: bool
    verdict: str


@dataclass(frozen=True)
class Trend:
    """What each further layer does on average to the held-out error, from each seed's line through all depths.

    Attributes
    ----------
    per_layer, low, high
        The share that a layer adds to the error (below 0: takes off), from the slope of the error's logarithm over the
        number of layers, with its t-interval over seeds.
    p, adjusted, test
        Of a slope of zero, as the contrasts' and adjusted with them.
    verdict
        As the contrasts'.
    """

    per_layer: float
    low: float | None
    high: float | None
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str
    verdict: str


@dataclass(frozen=True)
class Facts:
    """What the depths left.

    Attributes
    ----------
    latent
        The latent size that all of them share.
    pca
        What PCA leaves with as many components.
    diverged
        Seeds left out because a network diverged with them.
    depths
        By number of layers; the widened network, if any, last.
    trend
        None with fewer than three depths, where it would say what a contrast says.
    train, test
        Error by epoch of each of `depths`, on training and held-out rows.
    lost
        Numbers of layers left out because they diverged with every seed, or with too many.
    """

    latent: int
    epochs: int
    seeds: int
    diverged: int
    pca: Linear
    depths: tuple[Depth, ...]
    contrasts: tuple[Contrast, ...]
    trend: Trend | None
    train: tuple[Course, ...]
    test: tuple[Course, ...]
    lost: tuple[int, ...] = ()

    @property
    def plain(self) -> tuple[Depth, ...]:
        """The depths without the widened network."""
        return tuple(depth for depth in self.depths if not depth.widened)


def measure(
    layers: Sequence[int],
    tables: Sequence[LayerTable],
    train: NDArray[np.float64],
    test: NDArray[np.float64],
    linear: Linear,
    latent: int,
    diverged: int = 0,
    lost: tuple[int, ...] = (),
) -> Facts:
    """Return the facts of error curves (networks, seeds, t + 1): the depths, ascending, then the widened one if any."""
    contrasts, trend = compare(layers, test[..., -1])
    named = (*((count, False) for count in layers), *((layers[0], True) for _ in tables[len(layers) :]))
    return Facts(
        latent=latent,
        epochs=test.shape[2] - 1,
        seeds=test.shape[1],
        diverged=diverged,
        pca=linear,
        depths=tuple(_depth(count, widened, tables[i], train[i], test[i]) for i, (count, widened) in enumerate(named)),
        contrasts=contrasts,
        trend=trend,
        train=tuple(map(course, train)),
        test=tuple(map(course, test)),
        lost=lost,
    )


def compare(layers: Sequence[int], final: NDArray[np.float64]) -> tuple[tuple[Contrast, ...], Trend | None]:
    """Return the contrasts of last errors (networks, seeds) and their trend, tested together.

    Neighbours first, then each other depth with the shallowest, then the deepest with the widened network if there is
    one beyond `layers`.
    """
    depths, last = len(layers), len(layers) - 1
    pairs = [(i, i + 1) for i in range(last)] + [(0, i) for i in range(2, depths)]
    if len(final) > depths:
        pairs.append((depths, last))
    with_trend = depths > 2
    family = len(pairs) + with_trend
    differences = [paired(final[deeper], final[shallower], family=family) for shallower, deeper in pairs]
    if with_trend:
        slopes = np.polyfit(np.asarray(layers, dtype=np.float64), np.log(final[:depths]), 1)[0]
        differences.append(paired(slopes, np.zeros_like(slopes), family=family))
    tested = adjust(differences)
    contrasts = tuple(
        _contrast(layers, shallower, deeper, float(final[shallower].mean()), difference)
        for (shallower, deeper), difference in zip(pairs, tested, strict=False)
    )
    return contrasts, _trend(tested[-1]) if with_trend else None


def _contrast(layers: Sequence[int], shallower: int, deeper: int, before: float, difference: Difference) -> Contrast:
    widened = shallower == len(layers)
    return Contrast(
        shallower=layers[0 if widened else shallower],
        deeper=layers[deeper],
        difference=difference.mean,
        low=difference.low,
        high=difference.high,
        relative=difference.mean / before,
        effect=difference.effect,
        p=difference.p,
        adjusted=difference.adjusted,
        test=difference.test,
        widened=widened,
        verdict=_verdict(difference),
    )


def _trend(slope: Difference) -> Trend:
    return Trend(
        per_layer=float(np.expm1(slope.mean)),
        low=None if slope.low is None else float(np.expm1(slope.low)),
        high=None if slope.high is None else float(np.expm1(slope.high)),
        effect=slope.effect,
        p=slope.p,
        adjusted=slope.adjusted,
        test=slope.test,
        verdict=_verdict(slope),
    )


def _verdict(difference: Difference) -> str:
    return "open" if not difference.distinguishable else "helps" if difference.mean < 0 else "harms"


def _depth(
    layers: int, widened: bool, table: LayerTable, train: NDArray[np.float64], test: NDArray[np.float64]
) -> Depth:
    """Return one depth, from its curves (seeds, t + 1)."""
    error = estimate(test[:, -1])
    before = float(test[:, -1 - last_part(test.shape[1] - 1)].mean())
    return Depth(
        layers=layers,
        widened=widened,
        table=table,
        train_error=estimate(train[:, -1]),
        test_error=error,
        last_fall=1.0 - error.mean / before,
    )
