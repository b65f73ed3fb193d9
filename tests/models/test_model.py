from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest

from trasunto.analysis import thresholds
from trasunto.cohort.application import Applied
from trasunto.data import Table, from_arrays, read_records
from trasunto.data.preparation import Preparation
from trasunto.errors import DataError, TrasuntoError
from trasunto.models.file import open_model, save
from trasunto.models.fitting import fit_model
from trasunto.models.goals import Goal
from trasunto.models.model import Model
from trasunto.models.scoring import SCORES
from trasunto.spec import Recipe


def test_rows_that_break_the_rule_score_higher(model: Model, frame: pd.DataFrame) -> None:
    scores, strange = model.score(frame), frame["Class"] == 1
    assert scores.shape == (400,)
    assert np.median(scores[strange]) > np.quantile(scores[~strange], 0.99)
    assert (model.flag(frame) == (scores > model.threshold.value)).all()


def test_prepared_rows_are_scored_as_such(model: Model, frame: pd.DataFrame, table: Table) -> None:
    assert table.preparation is not None
    prepared = table.preparation.apply(frame[["amount", "rate", "card"]])
    assert model.prepare(frame).dtype == np.float32
    np.testing.assert_array_equal(model.prepare(frame), prepared.astype(np.float32))
    for x in (prepared, prepared.astype(np.float32), np.asfortranarray(prepared)):
        assert np.array_equal(model.score_prepared(x), model.score(frame))
    with pytest.raises(DataError, match=r"the prepared rows has shape \(4,\); 4 features a row are wanted"):
        model.score_prepared(prepared[0])


def test_a_frame_of_any_library_and_order_scores_the_same(model: Model, frame: pd.DataFrame) -> None:
    scores = model.score(frame)
    turned = frame[["card", "Class", "rate", "amount"]]
    table = pa.Table.from_pandas(turned)
    for rows in (turned, polars.from_pandas(turned), table, table.to_batches()[0]):
        assert np.array_equal(model.score(rows), scores)
        assert np.array_equal(model.flag(rows), model.flag(frame))
        assert np.array_equal(model.encode(rows), model.encode(frame))
        assert np.array_equal(model.reconstruct(rows), model.reconstruct(frame))
    assert model.explain(table.slice(0, 3)) == model.explain(frame.iloc[:3])


@pytest.fixture(scope="module")
def numbers() -> tuple[Model, np.ndarray]:
    """A model of three scaled columns without names, and the rows."""
    x = np.random.default_rng(0).normal(size=(300, 3)) * [1.0, 100.0, 1e-3] + [0.0, 5000.0, 1.0]
    recipe = Recipe("[1 linear] > linear", epochs=2)
    return fit_model(read_records(x).table(test=0), recipe, score="standardised"), x


def test_an_array_is_scaled_as_its_columns_were_in_training(numbers: tuple[Model, np.ndarray]) -> None:
    model, x = numbers
    seen = (x - x.mean(axis=0)) / x.std(axis=0)
    np.testing.assert_allclose(model.prepare(x), seen, atol=1e-6)
    assert model.flag(x).sum() == 3
    frame = pd.DataFrame(x[:, ::-1], columns=model.entrance.columns[::-1])
    for rows in (x.tolist(), x.astype(object), np.asfortranarray(x), frame):
        assert np.array_equal(model.score(rows), model.score(x))
    (reasons,) = model.explain(x[:1], most=1)
    (feature,) = reasons.features
    assert feature.value == x[0, model.entrance.columns.index(feature.feature)]


def test_pixels_are_taken_as_images_or_flat_and_nothing_is_guessed_of_other_integers() -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 2, 3)).astype(np.uint8)
    made = fit_model(from_arrays(images), Recipe("[1 linear] > sigmoid", epochs=1), score="mse")
    np.testing.assert_allclose(made.prepare(images), images.reshape(40, 6) / 255, rtol=1e-6)
    flat = images.reshape(40, 6)
    for rows in (images, flat, pd.DataFrame(flat, columns=made.feature_names), flat / np.float32(255)):
        np.testing.assert_allclose(made.score(rows), made.score(images), rtol=1e-5)
    assert made.reconstruct(images).shape == (40, 6)
    assert np.array_equal(made.encode(images), made.encode(flat))
    with pytest.raises(DataError, match=r"has shape \(40, 3, 2\); .* or images \(n, 2, 3\)"):
        made.score(images.reshape(40, 3, 2))
    with pytest.raises(DataError, match=r"holds int64, and the model was trained on pixels: give uint8 .0 to 255."):
        made.score(flat.astype(np.int64))


def test_floats_of_a_scale_are_scaled_as_in_training(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3)) * 100
    made = fit_model(from_arrays(rows, scale=0.01), Recipe("[1 linear] > linear", epochs=1), score="mse")
    for model in (made, open_model(save(made, tmp_path / "m.trasunto"))):
        np.testing.assert_allclose(model.prepare(rows), rows / 100, rtol=1e-6)
        assert model.flag(rows).sum() == 0


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
        (["rate", "amount", "card"], ""),
        (["rate", "amount", "card", "rate"], "has twice column 'rate'"),
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


@pytest.mark.parametrize(("value", "said"), [(np.nan, "has no value"), (np.inf, "holds inf"), (-np.inf, "holds -inf")])
def test_a_value_that_is_not_finite_is_refused_with_its_place(
    numbers: tuple[Model, np.ndarray], value: float, said: str
) -> None:
    model, x = numbers
    rows = x[:5].copy()
    rows[3, 1] = value
    strict = replace(model, entrance=replace(model.entrance, preparation=_refusing(model)))
    with pytest.raises(DataError, match=rf"column 'x1' {said} in row 3 of the table of rows .counted from 0."):
        strict.score(rows)
    with pytest.raises(DataError, match=rf"column 'x1', row 3 of the prepared rows .*, holds {value}"):
        model.score_prepared(rows)


def _refusing(model: Model) -> Preparation:
    assert model.entrance.preparation is not None
    return replace(model.entrance.preparation, missing="refuse")


@pytest.mark.parametrize("value", [1e39, 1e60, -1.7976931348623157e308, 1.7976931348623157e308])
def test_a_value_that_is_absurd_is_strange_and_not_refused(model: Model, frame: pd.DataFrame, value: float) -> None:
    rows = frame.iloc[:9].copy()
    rows.loc[4, "amount"] = value
    scores = model.score(rows)
    assert np.isfinite(scores).all()
    assert scores[4] > 1e9
    assert model.flag(rows)[4]
    assert np.array_equal(np.delete(scores, 4), np.delete(model.score(frame.iloc[:9]), 4))
    (reasons,) = model.explain(rows.iloc[[4]], 1)
    assert (reasons.features[0].feature, reasons.features[0].value) == ("amount", value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.zeros((2, 2)), r"has shape \(2, 2\); \(n, 3\), with columns 'x0', 'x1', 'x2' in this order, is wanted"),
        (np.zeros(3), r"has shape \(3,\); give a single row as an array of shape \(1, 3\) or a frame of one row"),
        (np.array([["a"] * 3]), "holds <U1; numbers are wanted"),
        (np.array([["a"] * 3], dtype=object), "column 'x0' holds 'a' in row 0"),
        ([[1.0], [1.0, 2.0]], "its rows have different lengths"),
    ],
)
def test_arrays_of_another_shape_or_kind_are_refused(
    numbers: tuple[Model, np.ndarray], rows: np.ndarray, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        numbers[0].score(rows)


def test_an_array_is_refused_where_columns_hold_categories(model: Model, frame: pd.DataFrame) -> None:
    for rows in (np.zeros((5, 4)), np.zeros((5, 3)), frame[["amount", "rate", "card"]].to_numpy()):
        with pytest.raises(DataError, match=r"columns that are no numbers \(column 'card'\): give a frame"):
            model.score(rows)


def test_the_farthest_finite_row_is_strange_and_not_refused(model: Model) -> None:
    for far in (np.full((1, 4), 3e38), np.full((1, 4), -1.79e308)):
        scores = model.score_prepared(far)
        assert np.isfinite(scores).all()
        assert (scores > 1e9).all()


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
    with pytest.raises(TrasuntoError, match=r"labels have the shape \(1,\); expected .*, one per row"):
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


@pytest.mark.parametrize("score", SCORES)
def test_an_explanation_rebuilds_rows_once_by_each_network(
    model: Model, table: Table, frame: pd.DataFrame, score: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fit_model(
        table, Recipe("[2 tanh] > linear", epochs=1), seeds=2, score=score, ignored=("id", "Time", "Class")
    )
    passes: list[str] = []
    really = Applied._over

    def over(self: Applied, verb: Any, *given: Any, **named: Any) -> np.ndarray:
        passes.append(verb.__name__)
        return really(self, verb, *given, **named)

    monkeypatch.setattr(Applied, "_over", over)
    made.explain(frame.iloc[:5])
    assert len([name for name in passes if name != "_latent"]) == 2
    assert passes.count("_latent") == (2 if score == "latent" else 0)


def test_a_category_is_one_reason_with_its_word(model: Model, frame: pd.DataFrame) -> None:
    row = frame.loc[[frame["amount"].idxmax()]].assign(card="blue")
    (reasons,) = model.explain(row, most=9)
    assert sorted(feature.feature for feature in reasons.features) == ["amount", "card", "rate"]
    (card,) = [feature for feature in reasons.features if feature.feature == "card"]
    assert (card.value, card.expected, card.direction) == ("blue", "red", "other")


def test_no_reasons_are_asked_for(model: Model, frame: pd.DataFrame) -> None:
    assert model.explain(frame.iloc[:0]) == ()
    with pytest.raises(TrasuntoError, match=r"most must be a whole number from 1 to .*, not 0"):
        model.explain(frame, most=0)
    with pytest.raises(TrasuntoError, match="not '2'"):
        model.explain(frame, most="2")  # type: ignore[arg-type]


def test_former_names_still_work_and_warn(model: Model, frame: pd.DataFrame) -> None:
    formerly: dict[str, Any] = {"x": frame}
    with pytest.warns(DeprecationWarning, match=r"Model\.admit is now Model\.prepare"):
        admitted = model.admit(frame)
    np.testing.assert_array_equal(admitted, model.prepare(frame))
    with pytest.warns(DeprecationWarning, match=r"Model\.score\(x=\.\.\.\) is now Model\.score\(rows=\.\.\.\)"):
        scores = model.score(**formerly)
    np.testing.assert_array_equal(scores, model.score(rows=frame))
    with pytest.warns(DeprecationWarning, match="explain"):
        assert model.explain(**formerly, most=1) == model.explain(frame, most=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        model.flag(frame, **formerly)
