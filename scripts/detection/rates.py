"""How many later normal rows the usual detector flags, where there are few rows and where there are many.

Normal rows follow five factors, ``normal(n, 5) @ w + normal(n, d)``, w drawn anew for every table, or are something
else that normal rows may be. The threshold is that of a detector with nothing said, 1 % of later rows; beside it, the
one that flags 1 % of the training rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trasunto import AutoencoderDetector
from trasunto.models.defaults import RATE

SHAPES = ((100, 30), (100, 50), (200, 30), (60, 10), (3_000, 10))
LATER = 10_000

Rows = NDArray[np.float64]
Random = np.random.Generator


class Rate(NamedTuple):
    """What is flagged of later normal rows, in per cent: of each of several tables of n rows and d columns.

    `usual` by the detector with nothing said, `training` by the threshold that flags 1 % of the training rows, `forest`
    by scikit-learn's isolation forest with that contamination.
    """

    kind: str
    n: int
    d: int
    usual: Rows
    training: Rows
    forest: Rows


def factors(random: Random, d: int) -> Callable[[int], Rows]:
    """Return what draws n rows of five factors and noise."""
    w = random.normal(size=(5, d))
    return lambda n: random.normal(size=(n, 5)) @ w + random.normal(size=(n, d))


def plain(random: Random, d: int) -> Callable[[int], Rows]:
    """Return what draws n rows of independent normal columns."""
    return lambda n: random.normal(size=(n, d))


def heavy(random: Random, d: int) -> Callable[[int], Rows]:
    """Return what draws n rows of Student's t with 3 degrees of freedom, in units over four magnitudes."""
    units = 10 ** random.uniform(-2, 2, d)
    return lambda n: random.standard_t(3, (n, d)) * units


def skewed(random: Random, d: int) -> Callable[[int], Rows]:
    """Return what draws n rows of correlated log-normal columns."""
    drawn = factors(random, d)
    return lambda n: np.exp(drawn(n) / 2)


KINDS = {"factors": factors, "plain": plain, "heavy tails": heavy, "skewed": skewed}


def rates(tables: int, kinds: tuple[str, ...] = ("factors",)) -> Iterator[Rate]:
    """Measure so many tables of each kind and shape."""
    for kind in kinds:
        for n, d in SHAPES:
            flagged = np.array([_flagged(kind, n, d, seed) for seed in range(tables)])
            yield Rate(kind, n, d, *flagged.T)


def _flagged(kind: str, n: int, d: int, seed: int) -> tuple[float, float, float]:
    from sklearn.ensemble import IsolationForest

    draw = KINDS[kind](np.random.default_rng([n, d, seed]), d)
    rows, later = draw(n), draw(LATER)
    detector = AutoencoderDetector(random_state=seed).fit(rows)
    scores = -detector.score_samples(later)
    training = np.sort(-detector.score_samples(rows))[n - 1 - int(RATE * n)]
    forest = IsolationForest(contamination=RATE, random_state=seed).fit(rows)
    shares = (scores > -detector.offset_, scores > training, forest.predict(later) < 0)
    usual, in_sample, theirs = (100 * float(share.mean()) for share in shares)
    return usual, in_sample, theirs
