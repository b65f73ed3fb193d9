from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trasunto.analysis import thresholds
from trasunto.data import Table
from trasunto.errors import DataError, TrasuntoError
from trasunto.models.file import open_model, save
from trasunto.models.goals import Goal
from trasunto.models.model import Model


def test_rows_that_break_the_rule_score_higher(model: Model, frame: pd.DataFrame) -> None:
    scores, strange = model.score(frame), frame["Class"] == 1
    assert scores.shape == (400,)
    assert np.median(scores[strange]) > np.quantile(scores[~strange], 0.99)
    assert (model.flag(frame) == (scores > model.threshold.value)).all()


def test_raw_rows_and_prepared_ones_score_the_same(model: Model, frame: pd.DataFrame, table: Table) -> None:
    assert table.preparation is not None
    prepared = table.preparation.apply(frame[["amount", "rate", "card"]])
    assert np.array_equal(model.score(prepared), model.score(frame))
    assert np.array_equal(model.score(prepared.astype(np.float32)), model.score(frame))


def test_a_row_scores_the_same_in_any_company(model: Model, frame: pd.DataFrame) -> None:
    scores = model.score(frame)
    assert np.array_equal(model.score(frame.iloc[[3]]), scores[[3]])
    assert np.array_equal(model.score(frame.iloc[::-1]), scores[::-1])
    assert model.score(frame.iloc[:0]).shape == (0,)


def test_an_ensemble_averages_its_networks(model: Model, frame: pd.DataFrame) -> None:
    assert model.seeds == (0, 1)
    alone = [
        replace(
            model,
            weights=(model.weights[at],),
            courses=(model.courses[at],),
            judgement=replace(model.judgement, scorings=(model.judgement.scorings[at],)),
        )
        for at in (0, 1)
    ]
    scores = [one.score(frame) for one in alone]
    assert not np.array_equal(scores[0], scores[1])
    assert np.allclose(model.score(frame), np.mean(scores, axis=0), rtol=1e-12)
    made = [one.reconstruct(frame) for one in alone]
    assert np.allclose(model.reconstruct(frame), np.mean(made, axis=0), rtol=1e-6)
    assert np.array_equal(model.encode(frame), np.concatenate([one.encode(frame) for one in alone], axis=1))
    assert model.encode(frame).shape == (400, 4)
    assert model.reconstruct(frame).shape == (400, 4)


def test_columns_left_aside_in_training_may_be_there_or_not(model: Model, frame: pd.DataFrame) -> None:
    assert np.array_equal(model.score(frame[["amount", "rate", "card"]]), model.score(frame))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["amount", "rate"], "lacks column 'card'"),
        (["amount", "rate", "card", "id"], ""),
        (["rate", "amount", "card"], "another order: column 1 is 'rate' where 'amount' is wanted"),
    ],
)
def test_other_columns_are_refused_by_name(model: Model, frame: pd.DataFrame, columns: list[str], said: str) -> None:
    if not said:
        assert np.array_equal(model.score(frame[columns]), model.score(frame))
        return
    with pytest.raises(DataError, match=said):
        model.score(frame[columns])
    with pytest.raises(DataError, match="has column 'extra'"):
        model.score(frame[["amount", "rate", "card"]].assign(extra=1))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_array_with_a_value_that_is_not_finite_is_refused_with_its_place(model: Model, value: float) -> None:
    rows = np.zeros((5, 4))
    rows[3, 1] = value
    with pytest.raises(DataError, match=rf"column 'rate', row 3 of the table of rows .counted from 0., holds {value}"):
        model.score(rows)


def test_a_value_beyond_the_networks_precision_is_refused_as_such(model: Model) -> None:
    rows = np.zeros((2, 4))
    rows[1, 0] = 1e60
    with pytest.raises(DataError, match=r"column 'amount', row 1 .* comes to 1e\+60 when prepared, too large"):
        model.score(rows)


@pytest.mark.parametrize("rows", [np.zeros((2, 3)), np.zeros(4), np.array([["a"] * 4])])
def test_arrays_of_another_shape_or_kind_are_refused(model: Model, rows: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"the table of rows (has shape|holds)"):
        model.score(rows)


def test_the_farthest_finite_row_is_strange_and_not_refused(model: Model) -> None:
    far = np.full((1, 4), 3e38)
    assert np.isfinite(model.score(far)).all()
    assert model.flag(far).all()


def test_another_threshold_promises_what_it_was_chosen_for(model: Model, frame: pd.DataFrame) -> None:
    normal, strange = frame[frame["Class"] == 0], (frame["Class"] == 1).to_numpy()
    scores = model.score(normal)
    calibrated = model.with_threshold(Goal("false_alarms", 0.02), normal)
    assert calibrated.threshold == thresholds.from_false_alarm_rate(scores, 0.02)
    told = model.with_threshold(Goal("labels", recall=1.0), frame, strange)
    assert told.flag(frame)[strange].all()
    assert told.threshold == thresholds.from_labels(model.score(frame), strange, recall=1.0)
    share = model.with_threshold(Goal("contamination", 0.25), frame.iloc[:40])
    assert share.flag(frame.iloc[:40]).sum() == 10
    assert "10 of 40 rows given are" in share.threshold.sentence
    assert np.array_equal(share.score(frame), model.score(frame))
    assert model.threshold.kind == "false_alarms"


def test_a_threshold_set_by_hand_promises_nothing_in_a_file_either(model: Model, tmp_path: Path) -> None:
    lower = replace(model, threshold=replace(model.threshold, value=model.threshold.value / 2))
    assert lower.threshold.kind == "by hand"
    again = open_model(save(lower, tmp_path / "lower.trasunto"))
    assert again.threshold == lower.threshold
    assert "promises nothing" in again.threshold.guarantee


def test_a_goal_and_its_labels_belong_together(model: Model, frame: pd.DataFrame) -> None:
    with pytest.raises(TrasuntoError, match="needs labels: which rows are anomalies"):
        model.with_threshold(Goal("labels"), frame)
    with pytest.raises(TrasuntoError, match="this one is of kind 'false_alarms'"):
        model.with_threshold(Goal("false_alarms", 0.1), frame, frame["Class"])
    with pytest.raises(TrasuntoError, match=r"labels have the shape \(1,\); one per row"):
        model.with_threshold(Goal("labels"), frame, [1])
    with pytest.raises(TrasuntoError, match=r"such as Goal.* not 0.05"):
        model.with_threshold(0.05, frame)  # type: ignore[arg-type]
    with pytest.raises(TrasuntoError, match="4 calibration rows cannot promise"):
        model.with_threshold(Goal("false_alarms", 0.01), frame.iloc[:4])


def test_reasons_are_in_the_units_that_rows_came_in(model: Model, frame: pd.DataFrame) -> None:
    strange = frame[frame["Class"] == 1].iloc[:3]
    assert [len(reasons.features) for reasons in model.explain(strange, most=2)] == [2, 2, 2]
    found = model.explain(strange, most=3)
    for reasons, (_, row) in zip(found, strange.iterrows(), strict=True):
        (rate,) = [feature for feature in reasons.features if feature.feature == "rate"]
        assert (rate.value, rate.direction) == (row["rate"], "higher")
        assert rate.sentence in str(reasons)
        assert reasons.score == pytest.approx(model.score(strange.loc[[row.name]])[0], rel=1e-12)


def test_a_category_is_one_reason_with_its_word(model: Model, frame: pd.DataFrame) -> None:
    row = frame.loc[[frame["amount"].idxmax()]].assign(card="blue")
    (reasons,) = model.explain(row, most=9)
    assert sorted(feature.feature for feature in reasons.features) == ["amount", "card", "rate"]
    (card,) = [feature for feature in reasons.features if feature.feature == "card"]
    assert (card.value, card.expected, card.direction) == ("blue", "red", "other")


def test_prepared_rows_are_explained_in_the_units_that_they_came_from(
    model: Model, frame: pd.DataFrame, table: Table
) -> None:
    assert table.preparation is not None
    prepared = table.preparation.apply(frame[["amount", "rate", "card"]].iloc[:4])
    for raw, ready in zip(model.explain(frame.iloc[:4], 3), model.explain(prepared, 3), strict=True):
        assert raw.score == ready.score
        for one, other in zip(raw.features, ready.features, strict=True):
            assert (one.feature, one.error, one.direction) == (other.feature, other.error, other.direction)
            if one.feature != "card":
                assert other.value == pytest.approx(one.value, rel=1e-6)


def test_no_reasons_are_asked_for(model: Model, frame: pd.DataFrame) -> None:
    assert model.explain(frame.iloc[:0]) == ()
    with pytest.raises(TrasuntoError, match="0 reasons"):
        model.explain(frame, most=0)
