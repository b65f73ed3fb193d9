from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pandas as pd
import pytest

from trasunto.data import read, read_records
from trasunto.data.dialect import Layout, dialect_of
from trasunto.data.tabular_files import column_names, read_columns
from trasunto.errors import DataError

ROWS = pd.DataFrame({"a": [1.5, 2.5, 4.0], "b": [5, 6, 7], "c": ["red", "blue", "red"]})


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " ", "   "])
@pytest.mark.parametrize("name", ["r.csv", "r.tsv", "r.txt", "r.data", "r.csv.gz"])
def test_columns_may_be_separated_in_many_ways(name: str, separator: str, ends: str, tmp_path: Path) -> None:
    lines = [["a", "b", "c"], *(map(str, row) for row in ROWS.itertuples(index=False))]
    content = ends.join(separator.join(line) for line in lines) + ends
    path = written(tmp_path / name, gzip.compress(content.encode()) if name.endswith(".gz") else content)
    frame, place = read_columns(path)
    pd.testing.assert_frame_equal(frame, ROWS, check_dtype=False)
    assert column_names(path) == ["a", "b", "c"]
    assert place.row(0) == f"row 2 of {path} (the header is row 1)"


@pytest.mark.parametrize(
    ("content", "names", "first"),
    [
        ('"a, b";"c"\n1;2\n3;4\n', ["a, b", "c"], [1, 2]),
        ('"Width, mm";"Length, mm";"x, y, z"\n1;2;3\n', ["Width, mm", "Length, mm", "x, y, z"], [1, 2, 3]),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ["a", "b"], ["1,5", "2,5"]),
        ("first name,last name\nAnn,Lee\nBo,Li\n", ["first name", "last name"], ["Ann", "Lee"]),
        ("city name\tvalue\nNew York\t5\nLos Angeles\t6\n", ["city name", "value"], ["New York", 5]),
        ("full name\nAnn Lee\nBo Li\n", ["full name"], ["Ann Lee"]),
        (' mpg   cyl  n\n 18.0  8\t"a  car" \n 9.5  6\t"x"\n', ["mpg", "cyl", "n"], [18, 8, "a  car"]),
        ("sep=;\na;b,c\n1;2\n", ["a", "b,c"], [1, 2]),
        ('age, work, "pay, a year"\n39, State gov, <=50K\n50, "a, b", >50K\n', ["age", "work", "pay, a year"],
         [39, "State gov", "<=50K"]),
        ('"a", "b"\r\n"1", "2"\r\n"3", "4"\r\n', ["a", "b"], [1, 2]),
        ("a | b\nx | 2.5 \ny | 4 \n", ["a", "b"], ["x", 2.5]),
        ("name;note\nx; a\ny;b\n", ["name", "note"], ["x", " a"]),
        ("\ufeffsep=|\r\na|b\r\n1|2\r\n", ["a", "b"], [1, 2]),
        ("a~b\n1~2\n".replace("~", "|"), ["a", "b"], [1, 2]),
    ],
)  # fmt: skip
def test_the_separator_is_the_one_that_makes_rows_of_one_width(
    content: str, names: list[str], first: list[object], tmp_path: Path
) -> None:
    frame, _ = read_columns(written(tmp_path / "rows.csv", content))
    assert frame.columns.tolist() == names
    assert frame.iloc[0].tolist() == first


def test_blanks_are_kept_where_known_names_have_them(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.csv", "a, work\n1, x\n2, y\n")
    assert dialect_of(path).names == ("a", "work")
    assert dialect_of(path, known=["a", " work"]).names == ("a", " work")


def test_rows_after_a_line_that_names_the_separator_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.csv", "sep=;\na;b\n1;2\n3;much;4\n")
    with pytest.raises(DataError, match="row 4, where the header is row 2: expected 2 columns, got 3"):
        read_columns(path)
    path = written(tmp_path / "rows.csv", "sep=;\na;b\n1;2\n3;4\n5;inf\n")
    with pytest.raises(DataError, match=r"column 'b' holds inf in row 5 of .*rows.csv \(the header is row 2\)"):
        read_records(path)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_unicode_is_read_however_it_is_written(encoding: str, mark: bytes, packed: bool, tmp_path: Path) -> None:
    content = mark + "größe,b\n1.5,café\n2.5,thé\n".encode(encoding)
    path = written(tmp_path / "rows.csv", gzip.compress(content) if packed else content)
    frame, _ = read_columns(path)
    assert frame.to_dict("list") == {"größe": [1.5, 2.5], "b": ["café", "thé"]}
    assert column_names(path) == ["größe", "b"]


@pytest.mark.parametrize("content", ["a,b\n1,caf\xe9\n2,th\xe9\n", "a,caf\xe9\n1,2\n3,4\n"])
def test_text_of_one_byte_a_letter_is_named_and_read_where_its_encoding_is_told(content: str, tmp_path: Path) -> None:
    path = written(tmp_path / "rows.csv", content.encode("latin-1"))
    with pytest.raises(DataError, match=r"not UTF-8, perhaps in Windows-1252 or Latin-1; save it as UTF-8"):
        read_columns(path)
    assert read_columns(path, layout=Layout(encoding="cp1252"))[0].shape == (2, 2)
    assert read_records(path, encoding="latin-1").n == 2
    with pytest.raises(DataError, match="encoding 'latin-99' is not known; name one that Python has"):
        read_records(path, encoding="latin-99")


def test_columns_without_names_are_called_as_those_of_arrays(tmp_path: Path) -> None:
    path = written(tmp_path / "iris.data", "5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n7.1,2.2,virginica\n")
    with pytest.raises(DataError, match=r"the first row of .*iris.data looks like data, not like the names of columns"):
        read(path)
    for records in (read_records(path, header=False), read_records(path, "x2", header=False)):
        assert records.n == 4
        assert records.columns[:2] == ("x0", "x1")
        assert records.features["x0"].tolist() == [5.1, 4.9, 6.3, 7.1]
        assert records.place.row(0) == f"row 1 of {path} (the first row is row 1)"
    assert read(path, header=False, label="x2", test=0).n == 4
    assert read_records(path, header=True).columns == ("5.1", "3.5", "setosa")
    with pytest.raises(DataError, match="header is 'no'; it is True, False or None"):
        read_records(path, header="no")  # type: ignore[arg-type]


def test_known_columns_tell_names_from_data(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.csv", "5.1,3.5\n4.9,3.0\n")
    assert dialect_of(path, known=("x1", "x0")).names == ("x0", "x1")
    assert dialect_of(path, known=("3.5", "5.1")).names == ("5.1", "3.5")
    with pytest.raises(DataError, match="looks like data"):
        dialect_of(path, known=("a", "b"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"PK\x03\x04....", "a zip archive, as workbooks of Excel are"), (b"PAR1....", "Parquet"), (b"BZh9", "bzip2")],
)
def test_what_is_no_text_is_called_by_its_name(content: bytes, kind: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"rows.csv holds .*{kind}"):
        read_columns(written(tmp_path / "rows.csv", content))


def test_rows_may_be_longer_than_a_block(tmp_path: Path) -> None:
    names = [f"column_{number:08}" for number in range(3)]
    words = ["x" * 1_500_000, "y" * 1_500_000]
    path = written(tmp_path / "rows.csv", f"{','.join(names)}\n1,2,a\n" * 1 + f"3,4,{words[0]}\n5,6,{words[1]}\n")
    frame, _ = read_columns(path)
    assert frame[names[2]].str.len().tolist() == [1, 1_500_000, 1_500_000]
