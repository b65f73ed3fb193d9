"""Data frames of other libraries."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest

from trasunto.data import from_arrays, read_records
from trasunto.data.frames import frame_of

MOMENT = datetime.datetime(2020, 1, 1, 12)
COLUMNS: dict[str, list[Any]] = {
    "number": [1, None, 3],
    "text": ["x", None, "y"],
    "truth": [True, None, False],
    "moment": [MOMENT, MOMENT, None],
}
POLARS = polars.DataFrame(COLUMNS).with_columns(kind=polars.Series(["u", "v", "u"], dtype=polars.Categorical))
FRAMES = {
    "polars": POLARS,
    "table": POLARS.to_arrow(),
    "batch": POLARS.to_arrow().to_batches()[0],
    "pandas": POLARS.to_pandas(),
}


@pytest.mark.parametrize("name", FRAMES)
def test_columns_keep_what_they_hold(name: str) -> None:
    frame = frame_of(FRAMES[name])
    assert frame is not None
    assert list(frame.columns) == ["number", "text", "truth", "moment", "kind"]
    assert frame["number"].tolist()[::2] == [1.0, 3.0]
    assert np.isnan(frame["number"][1])
    assert frame["text"].dropna().tolist() == ["x", "y"]
    assert frame["truth"].dropna().tolist() == [True, False]
    assert frame["moment"].dtype.kind == "M"
    assert str(frame["kind"].dtype) == "category"


@pytest.mark.parametrize(
    "rows",
    [np.zeros((2, 2)), [[1, 2]], pd.Series([1]), polars.Series([1]), pyarrow.chunked_array([[1, 2]]), "rows.csv"],
    ids=["array", "list", "series", "polars series", "arrow column", "path"],
)
def test_what_is_no_data_frame_is_none(rows: Any) -> None:
    assert frame_of(rows) is None


@pytest.mark.parametrize("library", ["polars", "table"])
def test_tables_are_made_of_frames_of_other_libraries(library: str) -> None:
    frame = polars.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.5, 0.25, 1.0]})
    rows = frame if library == "polars" else frame.to_arrow()
    assert from_arrays(rows).feature_names == ("a", "b")
    assert read_records(rows).columns == ("a", "b")
    np.testing.assert_array_equal(from_arrays(rows).x, frame.to_numpy())
