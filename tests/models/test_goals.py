from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trasunto.analysis import rates, thresholds
from trasunto.errors import TrasuntoError
from trasunto.models.goals import Goal, contamination, cross_fitted, false_alarms, from_labels


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "contaminaton"}, "did you mean 'contamination'"),
        ({"kind": "contamination", "rate": 0}, "contamination is 0; it must be a number above 0 and at most 0.5"),
        ({"kind": "contamination", "rate": 0.6}, "contamination is 0.6"),
        ({"kind": "contamination", "rate": float("nan")}, "contamination is nan"),
        ({"kind": "contamination", "rate": "auto"}, "contamination is 'auto'; it must be a number"),
        ({"kind": "false_alarms", "rate": 1}, "rate of false alarms is 1; it must be a number above 0 and below 1"),
        ({"rate": 1}, "rate of later rows flagged is 1; it must be a number above 0 and below 1"),
        ({"rate": None}, "rate of later rows flagged is None"),
        ({"kind": "false_alarms", "confidence": 1.0}, "confidence is 1.0"),
        ({"confidence": 0.9}, "confidence belongs to a rate of false alarms"),
        ({"recall": 0.9}, "belong to a threshold from labels"),
        ({"kind": "labels", "recall": 0.0}, "recall is 0.0"),
        ({"kind": "labels", "costs": (1.0, 0.0)}, r"costs of a false alarm and of a miss are \(1.0, 0.0\)"),
        ({"kind": "labels", "costs": (1.0,)}, r"are \(1.0,\); they must be two numbers above 0"),
        ({"kind": "labels", "costs": 5}, "are 5; they must be two numbers above 0"),
        ({"kind": "labels", "costs": ("a", 1)}, "they must be two numbers above 0"),
        ({"kind": "labels", "recall": "0.5"}, "recall is '0.5'; it must be a number above 0 and at most 1"),
        ({"kind": "false_alarms", "confidence": "0.9"}, "confidence is '0.9'; it must be a number above 0 and below 1"),
        ({"kind": "labels", "recall": 0.9, "costs": (1.0, 2.0)}, "a recall or costs, not both"),
    ],
)
def test_a_goal_that_cannot_be_had_is_refused_at_once(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(TrasuntoError, match=said):
        Goal(**fields)


def test_goals_are_reached_as_analysis_does() -> None:
    normal, strange = np.arange(100.0), np.array([90.0, 150.0])
    both, labels = np.concatenate([normal, strange]), [False] * 100 + [True] * 2
    assert cross_fitted(0.05).reached(normal) == rates.from_cross_fitting(normal, 0.05)
    assert contamination(0.1).reached(normal) == thresholds.from_contamination(normal, 0.1)
    assert false_alarms(0.05).reached(normal) == thresholds.from_false_alarm_rate(normal, 0.05)
    sure = false_alarms(0.05, 0.9).reached(normal)
    assert sure == thresholds.from_false_alarm_rate(normal, 0.05, confidence=0.9)
    assert from_labels().reached(normal, strange) == thresholds.from_labels(both, labels)
    assert from_labels(recall=1.0).reached(normal, strange) == thresholds.from_labels(both, labels, recall=1.0)


def test_too_few_rows_are_refused_before_there_are_scores() -> None:
    false_alarms(0.05).refuse_too_few(19)
    contamination().refuse_too_few(1)
    with pytest.raises(TrasuntoError, match="18 calibration rows cannot promise"):
        false_alarms(0.05).refuse_too_few(18)


def test_only_what_is_promised_of_rows_to_come_keeps_rows_from_training() -> None:
    goals = (cross_fitted(), contamination(), false_alarms(0.1), from_labels())
    assert [goal.keeps_rows for goal in goals] == [False, False, True, True]


def test_what_is_not_said_is_a_rate_of_later_rows() -> None:
    assert Goal() == cross_fitted(0.01)


def test_rows_at_hand_set_no_cross_fitted_threshold() -> None:
    with pytest.raises(TrasuntoError, match=r"set while the detector is trained.* ask for the kind 'false_alarms'"):
        cross_fitted().chosen_on(np.arange(500.0))
