"""What networks of several sizes did, as facts: read from curves, nothing trained and nothing said here.

Errors are mean squared errors per feature: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.baselines import LinearBaseline
from trasunto.analysis.intervals import Difference, adjust, interval, paired
from trasunto.studies.cells import plain
from trasunto.studies.evidence import Curve, last_part

Kind = Literal["gain", "slight", "open"]

NOTHING_LEFT = 1e-12
"""A PCA error at or below this is rounding: as many components as features leave nothing to compare with."""


@dataclass(frozen=True)
class Size:
    """One number of hidden units after the last epoch, beside PCA with as many components.

    Attributes
    ----------
    train_error, test_error
        Means over seeds; the training error is measured while training, with dropout on.
    low, high
        t-interval over seeds of `test_error`; None with one seed.
    by_seed
        `test_error` of each seed.
    last_fall
        The share by which the mean test error still fell over the last tenth of the epochs, at least over one.
    pca_train_error, pca_test_error
        What `pca_components` principal components leave.
    times_pca
        `test_error` over PCA's: above 1, the linear method is better; None where PCA leaves nothing.
    """

    hidden: int
    parameters: int
    train_error: float
    test_error: float
    low: float | None
    high: float | None
    by_seed: tuple[float, ...]
    last_fall: float
    pca_components: int
    pca_train_error: float
    pca_test_error: float
    times_pca: float | None


@dataclass(frozen=True)
class Gap:
    """What going from one size to the next takes off the test error.

    Attributes
    ----------
    difference, low, high
        Smaller minus larger network, paired over seeds, with its t-interval: above 0 the larger is better.
    relative
        The same as a share of the smaller network's error.
    per_doubling, share_low, share_high
        The share that each doubling of the hidden units takes off, with its t-interval over seeds.
    effect, p, adjusted, test
        Cohen's d over pairs, p of a zero difference, and p after Holm over all gaps.
    kind
        "gain": told from zero, and worth a doubling; "slight": the whole interval of `per_doubling` lies below what is
        worth a doubling; "open": these seeds cannot say.
    """

    smaller: int
    larger: int
    difference: float
    low: float | None
    high: float | None
    relative: float
    per_doubling: float
    share_low: float | None
    share_high: float | None
    effect: float | None
    p: float | None
    adjusted: float | None
    test: str
    kind: Kind


@dataclass(frozen=True)
class Curves:
    """Error by epoch, epoch 0 first: of each seed, and the mean. There is no training error before training."""

    hidden: int
    train: tuple[Curve, ...]
    test: tuple[Curve, ...]
    mean_train: Curve
    mean_test: Curve


@dataclass(frozen=True)
class Facts:
    """What the sizes did.

    Attributes
    ----------
    worthwhile
        The share that a doubling must take off the error to be called a gain.
    enough
        The smallest size beyond which every gap is slight; None where the last gap is not.
    untrained
        Mean test error before training, over all members; None where every network diverged.
    diverged
        Seeds left out because a network diverged with them.
    lost
        Sizes left out because they diverged with every seed, or with too many.
    """

    epochs: int
    seeds: int
    worthwhile: float
    untrained: float | None
    enough: int | None
    sizes: tuple[Size, ...]
    gaps: tuple[Gap, ...]
    curves: tuple[Curves, ...]
    diverged: int = 0
    lost: tuple[int, ...] = ()


def measure(
    hidden: Sequence[int],
    parameters: Sequence[int],
    train: NDArray[np.float64],
    test: NDArray[np.float64],
    baselines: Sequence[LinearBaseline],
    worthwhile: float,
    diverged: int = 0,
    lost: tuple[int, ...] = (),
) -> Facts:
    """Return the facts of curves (sizes, seeds, t + 1); everything else is one per size, sizes ascending."""
    final = test[..., -1]
    gaps = gaps_of(hidden, final, worthwhile)
    return Facts(
        epochs=test.shape[2] - 1,
        seeds=test.shape[1],
        worthwhile=worthwhile,
        untrained=float(test[..., 0].mean()) if len(hidden) else None,
        enough=enough(gaps),
        sizes=tuple(
            _size(hidden[i], parameters[i], float(train[i, :, -1].mean()), test[i], baselines[i])
            for i in range(len(hidden))
        ),
        gaps=gaps,
        curves=tuple(
            Curves(units, plain(train[i]), plain(test[i]), plain(train[i].mean(axis=0)), plain(test[i].mean(axis=0)))
            for i, units in enumerate(hidden)
        ),
        diverged=diverged,
        lost=lost,
    )


def gaps_of(hidden: Sequence[int], final: NDArray[np.float64], worthwhile: float) -> tuple[Gap, ...]:
    """Return the gaps between neighbouring sizes, from last errors (sizes, seeds), tested together."""
    family = max(0, len(hidden) - 1)
    tested = adjust(paired(final[i], final[i + 1], family=family) for i in range(family))
    return tuple(
        _gap(hidden[i], hidden[i + 1], final[i], final[i + 1], difference, worthwhile)
        for i, difference in enumerate(tested)
    )


def enough(gaps: Sequence[Gap]) -> int | None:
    """Return the smallest size beyond which no gap is more than slight; None where there is none to say it of."""
    found = None
    for gap in reversed(gaps):
        if gap.kind != "slight":
            break
        found = gap.smaller
    return found


def _gap(
    smaller: int,
    larger: int,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    difference: Difference,
    worthwhile: float,
) -> Gap:
    share = interval(1.0 - (after / before) ** (1.0 / np.log2(larger / smaller)))
    kind: Kind = "open"
    if difference.distinguishable and share.mean >= worthwhile:
        kind = "gain"
    elif share.high is not None and share.high < worthwhile:
        kind = "slight"
    return Gap(
        smaller=smaller,
        larger=larger,
        difference=difference.mean,
        low=difference.low,
        high=difference.high,
        relative=difference.mean / float(before.mean()),
        per_doubling=share.mean,
        share_low=share.low,
        share_high=share.high,
        effect=difference.effect,
        p=difference.p,
        adjusted=difference.adjusted,
        test=difference.test,
        kind=kind,
    )


def _size(hidden: int, parameters: int, train: float, test: NDArray[np.float64], pca: LinearBaseline) -> Size:
    """Return one size, from its last training error and its test curves (seeds, t + 1)."""
    final = test[:, -1]
    over_seeds = interval(final)
    before = float(test[:, -1 - last_part(test.shape[1] - 1)].mean())
    linear = pca.test_error
    assert linear is not None  # the study refuses tables without test rows before it trains
    return Size(
        hidden=hidden,
        parameters=parameters,
        train_error=train,
        test_error=over_seeds.mean,
        low=over_seeds.low,
        high=over_seeds.high,
        by_seed=tuple(float(value) for value in final),
        last_fall=1.0 - over_seeds.mean / before,
        pca_components=pca.components,
        pca_train_error=pca.train_error,
        pca_test_error=linear,
        times_pca=over_seeds.mean / linear if linear > NOTHING_LEFT else None,
    )
