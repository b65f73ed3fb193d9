from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from trasunto.analysis.thresholds import BY_HAND, Threshold, from_contamination, from_false_alarm_rate, from_labels
from trasunto.errors import DataError, TrasuntoError

SCORES = np.random.default_rng(0).lognormal(size=2_000)


def test_a_row_is_flagged_strictly_above_the_threshold() -> None:
    threshold = from_contamination([1.0, 2.0, 3.0, 4.0], 0.25)
    assert threshold.value == 3.0
    assert threshold.flagged([2.9, 3.0, np.nextafter(3.0, 4.0)]).tolist() == [False, False, True]


@pytest.mark.parametrize(("share", "rows", "flagged"), [(0.29, 100, 29), (0.1, 30, 3), (0.5, 7, 3), (0.01, 50, 0)])
def test_contamination_flags_that_share_of_the_training_rows(share: float, rows: int, flagged: int) -> None:
    threshold = from_contamination(SCORES[:rows], share)
    assert int(threshold.flagged(SCORES[:rows]).sum()) == flagged
    assert f"{flagged} of {rows} training rows are" in threshold.sentence
    assert "promises nothing" in threshold.guarantee


def test_ties_with_the_threshold_are_not_flagged() -> None:
    threshold = from_contamination([0.0] * 8 + [1.0, 1.0], 0.1)
    assert (threshold.value, threshold.sentence.count("0 of 10")) == (1.0, 1)


def test_the_conformal_threshold_is_the_order_statistic_of_the_paper() -> None:
    for rows in (19, 99, 100, 1_234):
        for rate in (0.05, 0.1, 0.25, 0.9):
            order = math.ceil(round((rows + 1) * (1 - rate), 9))
            assert from_false_alarm_rate(SCORES[:rows], rate).value == np.sort(SCORES[:rows])[order - 1]


def rates(rows: int, rate: float, confidence: float | None) -> np.ndarray:
    """True rates of false alarms over 4,000 calibrations on uniform scores, where a threshold's rate is 1 minus it."""
    random = np.random.default_rng(rows)
    return np.array(
        [1 - from_false_alarm_rate(random.random(rows), rate, confidence=confidence).value for _ in range(4_000)]
    )


@pytest.mark.parametrize(("rows", "rate"), [(9, 0.1), (50, 0.1), (60, 0.05)])
def test_the_marginal_rate_holds_on_average_and_is_not_wasted(rows: int, rate: float) -> None:
    found = rates(rows, rate, None)
    exact = math.floor((rows + 1) * rate + 1e-9) / (rows + 1)
    assert exact <= rate
    assert found.mean() == pytest.approx(exact, abs=4 * found.std() / np.sqrt(len(found)))
    assert (found > rate).mean() > 0.2  # and it does not hold in every calibration, which is what confidence is for


@pytest.mark.parametrize(("rows", "rate", "confidence"), [(40, 0.1, 0.9), (100, 0.05, 0.95), (59, 0.05, 0.95)])
def test_the_confident_rate_holds_in_that_share_of_calibrations(rows: int, rate: float, confidence: float) -> None:
    from scipy import stats

    kept = (rates(rows, rate, confidence) <= rate).mean()
    assert kept >= confidence - 3 * np.sqrt(confidence * (1 - confidence) / 4_000)
    # No lower threshold would do: one more calibration row above it, and the Beta tail falls below the confidence.
    values = np.sort(SCORES[:rows])
    above = int((values > from_false_alarm_rate(values, rate, confidence=confidence).value).sum())
    assert (
        stats.beta.cdf(rate, above + 1, rows - above) >= confidence > stats.beta.cdf(rate, above + 2, rows - above - 1)
    )


def test_each_guarantee_is_named_for_what_it_is() -> None:
    marginal, confident = from_false_alarm_rate(SCORES, 0.01), from_false_alarm_rate(SCORES, 0.01, confidence=0.95)
    assert "marginal" in marginal.guarantee
    assert "0.95 confidence in this very calibration" in confident.guarantee
    assert confident.value > marginal.value
    for threshold in (marginal, confident):
        assert threshold.guarantee in threshold.sentence
        assert (threshold.kind, threshold.rows) == ("false_alarms", 2_000)


@pytest.mark.parametrize("confidence", [None, 0.5, 0.95])
@pytest.mark.parametrize("rows", [1, 7, 99, 2_000])
def test_a_rate_that_so_few_rows_cannot_promise_is_refused_with_the_least_they_can(
    rows: int, confidence: float | None
) -> None:
    least = 1 / (rows + 1) if confidence is None else 1 - (1 - confidence) ** (1 / rows)
    wanted = least * 0.9
    with pytest.raises(TrasuntoError, match="the least they can is") as refusal:
        from_false_alarm_rate(SCORES[:rows], wanted, confidence=confidence)
    said = re.search(r"the least they can is ([\d.e-]+) \(a rate of .* needs ([\d,]+) rows\)", str(refusal.value))
    assert said is not None
    assert float(said[1]) == pytest.approx(least, rel=1e-3)
    highest = from_false_alarm_rate(SCORES[:rows], float(said[1]), confidence=confidence)
    assert highest.value == SCORES[:rows].max()
    enough = int(said[2].replace(",", ""))
    assert from_false_alarm_rate(np.arange(enough), wanted, confidence=confidence).value == enough - 1
    with pytest.raises(TrasuntoError, match="the least they can is"):
        from_false_alarm_rate(np.arange(enough - 1.0), wanted, confidence=confidence)


@pytest.mark.parametrize("goal", [{}, {"recall": 0.9}, {"recall": 1.0}, {"costs": (1.0, 10.0)}, {"costs": (50.0, 1.0)}])
def test_labels_choose_the_best_of_all_thresholds(goal: dict[str, object]) -> None:
    random = np.random.default_rng(1)
    labels = random.random(300) < 0.2
    scores = (random.normal(size=300) + 1.5 * labels).round(1)  # with ties
    found = from_labels(scores, labels, **goal)  # type: ignore[arg-type]

    def worth(value: float) -> tuple[float, float]:
        flagged = scores > value
        hits, alarms = int((flagged & labels).sum()), int((flagged & ~labels).sum())
        if "recall" in goal:
            return float(hits >= goal["recall"] * labels.sum()), -alarms
        if "costs" in goal:
            alarm, miss = np.asarray(goal["costs"])
            return -float(alarm * alarms + miss * (labels.sum() - hits)), 0.0
        return 2 * hits / (2 * hits + alarms + labels.sum() - hits), 0.0

    candidates = [-np.inf, *np.unique(scores), *(np.unique(scores) + 0.05)]
    assert worth(found.value) == pytest.approx(max(worth(value) for value in candidates))
    hits = int((found.flagged(scores) & labels).sum())
    assert f"finds {hits} of {labels.sum()} known anomalies" in found.sentence


def test_a_threshold_from_labels_keeps_away_from_the_scores_on_either_side() -> None:
    assert from_labels([0.0, 1.0, 3.0, 4.0], [0, 0, 1, 1]).value == 2.0
    neighbours = [1.0, np.nextafter(1.0, 2.0)]
    assert from_labels(neighbours, [0, 1]).flagged(neighbours).tolist() == [False, True]


def test_flagging_nothing_or_everything_can_be_the_cheapest() -> None:
    scores, labels = [0.1, 0.2, 0.3], [1, 0, 0]
    assert not from_labels(scores, labels, costs=(100.0, 1.0)).flagged(scores).any()
    assert from_labels(scores, labels, costs=(0.1, 1.0)).flagged(scores).all()


def test_goals_that_make_no_sense_are_refused() -> None:
    for wrong in (0.0, 0.6, -0.1):
        with pytest.raises(TrasuntoError, match=r"must be above 0 and at most 0\.5"):
            from_contamination(SCORES, wrong)
    for wrong in (0.0, 1.0):
        with pytest.raises(TrasuntoError, match=r"the rate of false alarms is .* above 0 and below 1"):
            from_false_alarm_rate(SCORES, wrong)
        with pytest.raises(TrasuntoError, match=r"the confidence is .* above 0 and below 1"):
            from_false_alarm_rate(SCORES, 0.1, confidence=wrong)
    labels = [0, 1]
    with pytest.raises(TrasuntoError, match="one goal"):
        from_labels([0.1, 0.2], labels, recall=0.5, costs=(1, 1))
    with pytest.raises(TrasuntoError, match="the recall is 0"):
        from_labels([0.1, 0.2], labels, recall=0)
    with pytest.raises(TrasuntoError, match="both must be above 0"):
        from_labels([0.1, 0.2], labels, costs=(0, 1))
    with pytest.raises(DataError, match="2 normal rows and 0 anomalies"):
        from_labels([0.1, 0.2], [0, 0])
    with pytest.raises(DataError, match="calibration scores hold nan"):
        from_false_alarm_rate([np.nan, 1.0], 0.5)


def test_a_rate_next_to_one_is_no_threshold_out_of_range() -> None:
    assert from_false_alarm_rate([1.0, 2.0], 1 - 1e-12).value == 1.0


def test_a_value_set_by_hand_keeps_no_guarantee() -> None:
    chosen = from_false_alarm_rate(SCORES, 0.01)
    for threshold in (replace(chosen, value=3.0), Threshold(3)):
        assert (threshold.value, threshold.kind, threshold.rows) == (3.0, BY_HAND, 0)
        assert threshold.guarantee == "It was set by hand and promises nothing."
        assert threshold.sentence == "A score above 3 is flagged. It was set by hand and promises nothing."
        assert threshold.flagged([3.0, 3.1]).tolist() == [False, True]
    with pytest.raises(ValueError, match="guarantee"):
        replace(chosen, guarantee="At most none.")


@pytest.mark.parametrize("value", [math.nan, math.inf, "3", None, True])
def test_a_value_that_is_no_finite_number_is_no_threshold(value: object) -> None:
    with pytest.raises(TrasuntoError, match=r"a threshold has the value .* it must be a finite number"):
        Threshold(value)  # type: ignore[arg-type]


def test_a_threshold_goes_through_json_exactly() -> None:
    for threshold in (
        Threshold(0.5),
        from_contamination(SCORES, 0.1),
        from_false_alarm_rate(SCORES, 0.1, confidence=0.9),
        from_labels(SCORES, SCORES > 1),
    ):
        assert Threshold.from_json(json.loads(json.dumps(threshold.to_json()))) == threshold


def test_what_is_no_stored_threshold_is_refused() -> None:
    stored = from_contamination(SCORES, 0.1).to_json()
    with pytest.raises(TrasuntoError, match="these differ: value"):
        Threshold.from_json({name: stored[name] for name in stored if name != "value"})
    with pytest.raises(TrasuntoError, match="threshold kind 'label' is not known, did you mean 'labels'"):
        Threshold.from_json({**stored, "kind": "label"})
    with pytest.raises(TrasuntoError, match="must be a finite number"):
        Threshold.from_json({**stored, "value": math.inf})
