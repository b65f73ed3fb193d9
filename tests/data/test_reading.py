from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.files import read
from trasunto.data.reading import read_records
from trasunto.errors import DataError


def test_files_frames_and_arrays_are_the_same_records(cards: pd.DataFrame, tmp_path: Path) -> None:
    cards.to_csv(tmp_path / "cards.csv", index=False)
    cards.to_csv(tmp_path / "cards.csv.gz", index=False)
    cards.to_parquet(tmp_path / "cards.parquet")
    expected = read_records(cards, label="Class").table(normal=0).fingerprint
    for name in ("cards.csv", "cards.csv.gz", "cards.parquet"):
        records = read_records(tmp_path / name, label="Class")
        assert (records.n, records.columns) == (12, ("amount", "count", "abroad", "colour"))
        assert records.provenance.name == "cards"
        assert records.provenance.path == str(tmp_path / name)
        assert records.table(normal=0).fingerprint == expected
        assert read(tmp_path / name, label="Class", normal=0).fingerprint == expected


def test_columns_of_arrays_are_numbered(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    from_memory = read_records(x, label=y, drop=["x1"])
    assert from_memory.columns == ("x0", "x2")
    np.savez(tmp_path / "rows.npz", X=x, y=y)
    np.save(tmp_path / "rows.npy", x)
    assert read_records(tmp_path / "rows.npy").columns == ("x0", "x1", "x2")
    records = read_records(tmp_path / "rows.npz", drop=["x1"], weight=np.ones(20))
    assert records.y is not None
    assert records.y.tolist() == y.tolist()
    assert records.table(normal=0).fingerprint == read_records(x, y, ["x1"], np.ones(20)).table(normal=0).fingerprint


def test_an_archive_is_prepared_where_that_is_asked_for(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(5, 2, size=(20, 3)), np.arange(20) % 5
    np.savez(tmp_path / "rows.npz", X=x, kinds=y, x_test=x[:4] + 1)
    as_it_is = read(tmp_path / "rows.npz")
    np.testing.assert_array_equal(as_it_is.x, x)
    assert as_it_is.preparation is None
    prepared = read(tmp_path / "rows.npz", label="kinds", normal=0, test=0.25)
    assert (prepared.n, prepared.d) == (3, 3)
    assert prepared.anomalies is not None
    assert prepared.anomalies.n == 16
    own = read(tmp_path / "rows.npz", scaling="minmax")
    assert own.test is not None
    assert (own.n, own.test.n) == (20, 4)
    with pytest.raises(
        DataError, match=r"has no array 'kind' for the label, did you mean 'kinds'\? \(arrays: X, kinds"
    ):
        read(tmp_path / "rows.npz", label="kind")


def test_another_file_can_be_tested_on(cards: pd.DataFrame, tmp_path: Path) -> None:
    cards.to_csv(tmp_path / "train.csv", index=False)
    cards.head(4).to_csv(tmp_path / "test.csv", index=False)
    table = read(tmp_path / "train.csv", label="Class", test=tmp_path / "test.csv")
    assert table.test is not None
    assert (table.n, table.test.n) == (12, 4)
    np.testing.assert_array_equal(table.test.x, table.x[:4])


def test_columns_with_a_role_are_no_features(cards: pd.DataFrame) -> None:
    cards = cards.assign(w=2.0, g=["a", "b"] * 6, t=pd.date_range("2013-09-01", periods=12))
    records = read_records(cards, "Class", ["count"], weight="w", group="g", time="t")
    assert records.columns == ("amount", "abroad", "colour")
    for role in (records.y, records.weights, records.groups, records.times):
        assert role is not None
        assert len(role) == 12


WHOLE_LABELS = [
    ["0", "1"],
    pd.Categorical(["0", "1"]),
    pd.Categorical([0, 1]),
    pd.Categorical([0.0, 1.0]),
    pd.Categorical([False, True]),
    pd.array([0, 1], dtype="Int64"),
    pd.array([False, True], dtype="boolean"),
    pd.array([0, 1], dtype="int64[pyarrow]"),
    pd.array([False, True], dtype="bool[pyarrow]"),
    pd.Series([False, True], dtype=object),
    [0.0, 1.0],
    [False, True],
    [0, 1],
]


@pytest.mark.parametrize("labels", WHOLE_LABELS, ids=lambda labels: str(getattr(labels, "dtype", labels)))
def test_whole_numbers_and_truth_values_are_labels_however_they_are_written(labels: Any) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "Class": labels})
    for records in (read_records(frame, label="Class"), read_records(frame[["a"]], label=frame["Class"])):
        assert records.y is not None
        assert (str(records.y.dtype), records.y.tolist()) == ("int64", [0, 1])
    ten = pd.concat([frame] * 10).assign(a=np.arange(20) % 7)
    for normal in (0, "0", False, "False", "false", 0.0, "0.0", np.int64(0), np.False_):
        table = read_records(ten, label="Class").table(normal=normal, test=0)
        assert table.anomalies is not None
        assert (table.n, table.anomalies.n) == (10, 10)


@pytest.mark.parametrize(
    ("normal", "sentence"),
    [(0.5, "none is labelled 0.5"), ("x", "none is labelled 'x'"), ([0], r"normal is \[0\]; it must be one label")],
)
def test_a_label_that_no_row_has_is_no_other_one(normal: Any, sentence: str, cards: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        read_records(cards, label="Class").table(normal=normal)


def test_frames_of_other_libraries_are_the_same_records(cards: pd.DataFrame) -> None:
    polars = pytest.importorskip("polars")
    cards = cards.assign(w=2, g=list("abcdef") * 2, t=pd.date_range("2013-09-01", periods=12))
    roles: dict[str, Any] = {"label": "Class", "weight": "w", "group": "g", "time": "t"}
    expected = read_records(cards, **roles).table(split="group", normal=0)
    for frame in (
        polars.from_pandas(cards),
        polars.from_pandas(cards).to_arrow(),
        cards.convert_dtypes(dtype_backend="pyarrow"),
        cards.convert_dtypes(),
    ):
        assert read_records(frame, **roles).table(split="group", normal=0).fingerprint == expected.fingerprint


def test_codes_keep_their_leading_zeros_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "zip.csv"
    rows = [f"0{2134 + number % 7},{number * number % 23}.5" for number in range(70)]
    path.write_text("\n".join(["zip,x", *rows]) + "\n")
    as_numbers = read_records(path)
    assert as_numbers.features["zip"].iloc[0] == 2134.0
    assert as_numbers.remarks == (
        "Column 'zip' is written with leading zeros and read as numbers; --categorical zip (categorical) keeps such "
        "codes as text.",
    )
    assert read_records(path, numeric="zip").remarks == ()
    codes = read_records(path, categorical="zip")
    assert codes.remarks == ()
    assert codes.table(test=0).feature_names[:2] == ("zip=02134", "zip=02135")


def test_categories_of_numbers_stay_categories_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(80) % 9, "kind": pd.Categorical(np.arange(80) % 4)})
    frame.to_parquet(tmp_path / "rows.parquet")
    expected = read_records(frame).table(test=0)
    found = read_records(tmp_path / "rows.parquet").table(test=0)
    assert found.feature_names == expected.feature_names == ("x", "kind=0", "kind=1", "kind=2", "kind=3")
    assert found.fingerprint == expected.fingerprint


def test_rows_to_test_on_are_read_in_the_format_of_those_to_train_on(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a;b\n" + "".join(f"{n % 7};{n}.{100 + n},5\n" for n in range(1, 30)))
    (tmp_path / "test.csv").write_text("a;b\n1;1,100\n2;2,250\n")  # of itself, it could be 1,100 or 1.1
    table = read(tmp_path / "train.csv", test=tmp_path / "test.csv", scaling="none")
    assert table.test is not None
    assert table.x[0].tolist() == [1.0, 1101.5]
    assert table.test.x.tolist() == [[1.0, 1.1], [2.0, 2.25]]
    assert table.remarks == ("Column 'b' is read as numbers: decimals with a comma, thousands apart by a point.",)


def test_marks_are_taken_from_who_knows_them(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(f"{n % 7},{n}.{100 + n}\n" for n in range(1, 30)))
    assert read_records(tmp_path / "rows.csv").features["b"].iloc[0] == 1.101
    assert read_records(tmp_path / "rows.csv", thousands=".").features["b"].iloc[0] == 1101.0


def test_other_labels_are_text() -> None:
    records = read_records(pd.DataFrame({"a": [1.0, 2.0], "Class": pd.Categorical(["01", "b"])}), label="Class")
    assert records.y is not None
    assert records.y.tolist() == ["01", "b"]


@pytest.mark.parametrize(
    ("times", "order"),
    [
        ([3, 1, 2], [1, 2, 0]),
        (["3", "1", "20"], [1, 0, 2]),
        (["2013-09-02", "2013-09-01 12:30", "2013-09-01T12:31:00"], [1, 2, 0]),
        (pd.to_datetime(["2013-09-02", "2013-09-01", "2013-09-03"], utc=True), [1, 0, 2]),
    ],
)
def test_times_are_numbers_or_dates(times: Any, order: list[int]) -> None:
    records = read_records(pd.DataFrame({"a": [1.0, 2.0, 3.0], "t": times}), time="t")
    assert records.times is not None
    assert np.argsort(records.times).tolist() == order


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"label": "class"},
            r"has no column 'class' for label, did you mean 'Class'\? \(columns: amount, count, abroad",
        ),
        ({"drop": ["Class", "Tme"]}, "has no column 'Tme' for drop"),
        ({"weight": "weight"}, "has no column 'weight' for weight"),
        ({"label": "Class", "weight": "Class"}, "column 'Class' of the data frame cannot be both label and weight"),
        ({"drop": ["amount", "count", "abroad", "colour"], "label": "Class"}, "no column of the data frame is left"),
        ({"label": [0, 1]}, "the data frame has 12 rows and 2 values of label; one a row is needed"),
        ({"label": "amount"}, r"the label 'amount' is missing in row 2 of the data frame \(counted from 0\)"),
        ({"label": "colour"}, "the label 'colour' is missing in row 2"),
        ({"weight": "count"}, "the weight 'count' is 0 in row 0 of the data frame .*; a weight must be above 0"),
        ({"weight": "amount"}, "the weight 'amount' is missing in row 2"),
        ({"weight": "colour"}, "the weight 'colour' is missing"),
        ({"weight": ["much"] * 12}, r"column '\(weight\)' holds 'much' in row 0"),
        ({"weight": [1.0] * 11 + [np.inf]}, "holds inf in row 11"),
        ({"group": "colour"}, "the group 'colour' is missing in row 2"),
        ({"time": ["noon"] * 12}, r"the time '\(time\)' is 'noon' in row 0 .*; a time is a number, or a date such as"),
        ({"label": np.linspace(0, 1, 12)}, "labels are whole numbers or text"),
    ],
)
def test_columns_that_cannot_be_used_so_are_refused(options: Any, sentence: str, cards: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=sentence):
        read_records(cards, **options)


def test_text_among_numbers_is_refused_with_its_row_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n2,two\n3,4\n")
    with pytest.raises(
        DataError, match=r"column 'b' holds 'two' in row 3 of .*rows.csv \(the header is row 1\), where"
    ):
        read(tmp_path / "rows.csv")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.zeros((2, 2, 2)), r"the array has shape \(2, 2, 2\); rows of columns are \(n, d\)"),
        (np.zeros((0, 2)), r"the array has shape \(0, 2\)"),
        ([[1.0], [1.0, 2.0]], "its rows have different lengths"),
        (pd.DataFrame({"a": []}), r"the data frame is empty: its shape is \(0, 1\)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "has more than one column 'a'"),
        (
            pd.DataFrame({" ": [1], "b": [2]}),
            r"the data frame has 2 unusable columns: column 1 \(no name\); 'b' \(one value in every row\)",
        ),
        ("nowhere.csv", "there is no file or folder nowhere.csv that can be read; what can be read as records is .csv"),
        (__file__, "test_reading.py is not a table of columns"),
    ],
)
def test_what_is_no_table_of_columns_is_refused(rows: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_records(rows)


def test_options_that_there_are_not_are_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"option 'lable' is not known, did you mean 'label'\? \(legal: label, drop"):
        read(tmp_path / "rows.csv", lable="Class")  # type: ignore[call-arg]


def test_a_share_to_test_on_is_for_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.zeros((6, 2, 2)))
    with pytest.raises(DataError, match=r"x in .*rows.npz has shape \(6, 2, 2\); rows of columns are \(n, d\)"):
        read(tmp_path / "rows.npz", test=0.5)
    with pytest.raises(DataError, match="holds no columns; a share to test on cannot be used with it"):
        read(tmp_path, test=0.5)
