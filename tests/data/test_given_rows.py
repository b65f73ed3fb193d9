"""Rows as they are, where a table is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest

from trasunto.data import Table, as_table, from_arrays, held_out_remark, read_records
from trasunto.errors import DataError

X = np.random.default_rng(0).normal(size=(50, 3))
MIXED = pd.DataFrame(X, columns=["a", "b", "c"]).assign(kind=["u", "v", "w", "u", "v"] * 10)


def test_a_table_is_taken_as_it_is() -> None:
    table = from_arrays(X)
    assert as_table(table, 0.2) is table
    assert held_out_remark(table, table) == ()


@pytest.mark.parametrize(
    "rows", [X, X.tolist(), pd.DataFrame(X), polars.DataFrame(X), pyarrow.table(dict(zip("abc", X.T, strict=True)))]
)
def test_numbers_are_taken_as_they_are(rows: Any) -> None:
    assert as_table(rows).fingerprint == from_arrays(X).fingerprint


def test_a_share_is_held_out_at_random_and_the_same_each_time() -> None:
    table = as_table(X, 0.2)
    assert table.test is not None
    assert (table.n, table.test.n) == (40, 10)
    together = np.concatenate([table.x, table.test.x])
    np.testing.assert_array_equal(together[np.lexsort(together.T)], X[np.lexsort(X.T)])
    assert not np.array_equal(table.test.x, X[40:])
    assert as_table(X, 0.2).fingerprint == table.fingerprint
    assert held_out_remark(X, table) == ("Of the 50 rows, 10 were held out to test on.",)


def test_images_stay_images_when_some_are_held_out() -> None:
    table = as_table(np.zeros((10, 4, 2), np.uint8), 0.2)
    assert table.test is not None
    assert (table.image_shape, table.test.image_shape, table.test.n) == ((4, 2), (4, 2), 2)


@pytest.mark.parametrize("rows", [MIXED, polars.from_pandas(MIXED), pyarrow.Table.from_pandas(MIXED)])
def test_frames_with_text_are_prepared(rows: Any) -> None:
    table = as_table(rows, 0.2)
    assert table.fingerprint == read_records(MIXED).table(test=0.2).fingerprint
    assert len(table.blocks) == 1


def test_a_missing_value_is_imputed_by_the_training_rows() -> None:
    table = as_table(MIXED[["a", "b"]].where(MIXED["a"] > -1), 0.0)
    assert table.preparation is not None
    assert np.isfinite(table.x).all()


def test_records_are_prepared_too() -> None:
    assert as_table(read_records(MIXED)).test is None


def test_names_and_paths_are_read(tmp_path: Path, mnist: Table) -> None:
    assert as_table("mnist").fingerprint == mnist.fingerprint
    np.save(tmp_path / "rows.npy", X)
    assert as_table(tmp_path / "rows.npy").n == 50


@pytest.mark.parametrize("rows", [None, 3, {"a": [1.0]}, iter([1]), True])
def test_what_is_no_rows_is_refused_in_one_sentence(rows: Any) -> None:
    with pytest.raises(DataError, match=r"^rows must be a table, an array, a data frame, the name of a data set or a"):
        as_table(rows)
