from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

from trasunto.data.fitting import fit_preparation
from trasunto.data.number_formats import NumberFormat
from trasunto.data.places import Place
from trasunto.data.preparation import MISSING_POLICIES, SCALINGS, LeftOut, Preparation
from trasunto.data.prepared_columns import PreparedCategory, PreparedDate, PreparedNumber
from trasunto.data.records import Records
from trasunto.data.settling import settle
from trasunto.errors import DataError

HERE = Place("the rows")
WHEN = PreparedDate("when", "hour", "2026-03-01T00:00:00", 12.0, 6.0, 12.0).to_json()
SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}


def fitted(frame: pd.DataFrame, **options: Any) -> Preparation:
    features = pd.DataFrame({name: settle(frame[name], HERE).values for name in frame.columns})
    return fit_preparation(features, place=HERE, **options)


@pytest.fixture
def raw(cards: pd.DataFrame) -> pd.DataFrame:
    return cards.drop(columns="Class")


@pytest.mark.parametrize("scaling", SCALERS)
@pytest.mark.parametrize("missing", ["median", "mean", "most_frequent"])
def test_it_does_what_scikit_learn_does(scaling: str, missing: str, raw: pd.DataFrame) -> None:
    numbers, words = ["amount", "count", "abroad"], ["colour"]
    fill = {"strategy": missing} if missing == "most_frequent" else {"strategy": "constant", "fill_value": "(missing)"}
    slow = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy=missing), SCALERS[scaling]()), numbers),
            (
                "words",
                make_pipeline(SimpleImputer(missing_values=None, **fill), OneHotEncoder(sparse_output=False)),
                words,
            ),
        ]
    )
    plain = raw.astype(dict.fromkeys(numbers, float)).astype({"colour": object}).where(raw.notna(), None)
    plain["amount"] = raw["amount"]
    expected = slow.fit_transform(plain)
    preparation = fitted(raw, scaling=scaling, missing=missing)
    # rtol: scikit-learn's min-max scaler multiplies by 1 / range, where this divides by the range.
    np.testing.assert_allclose(preparation.apply(raw), expected, rtol=1e-14, atol=1e-15)
    if scaling != "minmax":
        np.testing.assert_array_equal(preparation.apply(raw), expected)


def test_minmax_reaches_its_ends_exactly() -> None:
    frame = pd.DataFrame({"a": [0.1, 0.3, 0.7]})
    assert fitted(frame, scaling="minmax").apply(frame)[[0, 2], 0].tolist() == [0.0, 1.0]


def test_features_lie_in_the_order_of_their_columns(raw: pd.DataFrame) -> None:
    preparation = fitted(raw[["colour", "amount", "abroad"]])
    assert preparation.columns == ("colour", "amount", "abroad")
    words = ("colour=(missing)", "colour=blue", "colour=green", "colour=red")
    assert preparation.feature_names == (*words, "amount", "abroad")
    assert preparation.spans == ((0, 4), (4, 5), (5, 6))
    assert preparation.blocks == ((0, 4),)
    assert preparation.d == 6


@given(
    numbers=st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=3, max_size=9),
    words=st.lists(st.sampled_from(["a", "b", "(c)", ""]), min_size=3, max_size=9),
    scaling=st.sampled_from(sorted(SCALINGS)),
)
def test_it_is_the_same_after_a_round_trip_through_json(
    numbers: list[float | None], words: list[str], scaling: str
) -> None:
    n = min(len(numbers), len(words))
    frame = pd.DataFrame({"a": pd.Series([0.5, *numbers[:n]], dtype=float), "b": ["a", *words[:n]]})
    preparation = fitted(frame, scaling=scaling)
    again = Preparation.from_json(json.loads(json.dumps(preparation.to_json(), allow_nan=False)))
    assert again == preparation
    assert again.apply(frame).tobytes() == preparation.apply(frame).tobytes()


def test_restored_rows_are_the_raw_ones(raw: pd.DataFrame) -> None:
    whole = raw.dropna()
    for scaling in SCALINGS:
        preparation = fitted(whole, scaling=scaling)
        restored = preparation.restore(preparation.apply(whole))
        assert tuple(restored.columns) == preparation.columns
        np.testing.assert_allclose(restored["amount"], whole["amount"], rtol=1e-14)
        assert restored["colour"].tolist() == whole["colour"].tolist()


def test_probabilities_are_restored_as_the_likeliest_category(raw: pd.DataFrame) -> None:
    preparation = fitted(raw[["colour"]])
    assert preparation.restore(np.array([[0.1, 0.2, 0.4, 0.3], [0, 0, 0, 0]]))["colour"].tolist() == [
        "green",
        "(unseen)",
    ]


def test_categories_that_training_rows_did_not_have_are_zeros_and_counted(raw: pd.DataFrame) -> None:
    preparation = fitted(raw)
    later = raw.assign(colour=["violet"] * 5 + ["red"] * 7)
    start, stop = preparation.blocks[0]
    coded = preparation.apply(later)[:, start:stop]
    assert coded.sum(axis=1).tolist() == [0.0] * 5 + [1.0] * 7
    assert preparation.unseen(later) == {"colour": 5}
    assert preparation.unseen(raw) == {}


def test_a_missing_category_is_its_own_where_it_was_one_in_training(raw: pd.DataFrame) -> None:
    gone = raw.assign(colour=None)
    known, unknown = fitted(raw), fitted(raw.dropna())
    assert known.restore(known.apply(gone))["colour"].unique().tolist() == ["(missing)"]
    assert unknown.unseen(gone) == {"colour": 12}
    frequent = fitted(raw, missing="most_frequent")
    assert frequent.restore(frequent.apply(gone))["colour"].unique().tolist() == ["red"]


def test_missing_numbers_are_filled_from_the_training_rows_alone(raw: pd.DataFrame) -> None:
    preparation = fitted(raw.head(4), scaling="none")
    later = pd.DataFrame({"amount": [None, 500.0], "count": [1, 2], "abroad": [True, None], "colour": ["red", "red"]})
    assert preparation.apply(later)[:, [0, 2]].tolist() == [[2.0, 1.0], [500.0, 0.5]]


def test_what_was_missing_is_noted(raw: pd.DataFrame) -> None:
    assert [column.absent for column in fitted(raw).fitted] == [1, 0, 0, 1]


def test_missing_values_can_be_refused_with_their_place(raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"column 'amount' has no value in row 2 of the rows \(counted from 0\)$"):
        fitted(raw, missing="refuse")
    preparation = fitted(raw.dropna(), missing="refuse")
    with pytest.raises(DataError, match=r"column 'colour' has no value in row 0 of later.csv .*; 11 more are missing"):
        preparation.apply(raw.assign(amount=1.0, colour=None), place=Place("later.csv"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda raw: raw.drop(columns=["count", "abroad"]), "lacks columns 'count', 'abroad'; 4 are expected"),
        (lambda raw: raw.assign(Class=0), "has column 'Class'; 4 are expected"),
        (lambda raw: raw.rename(columns={"count": "Count"}), "lacks column 'count' and has column 'Count'; 4 are"),
        (lambda raw: raw[["amount", "amount", "count", "abroad", "colour"]], "has twice column 'amount'"),
        (lambda raw: raw.assign(amount="much"), r"column 'amount' holds 'much' in row 0 of the rows to prepare"),
        (lambda raw: raw.assign(amount=np.inf), "column 'amount' holds inf in row 0"),
        (lambda raw: raw.to_numpy()[:, :3], r"has shape \(12, 3\); \(n, 4\), with columns 'amount', 'count'"),
        (lambda raw: np.zeros(4), r"has shape \(4,\)"),
    ],
)
def test_rows_of_other_columns_are_refused_with_which(change: Any, sentence: str, raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        fitted(raw).apply(change(raw))


def test_columns_are_taken_by_name_in_any_order(raw: pd.DataFrame) -> None:
    preparation = fitted(raw)
    turned = raw[["colour", "count", "abroad", "amount"]]
    np.testing.assert_array_equal(preparation.apply(turned), preparation.apply(raw))
    np.testing.assert_array_equal(preparation.apply(pa.Table.from_pandas(turned)), preparation.apply(raw))


def test_arrays_of_the_right_width_need_no_names(raw: pd.DataFrame) -> None:
    preparation = fitted(raw)
    np.testing.assert_array_equal(preparation.apply(raw.to_numpy()), preparation.apply(raw))
    single = raw[["amount", "count"]].to_numpy(dtype=np.float32)
    numbers = fitted(raw[["amount", "count"]])
    assert numbers.apply(single).dtype == np.float64


def test_text_that_reads_as_numbers_is_prepared_as_these(raw: pd.DataFrame) -> None:
    preparation = fitted(raw)
    np.testing.assert_array_equal(preparation.apply(raw.assign(count=raw["count"].astype(str))), preparation.apply(raw))


def test_rows_of_another_width_cannot_be_restored(raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"rows of shape \(2, 3\) cannot be restored; \(n, 7\) features are expected"):
        fitted(raw).restore(np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"scaling": "standart"},
            r"scaling 'standart' is not known, did you mean 'standard'\? \(legal: standard, minmax",
        ),
        ({"missing": "zero"}, r"missing 'zero' is not known .*legal: median, mean, most_frequent, refuse"),
    ],
)
def test_unknown_words_are_refused_with_the_legal_ones(options: Any, sentence: str, raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        fitted(raw, **options)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_column_that_is_constant_in_the_training_rows_is_kept(scaling: str) -> None:
    preparation = fitted(pd.DataFrame({"a": [3.0, 3.0, 3.0]}), scaling=scaling)
    assert np.isfinite(preparation.apply(pd.DataFrame({"a": [3.0, 4.0]}))).all()


def test_a_column_without_values_in_the_training_rows_is_refused() -> None:
    with pytest.raises(DataError, match="column 'a' has no value in any row of the rows to train on; drop it"):
        fitted(pd.DataFrame({"a": [None, None], "b": [1.0, 2.0]}))


def test_names_are_no_categories() -> None:
    with pytest.raises(DataError, match="column 'id' of the rows holds 40 different texts in 40 rows, too many"):
        fitted(pd.DataFrame({"id": [f"card {number}" for number in range(40)]}))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda json: None, "the stored preparation is not of format 1 to 2"),
        (lambda json: json | {"format": 3}, "not of format 1 to 2"),
        (lambda json: json | {"format": True}, "not of format 1 to 2"),
        (lambda json: {key: json[key] for key in json if key != "left_out"}, "lacks the columns that were left out"),
        (lambda json: json | {"left_out": [{"name": "a"}]}, "lacks the columns that were left out, with names and why"),
        (
            lambda json: json | {"columns": [json["columns"][0] | {"format": {"decimal": ";"}}]},
            "no format that is known",
        ),
        (lambda json: json | {"columns": [json["columns"][0] | {"format": {"comma": ";"}}]}, "cannot be read"),
        (lambda json: json | {"columns": [json["columns"][0] | {"truth": 1}]}, "truth values"),
        (lambda json: json | {"columns": [WHEN | {"part": "year"}]}, "'year'.*legal: hour, weekday, days"),
        (lambda json: json | {"columns": [WHEN | {"first": "soon"}]}, "counted from 'soon', which is no date"),
        (lambda json: json | {"columns": [WHEN | {"first": 7}]}, "counted from 7, which is no date"),
        (lambda json: json | {"columns": [WHEN | {"spread": 0.0}]}, "the spread above 0"),
        (lambda json: json | {"columns": None}, "lacks its columns"),
        (lambda json: json | {"columns": []}, "needs columns of different names"),
        (lambda json: json | {"columns": json["columns"] * 2}, "needs columns of different names"),
        (lambda json: json | {"scaling": "cube"}, "scaling 'cube' is not known"),
        (lambda json: json | {"columns": [{"kind": "number"}]}, "a column of the stored preparation cannot be read"),
        (
            lambda json: json | {"columns": [json["columns"][0] | {"kind": "code"}]},
            "'code' is neither number nor category nor date",
        ),
        (lambda json: json | {"columns": [json["columns"][0] | {"spread": 0.0}]}, "the spread above 0"),
        (lambda json: json | {"columns": [json["columns"][0] | {"centre": float("nan")}]}, "must be finite numbers"),
        (lambda json: json | {"columns": [json["columns"][0] | {"centre": "1"}]}, "must be finite numbers"),
        (lambda json: json | {"columns": [json["columns"][0] | {"more": 1}]}, "unexpected keyword argument 'more'"),
        (lambda json: json | {"columns": [json["columns"][3] | {"words": ["a", "a"]}]}, "must be different texts"),
        (lambda json: json | {"columns": [json["columns"][3] | {"fill": "no"}]}, "the fill one of them"),
        (lambda json: json | {"columns": [7]}, "cannot be read"),
    ],
)
def test_a_stored_preparation_that_is_none_is_refused(change: Any, sentence: str, raw: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        Preparation.from_json(change(fitted(raw).to_json()))


def test_every_policy_and_scaling_prepares_real_rows(creditcard_sample: Records) -> None:
    for scaling in SCALINGS:
        for missing in MISSING_POLICIES:
            table = creditcard_sample.table(scaling=scaling, missing=missing, normal=0)
            assert table.d == len(creditcard_sample.columns)
            assert np.isfinite(table.x).all()


@pytest.fixture
def written() -> Preparation:
    """Return what prepares columns of every kind."""
    return Preparation(
        (
            PreparedDate("when", "hour", "2026-03-02T00:00:00", 12.0, 6.0, 9.0, 1),
            PreparedDate("when", "days", "2026-03-02T00:00:00", 1.0, 0.5, 1.0, 1),
            PreparedNumber("price", 1000.0, 500.0, 0.0, 0, NumberFormat(",", ".", "€")),
            PreparedNumber("paid", 0.5, 0.5, 0.0, 0, truth=True),
            PreparedCategory("zip", ("02134", "10115")),
        ),
        "standard",
        "median",
        (LeftOut("id", "counts the rows"),),
    )


def test_dates_formatted_numbers_and_truth_values_are_prepared_from_text(written: Preparation) -> None:
    texts = pd.DataFrame(
        {
            "when": ["2026-03-02T18:30:00", "2026-03-04", None],
            "price": ["1.500,00 €", "€ 2.000", "-500"],
            "paid": ["TRUE", "false", None],
            "zip": ["02134", "10115", "99999"],
        }
    )
    assert written.columns == ("when", "price", "paid", "zip")
    assert written.names == ("when.hour", "when.days", "price", "paid", "zip")
    assert written.spans == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 6))
    made = written.apply(texts)
    # (18 - 12) / 6, (0 - 12) / 6, and the fill 9; days 18.5 / 24 and 2, and the fill 1.
    assert made[:, 0].tolist() == [1.0, -2.0, -0.5]
    assert made[:, 1].tolist() == pytest.approx([(18.5 / 24 - 1) / 0.5, 2.0, 0.0])
    assert made[:, 2].tolist() == [1.0, 2.0, -3.0]
    assert made[:, 3].tolist() == [1.0, -1.0, -1.0]
    assert made[:, 4:].tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    typed = texts.assign(
        when=pd.to_datetime(pd.Series(texts["when"]), format="ISO8601"), price=[1500.0, 2000.0, -500.0]
    )
    np.testing.assert_array_equal(written.apply(typed.assign(paid=pd.Series([True, False, None]))), made)
    again = Preparation.from_json(json.loads(json.dumps(written.to_json(), allow_nan=False)))
    assert again == written
    assert all(column.as_text for column in again.fitted)


def test_rows_are_shown_in_the_units_of_their_columns_and_of_the_parts_of_dates(written: Preparation) -> None:
    rows = pd.DataFrame(
        {"when": ["2026-03-03T06:00", None], "price": ["1.500,00 €", None], "paid": ["true", None], "zip": ["x", None]}
    )
    shown = written.shown(rows)
    assert shown.iloc[0].tolist() == [6.0, 1.25, 1500.0, 1.0, "x"]
    assert shown.isna().iloc[1].all()
    assert tuple(shown.columns) == tuple(written.restore(written.apply(rows)).columns) == written.names


def test_a_category_is_known_with_and_without_blanks_beside_it() -> None:
    column = PreparedCategory("work", (" Private", "Never"))
    assert column.codes(pd.Series(["Private", " Private", "Never ", "Privat", None], dtype=object)).tolist() == [
        0,
        0,
        1,
        -1,
        -1,
    ]
