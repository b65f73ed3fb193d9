"""Fitting of a preparation on training rows, by scikit-learn, many columns at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from trasunto.data.columns import is_number
from trasunto.data.dates import PARTS, part_of
from trasunto.data.number_formats import NumberFormat
from trasunto.data.places import Place
from trasunto.data.preparation import VALUES_AT_ONCE, LeftOut, Preparation, refuse_missing
from trasunto.data.prepared_columns import MISSING, PreparedCategory, PreparedColumn, PreparedDate, PreparedNumber
from trasunto.data.usefulness import has_too_many_texts
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

LARGE = 1e140
"""Numbers above this are divided by a power of two before fitting: the sum of their squares may overflow."""

NOISE = 16
"""Spacings of neighbouring floats up to which a column's range counts as rounding of one value."""


class Fitted(NamedTuple):
    """Statistics of a column of numbers, in its unit."""

    centre: float
    spread: float
    fill: float


def fit_preparation(
    features: pd.DataFrame,
    *,
    scaling: str = "standard",
    missing: str = "median",
    place: Place,
    formats: Mapping[str, NumberFormat] | None = None,
    truths: Collection[str] = (),
    left_out: Sequence[LeftOut] = (),
) -> Preparation:
    """Fit a preparation on training rows.

    Parameters
    ----------
    features
        n rows of settled columns.
    scaling, missing
        One of :data:`trasunto.data.preparation.SCALINGS` and of ``MISSING_POLICIES``.
    place
        Place of the rows, for errors.
    formats, truths
        Number formats by column, and boolean columns.
    left_out
        Unusable columns.

    Raises
    ------
    DataError
        If `scaling` or `missing` is unknown; if a column has no value at all, or as many categories as rows; if a value
        is missing and `missing` is ``refuse``; if numbers are too large to be scaled.
    """
    # Validates scaling and missing before fitting, with the same errors as for a stored preparation.
    Preparation((PreparedNumber("x", 0.0, 1.0, 0.0),), scaling, missing)
    parts = {str(name): _parts(features[name]) for name, dtype in features.dtypes.items() if dtype.kind == "M"}
    plain = [str(name) for name, dtype in features.dtypes.items() if dtype == np.float64]
    names = [*plain, *(f"{name}.{part}" for name, found in parts.items() for part in found)]
    columns = (
        *(features[name].to_numpy() for name in plain),
        *(values for found in parts.values() for values in found.values()),
    )
    absent = {str(name): int(count) for name, count in features.isna().sum().items()}
    _refuse_absent(features, absent, missing, place)
    fits = dict(zip(names, _fits(columns, names, scaling, missing, place), strict=True))
    forms = formats or {}

    def fitted(column: pd.Series) -> list[PreparedColumn]:
        name = str(column.name)
        if is_number(column):
            return [PreparedNumber(name, *fits[name], absent[name], forms.get(name), name in truths)]
        if name in parts:
            first = str(column.min().isoformat())
            return [PreparedDate(name, part, first, *fits[f"{name}.{part}"], absent[name]) for part in parts[name]]
        _refuse_names(column, place)
        return [_category(column, absent[name], missing)]

    prepared = tuple(one for name in features.columns for one in fitted(features[name]))
    return Preparation(prepared, scaling, missing, tuple(left_out))


def _refuse_absent(features: pd.DataFrame, absent: Mapping[str, int], missing: str, place: Place) -> None:
    for name, count in absent.items():
        if count and missing == "refuse":
            refuse_missing(features[name], place)
        if count == len(features):
            raise DataError(f"column '{name}' has no value in any row of {place.name} to train on; drop it")


def _parts(column: pd.Series) -> dict[str, np.ndarray]:
    """Return the parts of dates that vary; days if all dates are equal."""
    found = {part: part_of(column, part, column.min().to_datetime64()) for part in PARTS}
    varying = {part: values for part, values in found.items() if np.fmin.reduce(values) < np.fmax.reduce(values)}
    return varying or {"days": found["days"]}


def _fits(
    columns: Sequence[np.ndarray], names: Sequence[str], scaling: str, missing: str, place: Place
) -> Iterator[Fitted]:
    """Fit columns of n numbers, in blocks of bounded memory."""
    if not columns:
        return
    at_once = max(VALUES_AT_ONCE // len(columns[0]), 1)
    for first in range(0, len(columns), at_once):
        # Fortran order, so that sums are bit-equal to those of single columns.
        block = np.array(columns[first : first + at_once]).T
        highest = np.fmax.reduce(np.abs(block), axis=0)
        exponents = np.where(highest > LARGE, np.frexp(highest)[1], 0)
        small = np.ldexp(block, -exponents) if exponents.any() else block
        for number, fit in enumerate(_fit_block(small, scaling, missing)):
            whole = fit
            if exponents[number]:
                with np.errstate(over="ignore"):
                    whole = Fitted(*np.ldexp(fit, exponents[number]).tolist())
            if scaling == "none":
                whole = whole._replace(spread=1.0)
            if not np.isfinite(whole).all():
                raise DataError(
                    f"column '{names[first + number]}' of {place.name} holds numbers up to {highest[number]:.4g}, too "
                    "large to be scaled; divide it by a power of ten, or drop it"
                )
            yield whole


def _fit_block(block: np.ndarray, scaling: str, missing: str) -> Iterator[Fitted]:
    """Fit the columns of a block, ``(n, k)``, of numbers whose squares do not overflow."""
    from sklearn.impute import SimpleImputer

    imputer = SimpleImputer(strategy="median" if missing == "refuse" else missing).fit(block)
    filled = np.where(np.isnan(block), imputer.statistics_, block) if np.isnan(block).any() else block
    centres, spreads = scales(np.asfortranarray(filled), scaling)
    return map(Fitted, centres.tolist(), spreads.tolist(), imputer.statistics_.tolist())


def scales(values: np.ndarray, scaling: str) -> tuple[np.ndarray, np.ndarray]:
    """Return centres and spreads of k columns of numbers, ``(n, k)``; the spread of a constant column is 1."""
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    if scaling == "standard":
        standard = StandardScaler().fit(values)
        overlooked = (standard.scale_ == 1) & (standard.var_ != 1)
        return _of_small_spread(values, overlooked, standard.mean_, standard.scale_, np.mean, np.std)
    if scaling == "robust":
        robust = RobustScaler().fit(values)
        overlooked = (robust.scale_ == 1) & (_quartile_distance(values) != 1)
        return _of_small_spread(values, overlooked, robust.center_, robust.scale_, np.median, _quartile_distance)
    if scaling == "minmax":
        # Its own scale_ is 1 / range, with which the largest value may come out as 1 + 2e-16.
        ends = MinMaxScaler().fit(values)
        return ends.data_min_, np.where(ends.data_range_ == 0, 1.0, ends.data_range_)
    return np.zeros(values.shape[1]), np.ones(values.shape[1])


def _of_small_spread(
    values: np.ndarray, overlooked: np.ndarray, centres: np.ndarray, spreads: np.ndarray, middle: Any, distance: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Re-measure columns that scikit-learn treats as constant because they are far from 0 relative to their spread.

    Measured relative to one of their own values, which loses no digits. A range of a few neighbouring floats is
    rounding.
    """
    lowest, highest = values.min(axis=0), values.max(axis=0)
    ranges, step = highest - lowest, np.spacing(np.maximum(np.abs(lowest), np.abs(highest)))
    centres, spreads = centres.copy(), spreads.copy()
    for column in np.flatnonzero(overlooked & (ranges > NOISE * step)):
        shifted = (values[:, column] - lowest[column]) / ranges[column]  # 0 to 1
        if (spread := float(distance(shifted)) * ranges[column]) > 0:
            spreads[column] = spread
            centres[column] = lowest[column] + float(middle(shifted)) * ranges[column]
    return centres, spreads


def _quartile_distance(values: np.ndarray) -> np.ndarray:
    """Return the interquartile range of numbers ``(n,)``, or of each column ``(n, k)``."""
    lower, upper = np.percentile(values, [25, 75], axis=0)
    distance: np.ndarray = upper - lower
    return distance


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
    """Refuse text that is different in nearly every row."""
    if has_too_many_texts(column):
        different, there = column.nunique(), int(column.notna().sum())
        raise DataError(
            f"column '{column.name}' of {place.name} holds {different:,} different texts in {there:,} rows, too many "
            "for categories; drop it"
        )
