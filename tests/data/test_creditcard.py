from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets

from trasunto.data.catalogue import load
from trasunto.data.creditcard import FEATURES
from trasunto.errors import DataError


@pytest.fixture
def transactions() -> pd.DataFrame:
    """Forty rows in the columns of the card transactions, four of them frauds."""
    chance = np.random.default_rng(0)
    columns = {"Time": np.arange(40.0)} | {name: chance.normal(size=40) for name in FEATURES}
    return pd.DataFrame(columns).assign(Class=np.arange(40) % 10 // 9)


@pytest.fixture
def placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRASUNTO_DATA", str(tmp_path))
    (tmp_path / "creditcard").mkdir()
    return tmp_path / "creditcard"


def openml(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[dict[str, Any]]:
    """Stand in for OpenML; return the list of what it was asked."""
    asked: list[dict[str, Any]] = []

    def fetch(**request: Any) -> Any:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(frame=answer)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    return asked


def test_normal_rows_are_split_frauds_are_apart_and_time_is_left_out(placed: Path, transactions: pd.DataFrame) -> None:
    transactions.to_parquet(placed / "sample.parquet")
    table = load("creditcard")
    assert table.test is not None
    assert table.anomalies is not None
    assert (table.n, table.test.n, table.anomalies.n) == (28, 8, 4)
    assert table.feature_names == FEATURES
    np.testing.assert_allclose(table.x.std(axis=0), 1, rtol=1e-12)
    origin = table.provenance
    assert (origin.name, origin.path) == ("creditcard", str(placed / "sample.parquet"))
    assert origin.source.startswith("Machine Learning Group, ULB")
    assert origin.licence == "Open Database License / DbCL 1.0"


def test_the_file_of_the_competition_is_read_too(placed: Path, transactions: pd.DataFrame) -> None:
    transactions.assign(Class=transactions["Class"].map('"{}"'.format)).to_csv(
        placed / "creditcard.csv", index=False, quoting=3
    )
    assert '"0"\n' in (placed / "creditcard.csv").read_text()
    from_csv = load("creditcard")
    (placed / "creditcard.csv").unlink()
    transactions.to_parquet(placed / "creditcard.parquet")
    assert load("creditcard").fingerprint == from_csv.fingerprint


def test_options_replace_what_is_usual(placed: Path, transactions: pd.DataFrame) -> None:
    transactions.to_csv(placed / "rows.csv", index=False)
    everything = load("creditcard", normal=None, split="stratified", scaling="none", test=0.5)
    assert everything.anomalies is None
    assert everything.test is not None
    assert (everything.n, everything.test.n) == (20, 20)
    assert load("creditcard", time=True).feature_names == ("Time", *FEATURES)
    assert load("creditcard", drop="V1").feature_names == FEATURES[1:]
    by_time = load("creditcard", time="Time", split="time", scaling="none", test=0.25)
    usual = transactions[transactions["Class"] == 0]
    assert by_time.test is not None
    np.testing.assert_array_equal(by_time.test.x, usual.iloc[-9:][list(FEATURES)])


@pytest.mark.parametrize("as_folder", [True, False])
def test_another_place_can_be_named(
    as_folder: bool, tmp_path: Path, transactions: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRASUNTO_DATA", raising=False)
    transactions.to_csv(tmp_path / "mine.csv", index=False)
    path = tmp_path if as_folder else tmp_path / "mine.csv"
    assert load("creditcard", path=path).provenance.path == str(tmp_path / "mine.csv")


@pytest.mark.parametrize("with_time", [True, False])
def test_all_of_it_is_fetched_where_none_is_here(
    with_time: bool, transactions: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRASUNTO_DATA", raising=False)
    monkeypatch.setattr("trasunto.data.creditcard.ROWS", 40)
    monkeypatch.setattr("trasunto.data.creditcard.FRAUDS", 4)
    frame = transactions.assign(Class=transactions["Class"].astype(str).astype("category"))
    asked = openml(monkeypatch, frame if with_time else frame.drop(columns="Time"))
    table = load("creditcard")
    assert [request["data_id"] for request in asked] == [1597]
    assert table.anomalies is not None
    assert (table.n, table.anomalies.n, table.d) == (28, 4, 29)
    assert table.provenance.path == "https://www.openml.org/d/1597"
    if not with_time:
        with pytest.raises(DataError, match="it lacks column 'Time'"):
            load("creditcard", time=True)


def test_other_rows_than_expected_are_refused(transactions: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRASUNTO_DATA", raising=False)
    openml(monkeypatch, transactions)
    with pytest.raises(
        DataError, match=r"OpenML gave 40 rows with 4 frauds .*; 'creditcard' has 284,807 rows with 492"
    ):
        load("creditcard")


def test_without_files_or_a_network_it_says_what_was_tried(placed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openml(monkeypatch, OSError("no route to host\nindeed"))
    with pytest.raises(DataError) as refusal:
        load("creditcard")
    assert str(refusal.value) == (
        f"the data set 'creditcard' is not in {placed}, and OpenML did not give its data set 1597 (no route to host); "
        f"put a .parquet or .csv file of it into {placed}, or name one with path"
    )


def test_a_folder_of_several_files_does_not_choose(placed: Path, transactions: pd.DataFrame) -> None:
    transactions.to_csv(placed / "all.csv", index=False)
    transactions.to_parquet(placed / "sample.parquet")
    with pytest.raises(DataError, match=r"several files of columns \(all.csv, sample.parquet\); name the one that"):
        load("creditcard")


def test_what_is_no_file_of_transactions_is_refused(tmp_path: Path, transactions: pd.DataFrame) -> None:
    transactions.drop(columns=["V3", "Class"]).to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(
        DataError, match=r"other.csv does not hold the card transactions: it lacks columns 'V3', 'Class'"
    ):
        load("creditcard", path=tmp_path / "other.csv")
    for path in (tmp_path / "nowhere.csv", __file__):
        with pytest.raises(DataError, match=r"is no .parquet or .csv file of card transactions, nor a folder with one"):
            load("creditcard", path=path)
    with pytest.raises(DataError, match=r"option 'lable' is not known, did you mean 'label'\?"):
        load("creditcard", path=tmp_path / "other.csv", lable="Class")
