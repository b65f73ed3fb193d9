from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.columns import is_number, named, no_column, settled
from trasunto.data.places import Place
from trasunto.errors import DataError

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
        (["1,5", None, "2,25"], r"column 'c' writes decimals with a comma \('1,5' in row 2 of rows.csv"),
    ],
)
def test_a_cell_that_spoils_a_column_is_refused_with_its_place(values: list[Any], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        settled(column(values), FILE)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pd.to_datetime(["2013-09-01"]), "holds datetime64.*, neither numbers nor text; drop it"),
        ([1j], "holds complex128, neither numbers nor text"),
        ([[1], [2]], "holds list in row 2 of rows.csv .*, neither numbers nor text; drop it"),
        (["a", {"b": 1}], "holds dict in row 3"),
        ([b"a"], "holds bytes in row 2"),
        ([datetime.time(10)], "holds time in row 2"),
    ],
)
def test_what_is_neither_is_refused(values: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        settled(column(values), FILE)


def test_rows_are_counted_as_their_file_counts_them() -> None:
    assert FILE.row(0) == "row 2 of rows.csv (the header is row 1)"
    assert Place("the data frame").row(3) == "row 3 of the data frame (counted from 0)"


def test_a_column_that_is_not_there_is_refused_with_the_nearest() -> None:
    refusal = str(no_column("clas", ["Time", "Class"], "label", FILE))
    assert refusal == "rows.csv has no column 'clas' for label, did you mean 'Class'? (columns: Time, Class)"
    assert str(no_column("x", list("abcdefghijklmn"), "drop", FILE)).endswith("j, k, l and 2 more)")


def test_many_columns_are_not_all_spelt_out() -> None:
    assert named([f"V{number}" for number in range(30)]) == "columns 'V0', 'V1', 'V2', 'V3', 'V4', 'V5' and 24 more"
