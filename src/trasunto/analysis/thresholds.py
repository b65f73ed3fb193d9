"""Where normal ends: a threshold on scores, with what it promises.

Higher scores are stranger, and a row is flagged where its score lies strictly above the threshold. What a threshold
promises depends on how it was chosen, so each carries that as a sentence: a rate of later rows (about so, from scores
of training rows by networks that did not see them), a share of the training rows (nothing about others), a rate of
false alarms (conformal, from normal rows that were not trained on), or what labels say is best. A threshold whose value
was set by hand promises nothing.
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
"""How a threshold can be chosen."""

BY_HAND = "by hand"
"""The kind of a threshold whose value somebody set; it promises nothing."""

_ROUNDING = 1e-9
"""0.29 times 100 is 28.999999999999996 and means 29."""


@dataclass(frozen=True)
class Threshold:
    """A score above which a row is flagged.

    Made of a value alone it is set by hand and promises nothing; this holds for ``dataclasses.replace`` too. A goal, a
    guarantee and the rows that it comes from belong to what the functions of this module choose.

    Attributes
    ----------
    value
        A row is flagged where its score is greater than this, not where it is equal; finite.
    kind
        One of `KINDS`, or `BY_HAND`.
    goal
        What was asked for, in a few words.
    guarantee
        What it promises of rows to come, as a sentence; it says so where that is nothing.
    rows
        How many rows it was chosen on; 0 where it was set by hand.
    sentence
        All of this for a reader.

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
        """Return which rows (n,) lie strictly above the threshold."""
        above: NDArray[np.bool_] = np.asarray(scores, dtype=np.float64) > self.value
        return above

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values; floats read back exactly."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Threshold:
        """Return the threshold that `to_json` gave, or refuse what is none."""
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
    """Return a threshold with how it was chosen and what it promises."""
    threshold = Threshold(value)
    for name, what in known.items():
        object.__setattr__(threshold, name, what)
    return threshold


def from_contamination(scores: ArrayLike, share: float, *, rows: str = "training rows") -> Threshold:
    """Return the threshold above which `share` of some rows lie.

    Parameters
    ----------
    scores : array, (n,)
        Scores of the rows, among which that share is taken to be anomalous.
    share : float
        Above 0, at most 0.5. Rows that tie with the threshold are not flagged, so that ties flag fewer.
    rows : str
        What the rows are called.

    Raises
    ------
    TrasuntoError
        The share is no such number, or a score is not finite.

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
        Calibration scores: of normal rows that were not trained on and are exchangeable with those to come.
    rate : float
        Share of normal rows that may be flagged, above 0 and below 1.
    confidence : float, optional
        None promises the rate on average over calibrations (marginally): the chance that one normal row to come is
        flagged, calibration being drawn anew with it, is at most `rate`. A number below 1 promises that the rate of
        this very threshold is at most `rate`, except for a share ``1 - confidence`` of calibrations (conditionally on
        the calibration); the threshold is higher in exchange.

    Raises
    ------
    TrasuntoError
        So few rows cannot promise the rate; the message says the least rate they can.

    Notes
    -----
    With k rows of n at or below the threshold, a normal score to come exceeds it with a chance of at most
    ``1 - k / (n + 1)``; so k is ``ceil((n + 1) (1 - rate))``. Given the calibration, that chance follows
    ``Beta(n + 1 - k, k)`` where scores have no ties (with ties it is smaller still). With a confidence, k is therefore
    the least for which that distribution holds `confidence` of its mass at or below `rate`.

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
    """Return how many of so many normal rows may lie above a threshold, -1 where even none is too many."""
    if confidence is None:
        return min(math.floor((rows + 1) * rate + _ROUNDING), rows) - 1
    from scipy import stats

    # Beta(m + 1, n - m) at the rate is P(Binomial(n, rate) > m): the mass that m rows above leave at or below it.
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
    """Return `rate` in four digits and not below it, so that what a refusal names is not refused in turn."""
    unit = 10.0 ** (math.floor(math.log10(rate)) - 3)
    return math.ceil(rate / unit - _ROUNDING) * unit


def from_labels(
    scores: ArrayLike, labels: ArrayLike, *, recall: float | None = None, costs: tuple[float, float] | None = None
) -> Threshold:
    """Return the threshold that labelled rows call best: by F1, for a recall, or by cost.

    Parameters
    ----------
    scores : array, (n,)
        Scores of labelled rows, best of rows that were not trained on.
    labels : array, (n,)
        True (or 1) for an anomaly.
    recall : float, optional
        Find at least this share of the anomalies (above 0, at most 1) with as few false alarms as that allows.
    costs : (float, float), optional
        Cost of one false alarm and of one missed anomaly, in any unit; their sum over the rows is made least. With
        neither, F1 is made greatest. Of equals the highest threshold is returned, which flags the fewest rows.

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
    """Return every threshold that tells rows apart, descending, with the false alarms and the anomalies above it.

    A threshold lies halfway between neighbouring scores, where rows to come have most room on either side; the first
    is the greatest score (nothing is flagged), the last just below the least (everything is).
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
    """Return what each threshold is worth, higher is better, and the goal in words."""
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
