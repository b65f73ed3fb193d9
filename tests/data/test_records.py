from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.reading import read_records
from trasunto.data.records import Records
from trasunto.errors import DataError

PINNED: dict[tuple[str, str], str] = {
    ("standard", "median"): "7003375d8983",
    ("standard", "mean"): "f25e95afb078",
    ("minmax", "most_frequent"): "303a8f0eb0ca",
    ("robust", "median"): "cd3bd94ef63c",
    ("none", "mean"): "07dfdb5b04f3",
}
"""The beginnings of fingerprints, by scaling and what stands in for missing values, as they were from the first on."""


@pytest.fixture
def records(cards: pd.DataFrame) -> Records:
    return read_records(cards, label="Class", name="cards")


def test_normal_rows_are_split_and_the_others_are_apart(records: Records) -> None:
    table = records.table(normal=0, test=0.3)
    assert table.test is not None
    assert table.anomalies is not None
    assert (table.n, table.test.n, table.anomalies.n) == (7, 3, 2)
    for part, label in ((table, 0), (table.test, 0), (table.anomalies, 1)):
        assert part.y is not None
        assert set(part.y.tolist()) == {label}
    assert table.anomalies.provenance.name == "cards anomalies"
    assert table.test.provenance.name == "cards test"
    assert len({table.provenance.sha256, table.test.provenance.sha256, table.anomalies.provenance.sha256}) == 3


def test_every_row_is_in_one_part(creditcard_sample: Records) -> None:
    table = creditcard_sample.table(normal=0, scaling="none")
    parts = [part.x for part in (table, table.test, table.anomalies) if part is not None]
    assert len(parts) == 3
    raw = creditcard_sample.features.to_numpy()
    joined = np.concatenate(parts)
    assert joined.shape == raw.shape
    assert np.array_equal(joined[np.lexsort(joined.T)], raw[np.lexsort(raw.T)])


def test_the_preparation_is_of_the_training_rows_alone(creditcard_sample: Records) -> None:
    table = creditcard_sample.table(normal=0)
    assert table.test is not None
    assert table.anomalies is not None
    np.testing.assert_allclose(table.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(table.x.std(axis=0), 1, rtol=1e-12)
    # Whoever fits on all rows gets exactly 0 for all of them; nobody does here.
    everything = np.concatenate([table.x, table.test.x, table.anomalies.x])
    assert np.abs(everything.mean(axis=0)).max() > 1e-3
    assert creditcard_sample.y is not None
    shifted = creditcard_sample.features + 1e3 * (creditcard_sample.y == 1)[:, np.newaxis]
    stranger = replace(creditcard_sample, features=shifted)
    assert stranger.table(normal=0).fingerprint == table.fingerprint


def test_the_table_knows_its_columns(records: Records) -> None:
    table = records.table(normal=0, test=0)
    assert table.preparation is not None
    assert table.test is None
    assert table.feature_names == table.preparation.feature_names
    assert table.blocks == table.preparation.blocks == ((3, 7),)
    assert table.preparation.columns == records.columns
    usual = records.features[records.y == 0]
    rows = np.lexsort(table.x.T)
    prepared = table.preparation.apply(usual)
    assert np.array_equal(table.x[rows], prepared[np.lexsort(prepared.T)])


def test_the_seed_decides_the_split(records: Records) -> None:
    assert records.table(seed=1).fingerprint == records.table(seed=1).fingerprint
    assert records.table(seed=1).fingerprint != records.table(seed=2).fingerprint


def test_the_normal_label_may_be_typed_as_text(records: Records) -> None:
    assert records.table(normal="0").fingerprint == records.table(normal=0).fingerprint
    words = replace(records, y=np.where(records.y == 0, "good", "bad"))
    assert words.table(normal="good").fingerprint == records.table(normal=0).fingerprint


def test_weights_go_with_their_rows(cards: pd.DataFrame) -> None:
    table = read_records(cards, label="Class", weight=np.arange(1.0, 13.0)).table(normal=0, split="last", test=0.3)
    assert table.weights is not None
    assert table.weights.tolist() == [1, 2, 3, 4, 6, 7, 8]
    assert table.test is not None
    assert table.test.weights is not None
    assert table.test.weights.tolist() == [9, 10, 11]
    assert table.anomalies is not None
    assert table.anomalies.weights is not None
    assert table.anomalies.weights.tolist() == [5, 12]


def test_the_last_and_the_latest_rows_are_tested_on(cards: pd.DataFrame) -> None:
    cards["when"] = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    records = read_records(cards, label="Class", time="when")
    kept = {split: records.table(scaling="none", split=split, test=0.25).test for split in ("last", "time")}
    assert {split: test.x[:, 1].tolist() for split, test in kept.items() if test is not None} == {
        "last": [9.0, 10.0, 11.0],
        "time": [2.0, 1.0, 0.0],
    }


def test_groups_stay_together(cards: pd.DataFrame) -> None:
    cards["who"] = ["a", "b", "c", "d"] * 3
    table = read_records(cards, label="Class", group="who").table(scaling="none", split="group", test=0.25)
    assert table.test is not None
    assert table.test.n == 3
    assert len(set(table.test.x[:, 1].astype(int) % 4)) == 1


def test_a_stratified_split_keeps_the_share_of_every_class(creditcard_sample: Records) -> None:
    table = creditcard_sample.table(split="stratified", test=0.25)
    assert table.y is not None
    assert table.test is not None
    assert table.test.y is not None
    assert table.anomalies is None
    assert table.test.y.mean() == pytest.approx(table.y.mean(), abs=1 / table.test.n)


def test_other_records_can_be_tested_on(records: Records, cards: pd.DataFrame) -> None:
    others = read_records(cards.iloc[[0, 4, 11]], label="Class", name="others")
    table = records.table(test=others, normal=0)
    assert table.test is not None
    assert table.anomalies is not None
    assert (table.n, table.test.n, table.anomalies.n) == (10, 1, 4)
    spoilt = cards.assign(amount=["1"] * 5 + ["much"] * 7)
    with pytest.raises(DataError, match="column 'amount' holds 'much' in row 5 of the data frame"):
        records.table(test=read_records(spoilt, label="Class"), normal=0)
    with pytest.raises(DataError, match="the data frame lacks column 'colour'"):
        records.table(test=read_records(cards.drop(columns="colour"), label="Class"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"normal": 2}, r"has no normal rows: none is labelled 2 \(labels: 0, 1\)"),
        ({"normal": "good"}, "has no normal rows: none is labelled 'good'"),
        ({"test": 1.5}, "fraction of rows to hold out is 1.5"),
        ({"test": 0.99}, "both need some"),
        ({"split": "randum"}, r"split 'randum' is not known, did you mean 'random'\? \(legal: random, stratified"),
        ({"split": "stratified", "normal": 0}, "a stratified split needs two classes; all 10 rows are of class 0"),
        ({"split": "group"}, "a split by group needs a row's group; name its column with group"),
        ({"split": "time"}, "a split by time needs a row's time; name its column with time"),
        ({"scaling": "log"}, "scaling 'log' is not known"),
        ({"scaling": 3}, "scaling is 3; it must be a word, such as 'standard'"),
        ({"missing": None}, "missing is None; it must be a word, such as 'median'"),
        ({"split": ["random"]}, r"split is \['random'\]; it must be a word, such as 'random'"),
        ({"test": "0.2"}, "test is '0.2'; it must be a share of the rows from 0 to below 1, or other records"),
        ({"seed": 1.5}, "seed is 1.5; it must be a whole number"),
        ({"missing": "refuse"}, r"column 'amount' has no value in row 2 of the data frame \(counted from 0\)"),
    ],
)
def test_what_cannot_be_done_is_refused(options: dict[str, Any], sentence: str, records: Records) -> None:
    with pytest.raises(DataError, match=sentence):
        records.table(**options)


def test_normal_rows_need_labels_and_others_beside_them(cards: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="the data frame has no labels to tell normal rows by; name the column"):
        read_records(cards).table(normal=0)
    with pytest.raises(DataError, match="every row of the data frame is labelled 0, so that there are no anomalies"):
        read_records(cards[cards["Class"] == 0], label="Class").table(normal=0)


def test_columns_that_cannot_serve_are_all_named_in_one_refusal_or_left_out() -> None:
    n = 40
    chance = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "": range(n),
            "one": 1,
            "same": "x",
            "same_or_none": [2.0, np.nan] * (n // 2),
            "none": None,
            "id": range(1000, 1000 + n),
            "name": [f"card {number}" for number in range(n)],
            "bytes": [b"a", b"b"] * (n // 2),
            "a": chance.normal(size=n),
            "kept": np.arange(n) / 2.0,
            "kind": ["x", "y"] * (n // 2),
        }
    )
    said = (
        "the data frame has 8 unusable columns: column 1 (no name); "
        "'bytes' (bytes, neither numbers nor text); 'id' (a different whole number in every row); "
        "'name' (too many different texts for categories); "
        "'one', 'same', 'same_or_none' (one value in every row); 'none' (no value in any row); "
        "leave them out with --drop-unusable (drop_unusable=True), or by name with --drop (an identifier that means "
        "something is kept with --numeric); a date is read where it is written as 2013-09-01"
    )
    with pytest.raises(DataError) as refused:
        read_records(frame)
    assert str(refused.value) == said
    records = read_records(frame, drop_unusable=True)
    table = records.table(test=read_records(frame.head(7), drop_unusable=True))
    assert table.feature_names == ("a", "kept", "kind=x", "kind=y")
    assert table.preparation is not None
    assert {column.name for column in table.preparation.left_out} == set(frame.columns) - {"a", "kept", "kind"}
    assert table.remarks[0].startswith("Left out as unusable: column 1 (no name); ")
    assert table.fingerprint == replace(table, remarks=()).fingerprint
    kept = frame[["one", "id", "a"]]
    with pytest.raises(DataError, match=r"has 2 unusable columns: 'id' \(.*'one' \(one value"):
        read_records(kept).table()
    assert read_records(kept).table(drop_unusable=True).feature_names == ("a",)
    assert read_records(kept, "one", numeric="id").table().feature_names == ("id", "a")
    with pytest.raises(DataError, match="has 2 unusable columns"):
        read_records(frame[["one", "id"]], drop_unusable=True).table()


def test_honest_measurements_are_no_identifiers() -> None:
    n = 60
    shuffled = np.random.default_rng(0).permutation(n)
    frame = pd.DataFrame(
        {
            "Time": np.arange(n),
            "id": np.arange(n) * 1.0,
            "rank": shuffled,
            "steps": np.arange(n) // 2,
            "x": shuffled / 7,
        }
    )
    assert read_records(frame).table().feature_names == tuple(frame.columns)
    assert read_records(pd.DataFrame({"few": range(12)})).table().feature_names == ("few",)


def test_dates_become_features_in_units_that_are_told() -> None:
    hours = pd.Series(np.arange(96) * 7.0).where(np.arange(96) != 5)
    when = pd.Timestamp("2024-03-01 06:00") + pd.to_timedelta(hours, unit="h")
    day = when.dt.floor("D")
    records = read_records(pd.DataFrame({"when": when, "day": day, "x": np.arange(96) % 7}))
    table = records.table(test=0, scaling="none")
    assert table.feature_names == ("when.hour", "when.weekday", "when.days", "day.weekday", "day.days", "x")
    there = np.arange(96) != 5
    np.testing.assert_array_equal(table.x[there, 0], when[there].dt.hour)
    np.testing.assert_array_equal(table.x[there, 1], when[there].dt.day_of_week)
    np.testing.assert_allclose(table.x[there, 2], (when[there] - when[0]).dt.total_seconds() / 86400)
    assert table.x[5, 0] == when.dt.hour.median()
    assert table.remarks == (
        "Column 'when' holds dates and is seen as when.hour, when.weekday, when.days.",
        "Column 'day' holds dates and is seen as day.weekday, day.days.",
    )
    with pytest.raises(DataError, match=r"column 'when' has no value in row 5"):
        records.table(missing="refuse")
    same = pd.DataFrame({"when": [when[0]] * 9, "x": range(9)})
    with pytest.raises(DataError, match=r"1 unusable column: 'when' \(one value in every row\)"):
        read_records(same).table()


def test_few_normal_rows_are_remarked() -> None:
    frame = pd.DataFrame({"a": np.arange(300) % 7, "Class": [0] * 280 + [1] * 20})
    records = read_records(frame, label="Class")
    assert records.table(normal=0).remarks == ()
    assert records.table(normal=1).remarks == (
        "Only 20 rows are labelled 1, as normal rows are, and 280 are set apart: check that 1 is the label of normal "
        "rows.",
    )


def test_numbers_far_from_zero_are_scaled_as_others() -> None:
    chance = np.random.default_rng(0)
    small = chance.integers(0, 70_000, 1000)
    frame = pd.DataFrame(
        {
            "id": 9_200_000_000_000_000_000 + small,
            "far": 1e12 + chance.normal(size=1000) * 1e-2,
            "tiny": chance.normal(size=1000) * 1e-200,
            "huge": chance.normal(size=1000) * 1e200,
        }
    )
    for scaling, spread in (("standard", np.std), ("robust", lambda x: np.subtract(*np.percentile(x, [75, 25])))):
        x = read_records(frame).table(test=0, scaling=scaling).x
        assert [spread(column) for column in x.T] == pytest.approx([1, 1, 1, 1], abs=0.01)
    x = read_records(frame).table(test=0).x
    exact = (small - small.mean()) / small.std()
    np.testing.assert_allclose(x[:, 0] - x[:, 0].mean(), exact, atol=0.06)  # floats there are 1,024 or 2,048 apart


def test_rounding_is_no_spread() -> None:
    frame = pd.DataFrame({"a": [0.3, 0.1 + 0.2] * 20, "b": range(40)})
    x = read_records(frame, numeric="b").table(test=0).x
    assert np.abs(x[:, 0]).max() < 1e-15


def test_numbers_that_cannot_be_scaled_are_refused_with_what_to_do() -> None:
    frame = pd.DataFrame({"a": [1.7e308, -1.7e308, 0.0, 3.0], "b": [1.0, 2.0, 3.0, 5.0]})
    assert read_records(frame).table(test=0).x[:, 0].std() == pytest.approx(1.0)
    with pytest.raises(DataError, match=r"column 'a' of the data frame holds numbers up to 1.7e\+308, too large"):
        read_records(frame).table(test=0, scaling="minmax")
    with pytest.raises(
        DataError, match=r"column 'a' of .* up to 1.7e\+308, whose squares are beyond .*standard, robust"
    ):
        read_records(frame).table(test=0, scaling="none")


def test_tables_that_could_be_read_before_have_the_fingerprints_that_they_had() -> None:
    chance = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "a": chance.normal(size=50).round(3),
            "b": chance.integers(0, 9, 50),
            "c": chance.choice(["x", "y", "z"], 50),
            "t": chance.random(50) < 0.3,
            "m": np.where(np.arange(50) % 7 == 3, np.nan, chance.normal(size=50).round(3)),
            "k": pd.Categorical(chance.integers(0, 3, 50)),
        }
    )
    made = {
        (scaling, missing): read_records(frame).table(scaling=scaling, missing=missing).fingerprint[:12]
        for scaling, missing in PINNED
    }
    assert made == PINNED


def test_few_rows_can_be_read_though_not_trained_on(cards: pd.DataFrame) -> None:
    table = read_records(cards, label="Class").table()
    assert table.preparation is not None
    one = read_records(cards.head(1), label="Class")
    assert table.preparation.apply(one.features, place=one.place).shape == (1, table.d)
