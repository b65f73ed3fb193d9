"""Thresholds for a target rate of flagged rows, from cross-fitted scores of the training rows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import column
from trasunto.analysis.thresholds import Threshold, allowed_above, chosen
from trasunto.errors import TrasuntoError

_LARGEST = math.log(np.finfo(np.float64).max) - 1

TAIL = 0.1
"""Share of the highest scores that the Pareto tail is fitted to."""


def from_cross_fitting(scores: ArrayLike, rate: float, *, began: bool = False, lost: int = 0) -> Threshold:
    """Return the threshold that about `rate` of later rows exceed.

    Parameters
    ----------
    scores : array, (n,)
        Cross-fitted scores: each training row's by networks and a covariance fitted without it.
    rate : float
        Share of later rows to flag, above 0 and below 1.
    began : bool
        Whether those networks started from weights that may know the rows; the guarantee then says so.
    lost : int
        Parts of the rows without scores because a network diverged; the guarantee says so.

    Raises
    ------
    TrasuntoError
        The rate is out of range, or a score is not finite.

    Notes
    -----
    The score with ``ceil((n + 1) (1 - rate))`` scores at or below it, as in conformal calibration. With fewer than
    ``1 / rate - 1`` scores a Pareto tail is extrapolated: the logarithms of the highest k, a tenth of them, in excess
    of the next one's are assumed exponential. A later score exceeds that one with probability ``(k + 1) / (n + 1)``,
    and then by more than c of their means with probability ``(1 + c / k) ** -k``; their product is set to `rate`. The
    result is at least the highest score. With 60 scores and a rate of 1 %, 0.9 % of later ones are above it if scores
    are sums of 10 squares of Student's t with 3 degrees of freedom, 0.7 % if of normal errors, whose tail is lighter;
    1.6 % exceed the highest of any 60.

    Examples
    --------
    >>> from_cross_fitting(np.arange(1.0, 200.0), 0.01).value
    198.0
    >>> from_cross_fitting(np.arange(1.0, 61.0), 0.01).value > 60
    True
    """
    values = np.sort(column("cross-fitted scores", scores))
    if not 0 < rate < 1:
        raise TrasuntoError(f"the rate of later rows flagged is {rate}; it must be above 0 and below 1")
    allowed = allowed_above(values.size, rate)
    value = float(values[values.size - 1 - allowed]) if allowed >= 0 else _extrapolated(values, rate)
    guarantee = (
        f"About {rate:.4g} of later normal rows are flagged, or fewer: on average over training tables, if they come "
        "as the training rows did, and approximately, since other networks than the final ones scored these."
    )
    if allowed < 0:
        guarantee += (
            f" {values.size:,} rows alone show no rate below 1 in {values.size + 1:,}: it is extrapolated from the "
            "highest tenth of their scores."
        )
    if began:
        guarantee += " The networks began from weights that may know these rows; then more are flagged."
    if lost:
        parts = "1 part of the rows is" if lost == 1 else f"{lost} parts of the rows are"
        guarantee += f" {parts} left out, where a network that was to score them diverged."
    return chosen(
        value=value,
        kind="cross_fitted",
        goal=f"flag about {rate:.4g} of later normal rows",
        guarantee=guarantee,
        rows=values.size,
        sentence=(
            f"A score above {value:.4g} is flagged, as {int((values > value).sum()):,} of {values.size:,} training "
            f"rows have by networks that did not see them. {guarantee}"
        ),
    )


def _extrapolated(values: NDArray[np.float64], rate: float) -> float:
    """Return the score that a share `rate` of later ones exceeds, assuming a Pareto tail of these, ascending."""
    tail = min(max(math.ceil(TAIL * values.size), 2), values.size - 1)
    if tail < 1 or values[-tail - 1] <= 0:
        return float(values[-1])
    logarithms = np.log(values[-tail - 1 :])
    means = tail * (((tail + 1) / ((values.size + 1) * rate)) ** (1 / tail) - 1)
    beyond = logarithms[0] + means * float((logarithms[1:] - logarithms[0]).mean())
    return float(max(values[-1], np.exp(min(beyond, _LARGEST))))
