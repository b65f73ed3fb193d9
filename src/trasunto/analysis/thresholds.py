"""Thresholds on anomaly scores, and their guarantees.

Higher scores are more anomalous; a row is flagged if its score is strictly above the threshold. Each threshold carries
its guarantee as a sentence, which depends on how it was chosen: for a rate of later rows (approximately, from
cross-fitted scores), for a share of the training rows (no guarantee for others), for a rate of false alarms (conformal,
from held-out normal rows), or by labels. A threshold set by hand has no guarantee.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis.rows import column, two_groups
from trasunto.errors import TrasuntoError, one_of
from trasunto.spec.rules import is_number

KINDS = ("cross_fitted", "contamination", "false_alarms", "labels")
"""Ways to choose a threshold."""

BY_HAND = "by hand"
"""Kind of a threshold set by the user, without a guarantee."""

_ROUNDING = 1e-9
"""0.29 times 100 is 28.999999999999996 and means 29."""


@dataclass(frozen=True)
class Threshold:
    """A score above which a row is flagged.

    Constructed from a value, or by ``dataclasses.replace``, it is set by hand and has no guarantee; only the functions
    of this module add a goal and a guarantee.

    Attributes
    ----------
    value
        A row is flagged if its score is greater than this; finite.
    kind
        One of `KINDS`, or `BY_HAND`.
    goal
        The goal it was chosen for, in a few words.
    guarantee
        What it guarantees for later rows, if anything, as a sentence.
    rows
        Number of rows it was chosen on; 0 if set by hand.
    sentence
        All of this as a sentence.

    Raises
    ------
    TrasuntoError
        The value is not a finite number.

    Examples
    --------
    >>> from dataclasses import replace
    >>> chosen = from_false_alarm_rate(np.arange(99.0), 0.05)
    >>> chosen.guarantee
    'On average over calibrations, at most 0.05 of normal rows are flagged (marginal guarantee).'
    >>> replace(chosen, value=3.0).guarantee
    'It was set by hand and promises nothing.'
    """

    value: float
    kind: str = field(default=BY_HAND, init=False)
    goal: str = field(default="flag every score above it", init=False)
    guarantee: str = field(default="It was set by hand and promises nothing.", init=False)
    rows: int = field(default=0, init=False)
    sentence: str = field(default="", init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _finite(self.value))
        if not self.sentence:
            object.__setattr__(self, "sentence", f"A score above {self.value:.4g} is flagged. {self.guarantee}")

    def flagged(self, scores: ArrayLike) -> NDArray[np.bool_]:
        """Return whether each score (n,) is strictly above the threshold."""
        above: NDArray[np.bool_] = np.asarray(scores, dtype=np.float64) > self.value
        return above

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values; floats round-trip exactly."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Threshold:
        """Restore a threshold from the fields of `to_json`."""
        fields = set(cls.__dataclass_fields__)
        if set(values) != fields:
            wrong = ", ".join(sorted(fields ^ set(values)))
            raise TrasuntoError(f"a stored threshold has the fields {', '.join(sorted(fields))}; these differ: {wrong}")
        legal = (*KINDS, BY_HAND)
        if values["kind"] not in legal:
            raise one_of("threshold kind", str(values["kind"]), legal)
        return chosen(**{**values, "value": float(values["value"]), "rows": int(values["rows"])})


def _finite(value: object) -> float:
    if not is_number(value) or not math.isfinite(float(value)):
        raise TrasuntoError(f"a threshold has the value {value!r}; it must be a finite number")
    return float(value)


def chosen(value: float, **known: Any) -> Threshold:
    """Return a threshold with the given kind, goal, guarantee and other fields."""
    threshold = Threshold(value)
    for name, what in known.items():
        object.__setattr__(threshold, name, what)
    return threshold


def from_contamination(scores: ArrayLike, share: float, *, rows: str = "training rows") -> Threshold:
    """Return the threshold above which `share` of some rows lie.

    Parameters
    ----------
    scores : array, (n,)
        Scores of the rows, of which that share is assumed to be anomalous.
    share : float
        Above 0, at most 0.5. Ties with the threshold are not flagged.
    rows : str
        Name of the rows in sentences.

    Raises
    ------
    TrasuntoError
        The share is out of range, or a score is not finite.

    Examples
    --------
    >>> found = from_contamination([0.1, 0.2, 0.3, 0.4, 5.0], 0.2)
    >>> found.value, found.flagged([0.4, 0.5]).tolist()
    (0.4, [False, True])
    """
    values = np.sort(column(f"scores of the {rows}", scores))
    if not 0 < share <= 0.5:
        raise TrasuntoError(f"the contamination is {share}; it must be above 0 and at most 0.5")
    flagged = math.floor(share * values.size + _ROUNDING)
    value = float(values[values.size - flagged - 1])
    above = int((values > value).sum())
    guarantee = f"It describes the {rows} and promises nothing of others."
    return chosen(
        value=value,
        kind="contamination",
        goal=f"flag {share:.4g} of the {rows}",
        guarantee=guarantee,
        rows=values.size,
        sentence=f"A score above {value:.4g} is flagged: {above:,} of {values.size:,} {rows} are. {guarantee}",
    )


def from_false_alarm_rate(scores: ArrayLike, rate: float, *, confidence: float | None = None) -> Threshold:
    """Return the lowest threshold that keeps false alarms at `rate`, by split conformal calibration.

    Parameters
    ----------
    scores : array, (n,)
        Calibration scores: of normal rows that were not trained on and are exchangeable with later ones.
    rate : float
        Share of normal rows that may be flagged, above 0 and below 1.
    confidence : float, optional
        None guarantees the rate on average over calibrations (marginally): a later normal row is flagged with
        probability at most `rate`. A number below 1 guarantees that the rate of this very threshold is at most `rate`,
        except in a share ``1 - confidence`` of calibrations (conditionally on the calibration), by a higher threshold.

    Raises
    ------
    TrasuntoError
        There are too few rows for the rate; the message gives the lowest possible rate.

    Notes
    -----
    With k rows of n at or below the threshold, a later normal score exceeds it with probability at most
    ``1 - k / (n + 1)``; so k is ``ceil((n + 1) (1 - rate))``. Given the calibration, that probability follows
    ``Beta(n + 1 - k, k)`` without ties, and is smaller with ties. With a confidence, k is the least for which that
    distribution has `confidence` of its mass at or below `rate`.

    References
    ----------
    V. Vovk, "Conditional validity of inductive conformal predictors", ACML 2012, for the Beta tail.
    S. Bates et al., "Testing for outliers with conformal p-values", Annals of Statistics 51 (2023).

    Examples
    --------
    >>> scores = np.arange(1.0, 100.0)
    >>> from_false_alarm_rate(scores, 0.05).value
    95.0
    >>> from_false_alarm_rate(scores, 0.05, confidence=0.95).value
    98.0
    """
    values = np.sort(column("calibration scores", scores))
    if not 0 < rate < 1:
        raise TrasuntoError(f"the rate of false alarms is {rate}; it must be above 0 and below 1")
    if confidence is not None and not 0 < confidence < 1:
        raise TrasuntoError(f"the confidence is {confidence}; it must be above 0 and below 1")
    above = allowed_above(values.size, rate, confidence)
    if above < 0:
        raise _too_few(values.size, rate, confidence)
    value = float(values[values.size - 1 - above])
    if confidence is None:
        guarantee = f"On average over calibrations, at most {rate:.4g} of normal rows are flagged (marginal guarantee)."
    else:
        guarantee = (
            f"At most {rate:.4g} of normal rows are flagged, with {confidence:.4g} confidence in this very calibration "
            "(guarantee conditional on the calibration)."
        )
    return chosen(
        value=value,
        kind="false_alarms",
        goal=f"at most {rate:.4g} false alarms per normal row",
        guarantee=guarantee,
        rows=values.size,
        sentence=(
            f"A score above {value:.4g} is flagged, as at most {above:,} of {values.size:,} normal rows kept for "
            f"calibration have. {guarantee}"
        ),
    )


def allowed_above(rows: int, rate: float, confidence: float | None = None) -> int:
    """Return how many of `rows` normal rows may exceed a threshold, -1 if not even none is possible."""
    if confidence is None:
        return min(math.floor((rows + 1) * rate + _ROUNDING), rows) - 1
    from scipy import stats

    # The CDF of Beta(m + 1, n - m) at the rate is P(Binomial(n, rate) > m).
    held = stats.binom.sf(np.arange(rows), rows, rate)
    return int((held >= confidence).sum()) - 1


def _too_few(rows: int, rate: float, confidence: float | None) -> TrasuntoError:
    if confidence is None:
        least, needed, how = 1 / (rows + 1), math.ceil(1 / rate - _ROUNDING) - 1, ""
    else:
        least = -math.expm1(math.log1p(-confidence) / rows)
        needed = math.ceil(math.log1p(-confidence) / math.log1p(-rate) - _ROUNDING)
        how = f" with {confidence:.4g} confidence"
    return TrasuntoError(
        f"{rows:,} calibration rows cannot promise a rate of {rate:.4g} false alarms{how}: the least they can is "
        f"{_rounded_up(least):.4g} (a rate of {rate:.4g} needs {needed:,} rows)"
    )


def _rounded_up(rate: float) -> float:
    """Round `rate` up to four digits, so that the rate an error suggests is accepted."""
    unit = 10.0 ** (math.floor(math.log10(rate)) - 3)
    return math.ceil(rate / unit - _ROUNDING) * unit


def from_labels(
    scores: ArrayLike, labels: ArrayLike, *, recall: float | None = None, costs: tuple[float, float] | None = None
) -> Threshold:
    """Return the threshold that is best on labelled rows: by F1, for a recall, or by cost.

    Parameters
    ----------
    scores : array, (n,)
        Scores of labelled rows, preferably not trained on.
    labels : array, (n,)
        True (or 1) for an anomaly.
    recall : float, optional
        Find at least this share of the anomalies (above 0, at most 1) with the fewest false alarms.
    costs : (float, float), optional
        Minimise the total cost of false alarms and of missed anomalies, given the cost of one of each, in any unit.
        With neither, F1 is maximised. Of equals the highest threshold is returned, which flags the fewest rows.

    Raises
    ------
    TrasuntoError
        Both goals are given, a number is out of range, or the labels do not name both groups.

    Examples
    --------
    >>> scores, labels = [0.1, 0.2, 0.3, 0.8, 0.9], [0, 0, 1, 0, 1]
    >>> round(from_labels(scores, labels).value, 3), round(from_labels(scores, labels, costs=(5, 1)).value, 3)
    (0.25, 0.85)
    """
    values = column("scores", scores)
    anomaly = two_groups(labels, values.size)
    candidates, alarms, found = _cuts(values, anomaly)
    gain, goal = _gain(alarms, found, recall, costs)
    best = int(np.argmax(gain))  # the first of equals, and candidates descend
    value, hits, false = float(candidates[best]), int(found[best]), int(alarms[best])
    guarantee = "It was chosen on these labels and will do somewhat worse on other rows."
    return chosen(
        value=value,
        kind="labels",
        goal=goal,
        guarantee=guarantee,
        rows=values.size,
        sentence=(
            f"A score above {value:.4g} is flagged ({goal}): it finds {hits:,} of {int(anomaly.sum()):,} known "
            f"anomalies with {false:,} false alarms in {int((~anomaly).sum()):,} normal rows. {guarantee}"
        ),
    )


def _cuts(
    values: NDArray[np.float64], anomaly: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return all distinct thresholds, descending, with the false alarms and the anomalies above each.

    They lie halfway between neighbouring scores; the first is the greatest score (nothing is flagged), the last just
    below the least (everything is).
    """
    levels, group = np.unique(values, return_inverse=True)
    between = levels[:-1] + (levels[1:] - levels[:-1]) / 2
    between = np.where(between < levels[1:], between, levels[:-1])
    candidates = np.concatenate([[np.nextafter(levels[0], -np.inf)], between, [levels[-1]]])[::-1]
    hits = np.bincount(group[anomaly], minlength=levels.size)[::-1]
    false = np.bincount(group[~anomaly], minlength=levels.size)[::-1]
    return candidates, np.concatenate([[0], np.cumsum(false)]), np.concatenate([[0], np.cumsum(hits)])


def _gain(
    alarms: NDArray[np.intp], found: NDArray[np.intp], recall: float | None, costs: tuple[float, float] | None
) -> tuple[NDArray[np.float64], str]:
    """Return the objective of each threshold, higher is better, and the goal in words."""
    anomalies = int(found[-1])
    if recall is not None and costs is not None:
        raise TrasuntoError("a threshold from labels has one goal: a recall or costs, not both")
    if recall is not None:
        if not 0 < recall <= 1:
            raise TrasuntoError(f"the recall is {recall}; it must be above 0 and at most 1")
        enough = found >= recall * anomalies - _ROUNDING
        return enough.astype(np.float64), f"a recall of at least {recall:.4g}"
    if costs is not None:
        if not all(math.isfinite(cost) and cost > 0 for cost in costs):
            raise TrasuntoError(f"the costs of a false alarm and of a miss are {costs}; both must be above 0")
        spent = costs[0] * alarms + costs[1] * (anomalies - found)
        return -spent.astype(np.float64), f"least cost at {costs[0]:.4g} per false alarm and {costs[1]:.4g} per miss"
    return 2 * found / (found + alarms + anomalies), "the greatest F1"
