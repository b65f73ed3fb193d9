"""Gain of each step to a larger size in test error, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import Difference, Interval, adjust, interval, paired
from trasunto.studies.evidence import Compared, Verdict
from trasunto.studies.sizes.facts import Facts, Measured


@dataclass(frozen=True, kw_only=True)
class Gap(Compared):
    """The test error of one size minus that of the next: above 0, the larger is better.

    "more" is a gain, told from zero and worth a doubling, and "less" the same the other way round; "alike": the whole
    interval of `per_doubling` lies below what is worth a doubling.

    Attributes
    ----------
    relative
        The difference as a share of the smaller network's error.
    per_doubling, share_low, share_high
        The share of the error that each doubling of the size takes off, with its t-interval over seeds.
    """

    smaller: int
    larger: int
    relative: float
    per_doubling: float
    share_low: float | None
    share_high: float | None


@dataclass(frozen=True, kw_only=True)
class GainFacts(Facts):
    """What more units gain.

    Attributes
    ----------
    worthwhile
        The share that a doubling must take off the error to be called a gain.
    enough
        The smallest size beyond which no step is a gain; None where the last one may be.
    in_order
        In how many seeds every larger size has a lower test error than the one before.
    """

    worthwhile: float
    enough: int | None
    in_order: int
    gaps: tuple[Gap, ...]


def measure(found: Measured, worthwhile: float) -> GainFacts:
    """Return the facts of networks of several numbers of units."""
    gaps = gaps_of(found.sizes, found.final, worthwhile)
    common: dict[str, Any] = found.common
    return GainFacts(
        **common,
        worthwhile=worthwhile,
        enough=enough(gaps),
        in_order=int((np.diff(found.final, axis=0) < 0).all(axis=0).sum()) if len(found.sizes) else 0,
        gaps=gaps,
    )


def gaps_of(sizes: Sequence[int], final: NDArray[np.float64], worthwhile: float) -> tuple[Gap, ...]:
    """Return the gaps between neighbouring sizes, from last errors (sizes, seeds), tested together."""
    family = max(0, len(sizes) - 1)
    tested = adjust(paired(final[i], final[i + 1], family=family) for i in range(family))
    return tuple(_gap(sizes[i : i + 2], final[i], final[i + 1], tested[i], worthwhile) for i in range(family))


def enough(gaps: Sequence[Gap]) -> int | None:
    """Return the smallest size beyond which no gap is or may be a gain; None where there is none to say it of."""
    found = None
    for gap in reversed(gaps):
        if gap.verdict in ("more", "open"):
            break
        found = gap.smaller
    return found


def _gap(
    sizes: Sequence[int],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    difference: Difference,
    worthwhile: float,
) -> Gap:
    smaller, larger = sizes
    share = interval(1.0 - (after / before) ** (1.0 / np.log2(larger / smaller)))
    return Gap.of(
        difference,
        worthwhile,
        _judge(difference, share, worthwhile),
        smaller=smaller,
        larger=larger,
        relative=difference.mean / float(before.mean()),
        per_doubling=share.mean,
        share_low=share.low,
        share_high=share.high,
    )


def _judge(difference: Difference, share: Interval, worthwhile: float) -> Verdict:
    if difference.distinguishable and abs(share.mean) >= worthwhile:
        return "more" if share.mean > 0 else "less"
    return "alike" if share.high is not None and share.high < worthwhile else "open"
