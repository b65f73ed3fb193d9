from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.reading import read_records
from trasunto.data.records import Records
from trasunto.errors import DataError


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
        ({"missing": "refuse"}, r"column 'amount' has no value in row 2 of the data frame \(counted from 0\)"),
    ],
)
def test_what_cannot_be_done_is_refused(options: dict[str, Any], sentence: str, records: Records) -> None:
    with pytest.raises(DataError, match=sentence):
        records.table(**options)


def test_normal_rows_need_labels_and_others_beside_them(cards: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="the data frame has no labels to tell normal rows by; name the column"):
        read_records(cards).table(normal=0)
    with pytest.raises(DataError, match="every row of the data frame is labelled 0, so that none is left"):
        read_records(cards[cards["Class"] == 0], label="Class").table(normal=0)


def test_columns_that_say_nothing_are_refused_by_name(cards: pd.DataFrame) -> None:
    cards = cards.assign(one=1, same="x", same_or_none=[2.0, np.nan] * 6, none=None)
    with pytest.raises(DataError, match=r"^column 'none' of the data frame holds no values at all; drop it$"):
        read_records(cards).table()
    constant = "columns 'one', 'same', 'same_or_none' of the data frame holds one value in all 12 rows; drop them"
    with pytest.raises(DataError, match=constant):
        read_records(cards, drop="none").table()
    assert read_records(cards, drop=["none", "one", "same", "same_or_none"]).table().n == 9


def test_few_rows_can_be_read_though_not_trained_on(cards: pd.DataFrame) -> None:
    table = read_records(cards, label="Class").table()
    assert table.preparation is not None
    one = read_records(cards.head(1), label="Class")
    assert table.preparation.apply(one.features, place=one.place).shape == (1, table.d)
