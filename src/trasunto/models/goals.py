"""Threshold policies, stated before there are scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.analysis import thresholds
from trasunto.analysis.rates import from_cross_fitting
from trasunto.analysis.thresholds import KINDS, Threshold
from trasunto.errors import TrasuntoError, one_of
from trasunto.spec.rules import is_number


@dataclass(frozen=True)
class Goal:
    """How the line between normal and strange shall be drawn; see :mod:`trasunto.analysis.thresholds`.

    Attributes
    ----------
    kind
        "cross_fitted": about so many of later normal rows are flagged, by scores of training rows from networks that
        did not see them; no row is kept from the final networks. "contamination": so many of the training rows are
        strange, whatever they are. "false_alarms": no more than so many of future normal rows are flagged, by conformal
        calibration on rows that were kept from training. "labels": where it tells known anomalies from normal rows
        best.
    rate
        The share of rows; no part in "labels".
    confidence
        With "false_alarms": how sure to be that this calibration keeps the rate; None promises it on average over
        calibrations.
    recall, costs
        With "labels": a share of the anomalies that must be found, or what a false alarm and a miss cost; with
        neither, F1 decides.

    Raises
    ------
    TrasuntoError
        It is no such goal.

    Examples
    --------
    >>> Goal("false_alarms", 0.001, confidence=0.95).keeps_rows
    True
    """

    kind: str = "cross_fitted"
    rate: float = 0.01
    confidence: float | None = None
    recall: float | None = None
    costs: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise one_of("threshold goal", self.kind, KINDS)
        self._refuse_wrong_rates()
        self._refuse_what_belongs_elsewhere()
        if self.confidence is not None and not (is_number(self.confidence) and 0 < self.confidence < 1):
            raise TrasuntoError(f"the confidence is {self.confidence!r}; it must be a number above 0 and below 1")
        if self.recall is not None and not (is_number(self.recall) and 0 < self.recall <= 1):
            raise TrasuntoError(f"the recall is {self.recall!r}; it must be a number above 0 and at most 1")
        if self.costs is not None and not _are_costs(self.costs):
            raise TrasuntoError(
                f"the costs of a false alarm and of a miss are {self.costs!r}; they must be two numbers above 0"
            )

    @property
    def keeps_rows(self) -> bool:
        """Whether it needs normal rows that are kept from training."""
        return self.kind in ("false_alarms", "labels")

    def refuse_too_few(self, rows: int) -> None:
        """Refuse, before anything is trained, a promise that so many calibration rows cannot keep.

        Raises
        ------
        TrasuntoError
            Naming the least rate that they can promise.
        """
        if self.kind == "false_alarms":
            thresholds.from_false_alarm_rate(np.arange(float(rows)), self.rate, confidence=self.confidence)

    def reached(self, normal: NDArray[np.float64], strange: NDArray[np.float64] | None = None) -> Threshold:
        """Return the threshold, from scores of normal rows (n,) and, with "labels", of known anomalies.

        With "cross_fitted", those of training rows by networks that did not see them.
        """
        if self.kind == "cross_fitted":
            return from_cross_fitting(normal, self.rate)
        if self.kind == "contamination":
            return thresholds.from_contamination(normal, self.rate)
        if self.kind == "false_alarms":
            return thresholds.from_false_alarm_rate(normal, self.rate, confidence=self.confidence)
        known = np.zeros(0) if strange is None else strange
        labels = np.repeat([False, True], [len(normal), len(known)])
        return thresholds.from_labels(np.concatenate([normal, known]), labels, recall=self.recall, costs=self.costs)

    def chosen_on(self, scores: ArrayLike, labels: ArrayLike | None = None) -> Threshold:
        """Return the threshold that rows at hand set for a trained detector, from their scores (n,).

        Parameters
        ----------
        labels
            (n,) True or 1 for an anomaly; with "labels" and with no other kind.

        Raises
        ------
        TrasuntoError
            Labels are missing or belong to no goal of this kind, so few rows cannot keep the promise, or it is
            "cross_fitted".
        """
        if self.kind == "labels":
            if labels is None:
                raise TrasuntoError(
                    "a threshold from labels needs labels: which rows are anomalies, True or 1 for each"
                )
            return thresholds.from_labels(scores, labels, recall=self.recall, costs=self.costs)
        if self.kind == "cross_fitted":
            raise TrasuntoError(
                "a cross-fitted threshold is set while the detector is trained, by networks of its own; for rows at "
                "hand ask for the kind 'false_alarms', with normal rows that were not trained on"
            )
        if labels is not None:
            raise TrasuntoError(f"labels belong to a goal of kind 'labels', and this one is of kind '{self.kind}'")
        if self.kind == "contamination":
            return thresholds.from_contamination(scores, self.rate, rows="rows given")
        return self.reached(np.asarray(scores, dtype=np.float64))

    def _refuse_wrong_rates(self) -> None:
        if self.kind == "contamination" and not (is_number(self.rate) and 0 < self.rate <= 0.5):
            raise TrasuntoError(f"the contamination is {self.rate!r}; it must be a number above 0 and at most 0.5")
        called = {"cross_fitted": "rate of later rows flagged", "false_alarms": "rate of false alarms"}
        if self.kind in called and not (is_number(self.rate) and 0 < self.rate < 1):
            raise TrasuntoError(f"the {called[self.kind]} is {self.rate!r}; it must be a number above 0 and below 1")

    def _refuse_what_belongs_elsewhere(self) -> None:
        if self.confidence is not None and self.kind != "false_alarms":
            raise TrasuntoError("a confidence belongs to a rate of false alarms, and none is asked for")
        if (self.recall is not None or self.costs is not None) and self.kind != "labels":
            raise TrasuntoError("a recall or costs belong to a threshold from labels, and another is asked for")
        if self.recall is not None and self.costs is not None:
            raise TrasuntoError("a threshold from labels has one goal: a recall or costs, not both")


def _are_costs(value: object) -> bool:
    pair = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2
    return pair and all(is_number(cost) and 0 < cost < math.inf for cost in value)  # type: ignore[attr-defined]


def cross_fitted(rate: float = 0.01) -> Goal:
    """Ask for the threshold that flags about `rate` of later normal rows, without keeping any row from training.

    Examples
    --------
    >>> cross_fitted(0.001).keeps_rows
    False
    """
    return Goal("cross_fitted", rate)


def contamination(share: float = 0.01) -> Goal:
    """Ask for the threshold that flags `share` of the training rows.

    Examples
    --------
    >>> contamination(0.02).rate
    0.02
    """
    return Goal("contamination", share)


def false_alarms(rate: float, confidence: float | None = None) -> Goal:
    """Ask for a threshold that flags at most `rate` of future normal rows.

    Examples
    --------
    >>> false_alarms(0.001, confidence=0.95).confidence
    0.95
    """
    return Goal("false_alarms", rate, confidence)


def from_labels(*, recall: float | None = None, costs: tuple[float, float] | None = None) -> Goal:
    """Ask for the threshold that tells known anomalies from normal rows best: by F1, for a recall, or by cost.

    Examples
    --------
    >>> from_labels(recall=0.9).kind
    'labels'
    """
    return Goal("labels", recall=recall, costs=costs)
