"""What a preparation's numbers are: scikit-learn's transformers, fitted on training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.columns import absences, is_number
from trasunto.data.places import Place
from trasunto.data.preparation import Preparation, refuse_missing
from trasunto.data.prepared_columns import MISSING, PreparedCategory, PreparedColumn, PreparedNumber
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS = 1000
"""Categories that a column may have: each is a feature."""


def fit_preparation(
    features: pd.DataFrame, *, scaling: str = "standard", missing: str = "median", place: Place
) -> Preparation:
    """Fit a preparation on training rows.

    Parameters
    ----------
    features
        n rows of settled columns.
    scaling, missing
        One of :data:`trasunto.data.preparation.SCALINGS` and of ``MISSING_POLICIES``.
    place
        Where the rows are, for refusals.

    Raises
    ------
    DataError
        If `scaling` or `missing` is not known; if a column has no value at all, or as many categories as rows; if a
        value is missing and `missing` is ``refuse``.
    """
    # Made before anything is fitted: a word that is not known is refused in the same sentence as in a stored one.
    Preparation((PreparedNumber("x", 0.0, 1.0, 0.0),), scaling, missing)

    def fitted(column: pd.Series) -> PreparedColumn:
        absent = int(absences(column).sum())
        if missing == "refuse":
            refuse_missing(column, place)
        if absent == len(column):
            raise DataError(f"column '{column.name}' has no value in any row of {place.name} to train on; drop it")
        if is_number(column):
            return _number(column, absent, scaling, missing)
        _refuse_names(column, place)
        return _category(column, absent, missing)

    return Preparation(tuple(fitted(features[name]) for name in features.columns), scaling, missing)


def _number(column: pd.Series, absent: int, scaling: str, missing: str) -> PreparedNumber:
    from sklearn.impute import SimpleImputer

    values = column.to_numpy().reshape(-1, 1)
    imputer = SimpleImputer(strategy="median" if missing == "refuse" else missing).fit(values)
    centre, spread = _scale(imputer.transform(values), scaling)
    return PreparedNumber(str(column.name), centre, spread, float(imputer.statistics_[0]), absent)


def _scale(values: np.ndarray, scaling: str) -> tuple[float, float]:
    """Return centre and spread of one column, ``(n, 1)``; where all values are equal, the spread is 1."""
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    if scaling == "standard":
        standard = StandardScaler().fit(values)
        return float(standard.mean_[0]), float(standard.scale_[0])
    if scaling == "robust":
        robust = RobustScaler().fit(values)
        return float(robust.center_[0]), float(robust.scale_[0])
    if scaling == "minmax":
        # Its own scale_ is 1 / range, with which the largest value may come out as 1 + 2e-16.
        ends = MinMaxScaler().fit(values)
        return float(ends.data_min_[0]), float(ends.data_range_[0]) or 1.0
    return 0.0, 1.0


def _category(column: pd.Series, absent: int, missing: str) -> PreparedCategory:
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    values = column.to_numpy(dtype=object).reshape(-1, 1)
    strategy: dict[str, Any] = {"strategy": "constant", "fill_value": MISSING}
    if missing == "most_frequent":
        strategy = {"strategy": "most_frequent"}
    imputer = SimpleImputer(missing_values=None, **strategy).fit(values)
    words = OneHotEncoder().fit(imputer.transform(values)).categories_[0]
    fill = imputer.statistics_[0]
    return PreparedCategory(str(column.name), tuple(map(str, words)), fill if fill in words else None, absent)


def _refuse_names(column: pd.Series, place: Place) -> None:
    """Refuse text that is different in nearly every row: names and numbers of documents are no categories."""
    different, there = column.nunique(), int(column.notna().sum())
    if different > MOST_WORDS or (different > 20 and 2 * different > there):
        raise DataError(
            f"column '{column.name}' of {place.name} holds {different:,} different texts in {there:,} rows, too many "
            "for categories; drop it"
        )
