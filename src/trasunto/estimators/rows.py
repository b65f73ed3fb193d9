"""Rows as users of scikit-learn give them, checked by its rules, and the table that networks are trained on.

Rows are an array of numbers, or a data frame of raw columns (numbers, text, categories, truth values, dates; values may
be missing). Arrays and frames of numbers alone are checked as scikit-learn checks them; what else a frame holds is read
as :func:`trasunto.data.read_records` reads it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_consistent_length, column_or_1d, validate_data

from trasunto.data import Preparation, Table, from_arrays, read_records
from trasunto.data.columns import is_plain_number
from trasunto.data.fitting import fit_preparation
from trasunto.data.frames import frame_of
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.base import BaseEstimator

    Rows = np.ndarray | pd.DataFrame

ROWS = Place("X")


def given_rows(estimator: BaseEstimator, X: Any, *, reset: bool, least: int = 1, refuse_missing: bool = False) -> Rows:
    """Check rows and return them: an array of numbers (n, d), NaN where one is missing, or a frame of raw columns.

    Parameters
    ----------
    reset
        Whether the estimator learns the columns' number and names from these rows, or holds them to what it learnt.
    least
        How many rows there must be.
    refuse_missing
        Whether missing values are refused.

    Raises
    ------
    ValueError
        If the rows are not those that the estimator can take, in scikit-learn's words.
    """
    frame = frame_of(X)
    if frame is None or _holds_numbers(frame):
        finite: Any = True if refuse_missing else "allow-nan"
        rows: np.ndarray = validate_data(
            estimator,
            X if frame is None else frame,
            dtype=[np.float64, np.float32],
            ensure_all_finite=finite,
            ensure_min_samples=least,
            reset=reset,
        )
        return rows
    validate_data(estimator, frame, skip_check_array=True, reset=reset)
    if len(frame) < least:
        raise DataError(f"X has {len(frame)} rows; at least {least} are needed")
    return frame.set_axis([str(name) for name in frame.columns], axis="columns").reset_index(drop=True)


def labels_of(estimator: BaseEstimator, X: Any, y: Any) -> np.ndarray:
    """Check a label of each row and return them, (n,).

    Raises
    ------
    ValueError
        If there are none, too few or too many, or they are no column, in scikit-learn's words.
    """
    validate_data(estimator, X, y, skip_check_array=True, reset=False)  # refuses None
    labels: np.ndarray = column_or_1d(y, warn=True)
    check_consistent_length(X, labels)
    if labels.dtype.kind == "f":
        assert_all_finite(labels, input_name="y")
    return labels


def fitted_preparation(rows: Rows, names: tuple[str, ...], scaling: str, missing: str) -> Preparation | None:
    """Fit the preparation of raw rows; None where they need none: finite numbers that are not to be scaled."""
    if isinstance(rows, np.ndarray):
        if scaling == "none" and not np.isnan(rows).any():
            return None
        return fit_preparation(framed(rows, names), scaling=scaling, missing=missing, place=ROWS)
    records = read_records(rows)
    return fit_preparation(
        records.features,
        scaling=scaling,
        missing=missing,
        place=ROWS,
        formats=records.formats,
        truths=records.truths,
    )


def table_of(rows: Rows, preparation: Preparation | None, names: tuple[str, ...], y: np.ndarray | None = None) -> Table:
    """Return prepared rows as a table to train on, with labels (n,) where there are any."""
    x = features_of(rows, preparation, names)
    if preparation is None:
        return from_arrays(x, y, feature_names=names, name="X")
    table = from_arrays(x, y, feature_names=preparation.feature_names, name="X")
    return replace(table, preparation=preparation, blocks=preparation.blocks)


def features_of(rows: Rows, preparation: Preparation | None, names: tuple[str, ...]) -> np.ndarray:
    """Return rows (n, d) as networks see them, float32.

    Raises
    ------
    DataError
        If a value is missing and nothing stands in for it, or rows are none that the preparation takes.
    """
    if preparation is not None:
        raw = framed(rows, names) if isinstance(rows, np.ndarray) else rows
        return preparation.apply(raw, place=ROWS).astype(np.float32)
    if not isinstance(rows, np.ndarray):
        raise DataError("X holds more than numbers, or lacks some, and the rows of fit were complete numbers")
    _refuse_unfilled(rows)
    return rows.astype(np.float32)


def framed(rows: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    """Return an array (n, columns) as a frame of float64 columns."""
    import pandas as pd

    return pd.DataFrame(rows.astype(np.float64, copy=False), columns=list(names))


def _refuse_unfilled(rows: np.ndarray) -> None:
    """Refuse missing values (n, d) where nothing was fitted to stand in for them."""
    absent = np.argwhere(np.isnan(rows))
    if len(absent):
        row, column = (int(index) for index in absent[0])
        raise DataError(
            f"X has no value in row {row}, column {column}, and the rows of fit were complete, so that nothing was "
            "measured to stand in for it: fit on rows with missing values, or set scaling"
        )


def _holds_numbers(frame: pd.DataFrame) -> bool:
    """Say whether every column holds plain numbers, as an array does."""
    return all(map(is_plain_number, frame.dtypes))
