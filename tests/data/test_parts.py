from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trasunto.data import read, read_records
from trasunto.data.parts import is_tabular, parts_of
from trasunto.data.tabular_files import column_names, read_columns
from trasunto.errors import DataError

ROWS = pd.DataFrame({"a": np.arange(12.0) ** 2, "b": [f"{number:02}" for number in range(12)], "c": ["x", "y"] * 6})


def folder_of(path: Path, ending: str, frame: pd.DataFrame = ROWS) -> Path:
    """Write rows as Spark does: a folder of parts with a file that says it is whole."""
    path.mkdir()
    (path / "_SUCCESS").touch()
    (path / ".part-00000.crc").write_bytes(b"crc")
    for number, start in enumerate(range(0, len(frame), 5)):
        rows, file = frame.iloc[start : start + 5], path / f"part-{number}.{ending}"
        rows.to_parquet(file) if ending.endswith("parquet") else rows.to_csv(file, index=False)
    return path


@pytest.mark.parametrize("ending", ["parquet", "snappy.parquet", "csv", "csv.gz"])
def test_a_folder_and_a_pattern_are_one_table(ending: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "rows.parquet", ending)
    whole = tmp_path / f"whole.{ending}"
    ROWS.to_parquet(whole) if ending.endswith("parquet") else ROWS.to_csv(whole, index=False)
    expected, _ = read_columns(whole)
    for path in (folder, folder / "*", folder / f"part-?.{ending}"):
        frame, place = read_columns(path)
        pd.testing.assert_frame_equal(frame, expected)
        assert column_names(path) == ["a", "b", "c"]
        assert place.row(7).startswith(f"row {2 if ending.endswith('parquet') else 4} of {folder}/part-1.{ending} (")
    records = read_records(folder, drop="b")
    assert records.provenance.name == "rows"
    assert records.table(test=0).fingerprint == read(str(folder / "*"), drop="b", test=0).fingerprint
    assert records.table(test=0).fingerprint == read_records(whole, drop="b").table(test=0).fingerprint


def test_parts_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"part-{number}.csv").write_text(f"a\n{number}\n")
    assert read_columns(tmp_path)[0]["a"].tolist() == [1, 2, 10]


def test_columns_of_parts_may_stand_in_another_order_and_look_like_other_things(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,007\n2,5\n")
    (tmp_path / "2.csv").write_text("b,a\nx,2.5\n,7\n")
    (tmp_path / "3.csv").touch()
    frame, _ = read_columns(tmp_path)
    assert frame["a"].tolist() == [1, 2, 2.5, 7]
    assert frame["b"].fillna("none").tolist() == ["007", "5", "x", "none"]


def test_names_of_folders_are_columns(tmp_path: Path) -> None:
    for year in (2013, 2014):
        for place in ("north%20sea", "__HIVE_DEFAULT_PARTITION__"):
            folder = tmp_path / f"year={year}" / f"place={place}"
            folder.mkdir(parents=True)
            ROWS.iloc[:3].to_parquet(folder / "000000_0")
    for path, names in ((tmp_path, ["year", "place"]), (tmp_path / "year=2013", ["place"])):
        frame, _ = read_columns(path)
        assert list(frame.columns) == column_names(path) == [*ROWS.columns, *names]
    features = read_records(tmp_path).features
    assert sorted(features["year"].unique()) == [2013.0, 2014.0]
    assert features["place"].isna().sum() == 6
    assert set(features["place"].dropna()) == {"north sea"}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"1.csv": "a,b\n1,2\n", "2.csv": "a,c\n1,2\n"}, "2.csv lacks column 'b' and has column 'c', unlike .*1.csv"),
        ({"1.csv": "a,b\n1,2\n", "2.parquet": ""}, "holds files of text and of Parquet .* by a pattern, such as"),
        ({"1.csv": "", "2.csv": ""}, "holds no rows: its 2 files are empty"),
        ({"1.csv": "a,b\n1,2\n", "2.csv": "3,4\n5,6\n"}, "the first row of .*2.csv looks like data"),
        ({"1.csv": "a,b\n1,2\n", "2.csv": "a,b\n3,4\n5,inf\n"}, "column 'b' holds inf in row 3 of .*2.csv"),
    ],
)
def test_files_that_are_no_one_table_are_refused(files: dict[str, str], sentence: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_records(tmp_path)


def test_an_empty_file_among_others_holds_no_rows_wherever_it_stands(tmp_path: Path) -> None:
    for name, content in (("part-0.csv", ""), ("part-1.csv", "a,b\n1,2\n3,4\n"), ("part-2.csv", "")):
        (tmp_path / name).write_text(content)
    assert read_records(tmp_path).features["b"].tolist() == [2.0, 4.0]


def test_columns_of_parquet_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    ROWS.to_parquet(tmp_path / "1.parquet")
    ROWS.assign(a="much").to_parquet(tmp_path / "2.parquet")
    with pytest.raises(DataError, match=r"column 'a' of .* holds double in 1.parquet and .*string in another file"):
        read_columns(tmp_path)


def test_what_lies_beside_rows_does_not_count(tmp_path: Path) -> None:
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "README.txt").write_text("a word\n")
    (tmp_path / "more").mkdir()
    ROWS.to_csv(tmp_path / "more" / "rows.csv", index=False)
    assert [part.path.name for part in parts_of(tmp_path)] == ["rows.csv"]


def test_a_pattern_matches_names_that_begin_with_a_dot_only_where_it_says_so(tmp_path: Path) -> None:
    for name in ("rows.csv", ".rows.csv.swp.csv", ".cache/rows.csv", "more/rows.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        ROWS.to_csv(tmp_path / name, index=False)
    for pattern, found in (("*.csv", ["rows.csv"]), ("*/*.csv", ["more/rows.csv"]), (".*.csv", [".rows.csv.swp.csv"])):
        assert [str(part.path.relative_to(tmp_path)) for part in parts_of(tmp_path / pattern)] == found


def test_a_pattern_without_files_is_refused_with_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert not is_tabular(tmp_path / "empty")
    with pytest.raises(DataError, match=r"no files of columns match .*\*\.csv; these can be read: \.csv"):
        read(tmp_path / "*.csv")
    with pytest.raises(DataError, match="holds no images to train on and no files of columns; looked for"):
        read(tmp_path / "empty")


def test_a_name_with_marks_of_a_pattern_is_a_name(tmp_path: Path) -> None:
    ROWS.to_csv(tmp_path / "rows [1].csv", index=False)
    assert read_records(tmp_path / "rows [1].csv").n == 12
