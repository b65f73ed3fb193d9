"""What networks with several latent sizes left, as facts: nothing trained and nothing said here.

Errors are mean squared errors per feature of standardised rows: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trasunto.studies.evidence import Course, Estimate, course, estimate, last_part
from trasunto.studies.hidden_size_facts import NOTHING_LEFT, Gap, enough, gaps_of
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import LayerTable

Against = Literal["better", "worse", "open"]


@dataclass(frozen=True)
class Size:
    """One latent size after the last epoch, beside PCA with as many components.

    Attributes
    ----------
    train_error, test_error
        On training rows, averaged over the last epoch while it was training, and on held-out rows.
    against_pca
        Whether the network is "better" or "worse" than PCA on held-out rows by more than the whole interval over seeds;
        else "open", as with one seed.
    times_pca
        `test_error` over PCA's; None where PCA leaves nothing.
    last_fall
        The share by which the mean held-out error still fell over the last tenth of the epochs, at least over one.
    """

    latent: int
    table: LayerTable
    train_error: Estimate
    test_error: Estimate
    pca: Linear
    against_pca: Against
    times_pca: float | None
    last_fall: float


@dataclass(frozen=True)
class Facts:
    """What the latent sizes left.

    Attributes
    ----------
    features
        How many features a row has: as many latent units can hold all of it.
    diverged
        Seeds left out because a network diverged with them.
    worthwhile
        The share that a doubling must take off the error to be called a gain.
    enough
        The smallest size beyond which every gap is slight; None where the last gap is not.
    in_order
        In how many seeds every larger size leaves a lower held-out error than the one before.
    gaps
        What each step takes off the held-out error; its `smaller` and `larger` are latent sizes.
    train, test
        Error by epoch of each size, on training and held-out rows.
    lost
        Sizes left out because they diverged with every seed, or with too many.
    """

    features: int
    epochs: int
    seeds: int
    diverged: int
    worthwhile: float
    enough: int | None
    in_order: int
    sizes: tuple[Size, ...]
    gaps: tuple[Gap, ...]
    train: tuple[Course, ...]
    test: tuple[Course, ...]
    lost: tuple[int, ...] = ()


def measure(
    latent: Sequence[int],
    tables: Sequence[LayerTable],
    train: NDArray[np.float64],
    test: NDArray[np.float64],
    linear: Sequence[Linear],
    worthwhile: float,
    diverged: int = 0,
    lost: tuple[int, ...] = (),
    features: int | None = None,
) -> Facts:
    """Return the facts of error curves (sizes, seeds, t + 1); `latent`, `tables` and `linear` are one per size.

    `features` is how many a row has, where `tables` may be empty.
    """
    last = test[..., -1]
    gaps = gaps_of(latent, last, worthwhile)
    return Facts(
        features=tables[0].lines[0].width if features is None else features,
        epochs=test.shape[2] - 1,
        seeds=test.shape[1],
        diverged=diverged,
        worthwhile=worthwhile,
        enough=enough(gaps),
        in_order=int((np.diff(last, axis=0) < 0).all(axis=0).sum()) if len(latent) else 0,
        sizes=tuple(_size(latent[i], tables[i], train[i], test[i], linear[i]) for i in range(len(latent))),
        gaps=gaps,
        train=tuple(map(course, train)),
        test=tuple(map(course, test)),
        lost=lost,
    )


def against(error: Estimate, line: float) -> Against:
    """Return on which side of `line` the whole interval of an error lies.

    Examples
    --------
    >>> against(estimate([0.10, 0.11]), 0.5), against(estimate([0.1]), 0.5)
    ('better', 'open')
    """
    if error.low is None or error.high is None or error.low <= line <= error.high:
        return "open"
    return "better" if error.high < line else "worse"


def _size(latent: int, table: LayerTable, train: NDArray[np.float64], test: NDArray[np.float64], pca: Linear) -> Size:
    """Return one size, from its curves (seeds, t + 1)."""
    error = estimate(test[:, -1])
    before = float(test[:, -1 - last_part(test.shape[1] - 1)].mean())
    return Size(
        latent=latent,
        table=table,
        train_error=estimate(train[:, -1]),
        test_error=error,
        pca=pca,
        against_pca=against(error, pca.test_error),
        times_pca=error.mean / pca.test_error if pca.test_error > NOTHING_LEFT else None,
        last_fall=1.0 - error.mean / before,
    )
