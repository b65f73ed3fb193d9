from __future__ import annotations

import gzip
import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.data.tabular_files import column_names, read_columns
from trasunto.errors import DataError


def written(tmp_path: Path, content: str | bytes, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_csv_file_is_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b,"c, d"\n1,red,"x\ny"\n,NA,z\n')
    frame, place = read_columns(path)
    assert list(frame.columns) == column_names(path) == ["a", "b", "c, d"]
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        [1.0, "red", "x\ny"],
        [None, None, "z"],
    ]
    assert place.row(0) == f"row 2 of {path} (the header is row 1)"


def test_numbers_are_read_to_the_last_digit(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=200) * 10.0 ** np.arange(-100, 100)
    path = written(tmp_path, "a\n" + "\n".join(map(repr, values.tolist())))
    assert read_columns(path)[0]["a"].tolist() == values.tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(delimiter: str, tmp_path: Path) -> None:
    frame, _ = read_columns(written(tmp_path, "a,b,c\n1,2,3\n".replace(",", delimiter)))
    assert frame.to_numpy().tolist() == [[1, 2, 3]]


def test_packed_files_bytes_before_the_header_and_empty_lines_make_no_difference(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n"
    plain = written(tmp_path, content)
    packed = written(tmp_path, gzip.compress(content), "rows.csv.gz")
    for path in (plain, packed):
        assert column_names(path) == ["a", "b"]
        assert read_columns(path)[0].to_numpy().tolist() == [[1, 2], [3, 4]]


def test_quoted_numbers_are_numbers(tmp_path: Path) -> None:
    assert read_columns(written(tmp_path, 'a,Class\n1,"0"\n2,"1"\n'))[0]["Class"].tolist() == [0, 1]


def test_parquet_is_read_with_its_types_and_without_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, None], "b": pd.Categorical(["x", "y"])}, index=pd.Index([7, 9], name="id"))
    frame.to_parquet(tmp_path / "rows.parquet")
    read, place = read_columns(tmp_path / "rows.parquet")
    assert column_names(tmp_path / "rows.parquet")[:2] == ["a", "b"]
    assert read.index.tolist() == [0, 1]
    assert [str(dtype) for dtype in read.dtypes] == ["float64", "category"]
    assert place.row(1).endswith("(counted from 0)")


def test_notes_of_pandas_are_read_once_however_many_columns_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(np.zeros((2, 300)), columns=[f"c{number}" for number in range(300)])
    frame.to_parquet(tmp_path / "rows.parquet")
    read = Mock(wraps=json.loads)
    monkeypatch.setattr(json, "loads", read)
    assert column_names(tmp_path / "rows.parquet") == list(frame.columns)
    assert read.call_count == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "rows.csv is empty; its first row must hold the names of the columns"),
        ("\n \n", "rows.csv is empty"),
        ("a,b\n", "rows.csv holds no rows, only a header"),
        ("a,b\n1,2\n3\n", r"\(row 3, where the header is row 1: expected 2 columns, got 1: 3\)"),
        ("a,b\n1,2\n\n3,4\n5,6,7\n", r"row 4, where the header is row 1: expected 2 columns, got 3"),
        ("1.5,2\n3,4\n", r"the first row of .*rows.csv looks like data, not like the names of columns \(1.5,2\)"),
        ("a,a,b,b\n1,2,3,4\n", "has more than one columns 'a', 'b'; every column needs a name of its own"),
        (b"a,b\n1,\xe9\n", "column 'b' of .*rows.csv is not UTF-8"),
        (b"a,\xe9\n1,2\n", "its header is not UTF-8"),
    ],
)
def test_a_csv_file_that_is_none_is_refused(content: str | bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=sentence):
        read_columns(written(tmp_path, content))


def test_columns_may_be_called_by_their_numbers(tmp_path: Path) -> None:
    assert read_columns(written(tmp_path, "0,1\n5,6\n"))[0]["1"].tolist() == [6]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv.gz"])
def test_a_file_that_is_not_what_its_name_says_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, b"\x1f\x8ba letter\nof two lines\n", name)
    for read in (read_columns, column_names):
        with pytest.raises(DataError, match=rf"{name} cannot be read as (Parquet|CSV) \(") as refusal:
            read(path)
        assert "\n" not in str(refusal.value)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns")


@given(name=st.sampled_from(["rows.parquet", "rows.csv.gz", "rows.csv"]), data=st.data())
def test_a_corrupted_file_is_read_or_refused_and_nothing_else(name: str, data: st.DataObject, scratch: Path) -> None:
    path = scratch / name
    frame = pd.DataFrame({"a": np.arange(9.0), "b": list("xyzxyzxyz")})
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_csv(path, index=False)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert len(read_columns(path)[0])
    except DataError as refusal:
        assert str(path) in str(refusal)  # noqa: PT017 - whether it is refused is the file's luck, not the law
