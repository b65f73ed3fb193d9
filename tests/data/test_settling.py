from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.columns import is_number, named, no_column
from trasunto.data.columns import numbers as numbers_of
from trasunto.data.features import ColumnOptions, records_of
from trasunto.data.number_formats import NumberFormat
from trasunto.data.places import Place
from trasunto.data.records import Records
from trasunto.data.settling import DeclaredColumns, format_remark, settle
from trasunto.data.table import Provenance
from trasunto.errors import DataError


def settled(column: pd.Series, place: Place) -> pd.Series:
    found = settle(column, place).values
    assert found is not None
    return found


def read(column: pd.Series, **wishes: Any) -> Records:
    roles: dict[str, Any] = dict.fromkeys(("label", "weight", "group", "time"))
    return records_of(
        pd.DataFrame({column.name: column}), FILE, roles, ColumnOptions(**wishes), Provenance("", "", ""), {}
    )


FILE = Place("rows.csv", 2, "the header is row 1")


def column(values: list[Any], dtype: Any = None) -> pd.Series:
    made: pd.Series = pd.Series(values, name="c", dtype=dtype)
    return made


@pytest.mark.parametrize(
    ("values", "dtype", "read"),
    [
        ([1, 2], "int8", [1.0, 2.0]),
        ([True, False], None, [1.0, 0.0]),
        ([True, None, False], object, [1.0, None, 0.0]),
        ([1, None], "Int64", [1.0, None]),
        ([1.5, None], None, [1.5, None]),
        (["1", " 2.5 ", None, "1e3"], None, [1.0, 2.5, None, 1000.0]),
        ([None, None], object, [None, None]),
    ],
)
def test_what_reads_as_numbers_is_a_column_of_numbers(values: list[Any], dtype: Any, read: list[Any]) -> None:
    found = settled(column(values, dtype), FILE)
    assert is_number(found)
    assert found.astype(object).where(found.notna(), None).tolist() == read


@pytest.mark.parametrize(
    ("values", "dtype", "read"),
    [
        (["red", "blue", None], None, ["red", "blue", None]),
        (["a", "b", "7"], None, ["a", "b", "7"]),
        (["1", "2"], "category", ["1", "2"]),
        ([1, 2, None], "category", ["1", "2", None]),
        ([1.5, 2.0], "category", ["1.5", "2"]),
    ],
)
def test_what_does_not_is_a_column_of_categories(values: list[Any], dtype: Any, read: list[Any]) -> None:
    found = settled(column(values, dtype), FILE)
    assert not is_number(found)
    assert found.tolist() == read


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["1", "2", "x", "4"], r"column 'c' holds 'x' in row 4 of rows.csv \(the header is row 1\), where numbers are"),
        (["1", "?"], r"holds '\?' in row 3 of rows.csv .*; write a number, or leave the cell empty"),
        ([1.0, np.inf], r"column 'c' holds inf in row 3 of rows.csv .*; every number must be finite"),
        (["1", "2", "-inf"], r"holds -inf in row 4"),
    ],
)
def test_a_cell_that_spoils_a_column_is_refused_with_its_place(values: list[Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        settled(column(values), FILE)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pd.to_timedelta(["1h"]), "timedelta64.*, neither numbers nor text"),
        ([1j], "complex128, neither numbers nor text"),
        ([[1], [2]], r"list, neither numbers nor text"),
        (["a", {"b": 1}], "dict, neither"),
        ([b"a"], "bytes, neither"),
        ([datetime.time(10), 7.0, "x"], "time, neither"),
    ],
)
def test_what_is_neither_cannot_serve(values: Any, sentence: str) -> None:
    found = settle(column(values), FILE)
    assert found.values is None
    assert re.match(sentence, found.why)
    with pytest.raises(DataError, match=f"rows.csv has 1 unusable column: 'c' .{sentence}"):
        read(column(values))


def test_rows_are_counted_as_their_file_counts_them() -> None:
    assert FILE.row(0) == "row 2 of rows.csv (the header is row 1)"
    assert Place("the data frame").row(3) == "row 3 of the data frame (counted from 0)"


def test_a_column_that_is_not_there_is_refused_with_the_nearest() -> None:
    refusal = str(no_column("clas", ["Time", "Class"], "label", FILE))
    assert refusal == "rows.csv has no column 'clas' for label, did you mean 'Class'? (columns: Time, Class)"
    assert str(no_column("x", list("abcdefghijklmn"), "drop", FILE)).endswith("j, k, l and 2 more)")


def test_many_columns_are_not_all_spelt_out() -> None:
    assert named([f"V{number}" for number in range(30)]) == "columns 'V0', 'V1', 'V2', 'V3', 'V4', 'V5' and 24 more"


@pytest.mark.parametrize(
    ("values", "form", "read"),
    [
        (["1,234.50", "7", "-1,000"], NumberFormat(".", ","), [1234.5, 7.0, -1000.0]),
        (["1,234,567", "1,234"], NumberFormat(".", ","), [1234567.0, 1234.0]),
        (["1.234,50", "7", "1.000"], NumberFormat(",", "."), [1234.5, 7.0, 1000.0]),
        (["12,5", "3", "1,234"], NumberFormat(",", "."), [12.5, 3.0, 1.234]),
        (["0,125", "0,250"], NumberFormat(",", "."), [0.125, 0.25]),
        (["1\u00a0234,5", "12 345,25"], NumberFormat(",", " "), [1234.5, 12345.25]),
        (["1\u202f234", "12\u2009345", "8"], NumberFormat(".", " "), [1234.0, 12345.0, 8.0]),
        (["1'234.5", "1\u2019000"], NumberFormat(".", "'"), [1234.5, 1000.0]),
        (["$5", "$1,250.75", "-$3", "$-4"], NumberFormat(".", ",", "$"), [5.0, 1250.75, -3.0, -4.0]),
        (["5,50 €", "€ 7,25", "12.000,00 €"], NumberFormat(",", ".", "€"), [5.5, 7.25, 12000.0]),
        (["CHF 1'000.00", "20.00 CHF"], NumberFormat(".", "'", "CHF"), [1000.0, 20.0]),
        (["100 kr", "50 kr."], NumberFormat(".", ",", "kr"), [100.0, 50.0]),
        (["US$ 1,000", "US$5.25"], NumberFormat(".", ",", "US$"), [1000.0, 5.25]),
        (["12 %", "7.5%", "0"], NumberFormat(".", ",", "%"), [12.0, 7.5, 0.0]),
        (["12.345 %", "1.125 %"], NumberFormat(".", ",", "%"), [12.345, 1.125]),
        (["(1,234.00)", "500.00", "20-", "\u22123"], NumberFormat(".", ","), [-1234.0, 500.0, -20.0, -3.0]),
        (["12,34,567.5", "1,234"], NumberFormat(".", ","), [1234567.5, 1234.0]),
    ],
)
def test_numbers_as_people_write_them_are_read(values: list[str], form: NumberFormat, read: list[float]) -> None:
    found = settle(column([*values, None]), FILE)
    assert found.form == form
    assert found.values is not None
    assert found.values.tolist()[:-1] == read
    assert np.isnan(found.values.iloc[-1])


@pytest.mark.parametrize("values", [["1,100", "2,200"], ["1,234", "7"], ["€1.250", "€2.500"], ["1,000 €", "5,125 €"]])
def test_marks_that_can_be_read_in_two_ways_are_refused_with_the_options(values: list[str]) -> None:
    said = (
        r"column 'c' holds '.*' in row 2 of rows.csv .*, which may be .* \(--thousands ,\) or .* \(--decimal ,\); say"
    )
    with pytest.raises(DataError, match=said):
        settle(column(values), FILE)
    english = settle(column(values), FILE, DeclaredColumns(thousands="," if "," in values[0] else None, decimal="."))
    german = settle(column(values), FILE, DeclaredColumns(decimal=","))
    assert english.form is not None
    assert german.form is not None
    assert english.form.decimal == "."
    assert german.form.decimal == ","
    assert english.values is not None
    assert german.values is not None
    assert not np.array_equal(english.values, german.values)


def test_one_cell_tells_how_all_commas_are_meant() -> None:
    ambiguous = [f"1,{number}" for number in range(100, 400)]
    for cell, first in (("1,250.50", 1100.0), ("12,5", 1.1), ("1,234,567", 1100.0)):
        found = settle(column([*ambiguous, cell]), FILE).values
        assert found is not None
        assert found.iloc[0] == first


def test_points_are_those_of_thousands_only_where_that_is_said() -> None:
    values = ["1.234", "567.000"]
    for asked, read in ((DeclaredColumns(), [1.234, 567.0]), (DeclaredColumns(thousands="."), [1234.0, 567000.0])):
        found = settle(column(values), FILE, asked).values
        assert found is not None
        assert found.tolist() == read
    odd = settle(
        column(["3.7", "2.25"]), FILE, DeclaredColumns(thousands=".")
    )  # no thousands, whatever was said of them
    assert odd.form is None


@pytest.mark.parametrize("write", ["{:.2f}", "${:,.2f}", "{:,.3f} %", "({:,.0f}.5)"])
def test_a_rare_text_without_digits_stands_for_a_missing_number(write: str) -> None:
    numbers = np.linspace(-2000, 3000, 398) if "(" not in write else np.linspace(1000, 3000, 398).round()
    texts = [write.format(number) for number in numbers]
    found = settle(column([*texts, "unknown", "-", None]), FILE)
    assert found.form is not None
    assert found.values is not None
    assert found.form.blanks == ("unknown", "-")
    assert "where 'unknown' and '-' count as missing" in format_remark("c", found.form)
    expected = (
        -(numbers + 0.5)
        if "(" in write
        else [float(text.strip("$ %").replace("$", "").replace(",", "")) for text in texts]
    )
    assert np.allclose(found.values[:-3], expected, rtol=1e-12)
    assert found.values[-3:].isna().all()
    later = numbers_of(column(["-", texts[0], "unknown"]), FILE, found.form)
    assert np.isnan(later[[0, 2]]).all()
    assert later[1] == found.values[0]
    with pytest.raises(DataError, match=r"column 'c' holds 'none' in row 3 of rows.csv"):
        numbers_of(column([texts[0], "none"]), FILE, found.form)


def test_cells_that_do_not_fit_the_format_of_the_others_are_refused_with_their_place() -> None:
    values = [f"{number},000.00" for number in range(1, 200)]
    said = r"column 'c' holds '12.O' in row 201 of rows.csv .*, where numbers, with decimals with a point, tho"
    with pytest.raises(DataError, match=said):
        settle(column([*values, "12.O"]), FILE)
    with pytest.raises(DataError, match=r"holds 'inf' in row 201 of rows.csv"):
        settle(column([*values, "inf"]), FILE)
    with pytest.raises(DataError, match=r"holds 'a few' in row 2 .*0\.75 of the cells.*--thousands .*--categorical c"):
        settle(column(["a few", "1,000.00", "2,000.00", "3,000.50"]), FILE)
    with pytest.raises(DataError, match=r"column 'c' holds 'aa' in row 2 of rows.csv"):  # too many to be known again
        settle(column([*[letter * 2 for letter in "abcdefghijklmnopqrstu"], *values * 20]), FILE)


def test_cells_of_two_formats_that_no_single_cell_leaves_open_are_refused_as_such() -> None:
    with pytest.raises(DataError, match=r"holds '1\.234,50' in row 3 of rows.csv .* 0\.5 of the cells are numbers"):
        settle(column(["1,234.50", "1.234,50", "2,000.25", "3.000,75"]), FILE)


def test_digits_before_an_exponent_are_not_grouped() -> None:
    found = settle(column(["-3,267e+02", "1,500e-01"]), FILE)
    assert found.values is not None
    assert found.values.tolist() == [-326.7, 0.15]


@pytest.mark.parametrize(
    "values",
    [
        ["10.0.0.1", "192.168.0.12"],
        ["A-1,234", "B-5,678"],
        ["1:2,000", "1:5,000"],
        ["5 kg", "7 kg"],
        ["01.02.2024", "13.02.2024"],
        ["12,34,5", "1,2,3"],
        ["V45", "E10"],
    ],
)
def test_what_only_resembles_numbers_holds_categories(values: list[str]) -> None:
    found = settle(column(values), FILE)
    assert found.form is None
    assert found.values is not None
    assert found.values.tolist() == values


def test_codes_are_kept_as_text_where_that_is_said() -> None:
    codes = column(["401", "250", "E10", "V45", "428", "02134"])
    with pytest.raises(DataError, match=r"holds 'E10' in row 4 .*with --categorical c \(categorical\)$"):
        settle(codes, FILE)
    found = settle(codes, FILE, DeclaredColumns(categorical=frozenset("c"))).values
    assert found is not None
    assert found.tolist() == codes.tolist()
    whole = settle(column([7, 8]), FILE, DeclaredColumns(categorical=frozenset("c"))).values
    assert whole is not None
    assert whole.tolist() == ["7", "8"]


def test_what_is_said_to_be_numbers_is_read_as_such_or_refused() -> None:
    asked = DeclaredColumns(numeric=frozenset("c"))
    for values, read in (
        (pd.Categorical(["1", "3"]), [1.0, 3.0]),
        (["True", "false"], [1.0, 0.0]),
        (["1,50", "20"], [1.5, 20.0]),
    ):
        found = settle(pd.Series(values, name="c"), FILE, asked).values
        assert found is not None
        assert found.tolist() == read
    with pytest.raises(DataError, match="column 'c' holds 'a' in row 2"):
        settle(column(["a", "b", "1"]), FILE, asked)


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["2024-03-01", "2024-03-02 12:30"], ["2024-03-01T00:00", "2024-03-02T12:30"]),
        (["2024-03-01T01:00:00+02:00", "2024-03-01T00:00:00Z"], ["2024-02-29T23:00", "2024-03-01T00:00"]),
        ([datetime.date(2024, 3, 1), None], ["2024-03-01T00:00", None]),
        (["9:05", "23:59:30"], ["1970-01-01T09:05", "1970-01-01T23:59:30"]),
        ([datetime.time(9, 5), None], ["1970-01-01T09:05", None]),
        (pd.to_datetime(["2024-03-01"]).tz_localize("Europe/Berlin"), ["2024-02-29T23:00"]),
    ],
)
def test_dates_and_times_of_day_are_dates(values: Any, read: list[str | None]) -> None:
    found = settle(pd.Series(values, name="c"), FILE).values
    assert found is not None
    assert found.dtype.kind == "M"
    np.testing.assert_array_equal(found.to_numpy(), np.array(read, dtype="datetime64[us]"))


def test_days_and_months_that_can_be_told_in_two_ways_are_no_dates() -> None:
    found = settle(column(["01/02/2024", "03/04/2024"]), FILE).values
    assert found is not None
    assert found.dtype == object


def test_categories_are_the_same_as_text_and_as_floats() -> None:
    asked = DeclaredColumns(categorical=frozenset("c"))
    for values in (["1.0", "2", None], [1.0, 2.0, None], pd.array([1, 2, None], dtype="Int64")):
        found = settle(pd.Series(values, name="c"), FILE, asked).values
        assert found is not None
        assert found.tolist() == ["1", "2", None]


@pytest.mark.parametrize(
    ("dtype", "values", "read"),
    [
        ("string[pyarrow]", ["a", "b", None], ["a", "b", None]),
        ("large_string[pyarrow]", ["a", "b", None], ["a", "b", None]),
        ("int64[pyarrow]", [1, 2, None], [1.0, 2.0, None]),
        ("double[pyarrow]", [1.5, 2.0, None], [1.5, 2.0, None]),
        ("bool[pyarrow]", [True, False, None], [1.0, 0.0, None]),
        ("boolean", [True, False, None], [1.0, 0.0, None]),
        ("Float32", [1.5, 2.0, None], [1.5, 2.0, None]),
        ("timestamp[ms][pyarrow]", [datetime.datetime(2024, 3, 1), None], [pd.Timestamp("2024-03-01"), None]),
    ],
)
def test_columns_of_other_libraries_types_hold_what_they_hold(dtype: str, values: list[Any], read: list[Any]) -> None:
    found = settle(column(values, dtype), FILE).values
    assert found is not None
    assert found.astype(object).where(found.notna(), None).tolist() == read


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"decimal": ";"}, r"decimal ';' is no mark of numbers \(legal: \. ,, or in words comma, point\)"),
        ({"thousands": "x"}, "thousands 'x' is no mark of numbers"),
        ({"thousands": 3}, "thousands 3 is no mark"),
        ({"decimal": ",", "thousands": "comma"}, "decimal and thousands are both ','; one mark cannot be both"),
        ({"drop_unusable": "yes"}, "drop_unusable is 'yes'; it must be True or False"),
        ({"drop": 3}, "drop is 3; it must be names of columns"),
        ({"categorical": ["d"]}, r"has no column 'd' for categorical.*\(columns: c\)"),
        ({"categorical": "c", "numeric": ["c"]}, "column 'c' of rows.csv cannot be both categorical and numeric"),
    ],
)
def test_wishes_that_cannot_be_are_refused(wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read(column([1.0, 2.0]), **wishes)


def test_a_column_whose_name_holds_a_comma_can_be_named() -> None:
    columns = ["a,b", "c", "d", "", "e,f"]
    for given, found in (
        ("a,b", ["a,b"]),
        (["c,d"], ["c", "d"]),
        ("c, d", ["c", "d"]),
        ('c,"e,f"', ["c", "e,f"]),
        ("", [""]),
        ([], []),
    ):
        assert ColumnOptions(drop=given).resolved("drop", columns, FILE) == found
    with pytest.raises(DataError, match="has no column 'x' for drop"):
        ColumnOptions(drop="c,x").resolved("drop", columns, FILE)
