from __future__ import annotations

from typing import Any

import pytest

from trasunto.report.tables import tabulate


def test_single_values_and_short_lists_share_the_first_table() -> None:
    tables, left_out = tabulate({"p": 0.01, "best": None, "ranks": [1, 2, 3]})
    assert [(table.title, table.rows) for table in tables] == [
        ("", (("p", 0.01), ("best", None), ("ranks", [1, 2, 3])))
    ]
    assert left_out == ()


@pytest.mark.parametrize(
    "fact",
    [
        [{"units": 64, "error": 0.0125}, {"units": 128, "error": 0.0081}],
        {"units": list(range(13)), "error": [0.5] * 13},
    ],
)
def test_records_and_columns_become_the_same_kind_of_table(fact: Any) -> None:
    (table,), left_out = tabulate({"cells": fact})
    assert table.title == "cells"
    assert table.columns == ("units", "error")
    assert all(len(row) == 2 for row in table.rows)
    assert left_out == ()


def test_records_under_names_carry_their_names_in_the_first_column() -> None:
    (table,), _ = tabulate({"losses": {"mse": {"error": 0.02}, "bce": {"error": 0.01}}})
    assert table.columns == ("", "error")
    assert table.rows == (("mse", 0.02), ("bce", 0.01))


@pytest.mark.parametrize(
    "fact",
    [
        [{"a": 1}] * 41,
        [[1, 2], [3, 4]],
        list(range(13)),
        [{"a": 1}, {"b": 2}],
        [{"a": [{"nested": 1}]}],
        {"a": [1], "b": [1, 2], "c": {"d": 1}},
        {"a": {"b": {"c": 1}}},
        {str(key): key for key in range(41)},
        {"t": list(range(150)), "error": [0.1] * 150},
    ],
)
def test_what_no_reader_gains_from_is_named_instead_of_shown(fact: Any) -> None:
    tables, left_out = tabulate({"surface": fact})
    assert tables == ()
    assert left_out == ("surface",)


def test_an_empty_record_is_no_obstacle() -> None:
    tables, left_out = tabulate({"none": {}, "nothing": []})
    assert [table.title for table in tables] == ["", "none"]
    assert left_out == ()
