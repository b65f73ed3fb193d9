"""Data frames of any library, as pandas has them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def frame_of(rows: Any) -> pd.DataFrame | None:
    """Return a data frame as a pandas frame, or None where `rows` are no data frame.

    A data frame is one of pandas, or anything that hands over its columns through Arrow's PyCapsule interface: those
    of polars, tables and record batches of Arrow. Columns keep what they hold: text, categories, truth values, dates;
    whole numbers with missing ones become floats.
    """
    # Not imported for this: whoever hands over a frame of pandas has done so.
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(rows, pandas.DataFrame):
        own: pd.DataFrame = rows
        return own
    if not hasattr(rows, "__arrow_c_stream__") or getattr(rows, "ndim", 2) != 2:
        return None
    import pyarrow

    try:
        table = pyarrow.table(rows)
    except (TypeError, ValueError, pyarrow.ArrowException):  # one column alone has no names: an array
        return None
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame
