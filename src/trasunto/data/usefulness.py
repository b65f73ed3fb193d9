"""Detection of unusable columns: empty, constant, row identifiers, nearly unique text, unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trasunto.data.columns import absences
from trasunto.data.places import Place
from trasunto.data.preparation import LeftOut
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

EMPTY = "no value in any row"
CONSTANT = "one value in every row"
IDENTIFIER = "a different whole number in every row"
TEXTS = "too many different texts for categories"
UNNAMED = "no name"

FEW_ROWS = 20
"""Rows up to which unique whole numbers may be chance, and every text may be a category."""

_NAMES = re.compile(
    r"(?i:^|[\s_.\-:])(?i:id|ids|idx|index|key|uid|uuid|guid|nr|no|number|num|row|rowid|record|serial|unnamed: \d+)$"
    r"|[a-z](?:Id|ID|Key|Index|Number|Nr|No)$"
)
"""Names of row identifiers."""

MOST_WORDS = 1000
"""Maximum categories of a column: each is a feature."""

MOST_NAMES = 500
"""Columns listed in a sentence at most."""


def useless(features: pd.DataFrame) -> list[LeftOut]:
    """Return the empty and constant columns of n settled rows."""
    found: list[LeftOut] = []
    if not len(features):
        return found
    numbers = [name for name, dtype in features.dtypes.items() if dtype == np.float64]
    block = features[numbers].to_numpy() if numbers else np.empty((len(features), 0))
    # A missing number is imputed from the others, so that the column stays constant.
    lowest, highest = np.fmin.reduce(block, axis=0), np.fmax.reduce(block, axis=0)
    whys = {name: EMPTY for name, one in zip(numbers, lowest, strict=True) if np.isnan(one)}
    whys |= {name: CONSTANT for name, same in zip(numbers, lowest == highest, strict=True) if same}
    for name, dtype in features.dtypes.items():
        why = whys.get(name)
        if why is None and dtype != np.float64:
            why = _why_useless(features[name])
        if why is not None:
            found.append(LeftOut(str(name), why))
    return found


def _why_useless(column: pd.Series) -> str | None:
    """Return why a column of categories or dates is useless, or None."""
    absent = absences(column)
    if absent.all():
        return EMPTY
    kept = column.dtype.kind == "M" or not absent.any()  # a missing category is one of its own
    return CONSTANT if kept and column.nunique() == 1 else None


def has_too_many_texts(column: pd.Series) -> bool:
    """Say whether text differs in nearly every row: names and document numbers are no categories."""
    different, there = column.nunique(), int(column.notna().sum())
    return different > MOST_WORDS or (different > FEW_ROWS and 2 * different > there)


def of_too_many_texts(features: pd.DataFrame) -> list[LeftOut]:
    """Return the columns of n settled rows whose text differs in nearly every row."""
    words = (features[name] for name, dtype in features.dtypes.items() if dtype.kind == "O")
    return [LeftOut(str(column.name), TEXTS) for column in words if has_too_many_texts(column)]


def identifiers(frame: pd.DataFrame) -> list[str]:
    """Return the row identifiers among the columns of a raw frame, (n, k).

    They hold unique whole numbers and are named so: ``id``, ``order_id``, ``rowNumber``. Other columns of unique whole
    numbers may be measurements, such as seconds or ranks.
    """
    if len(frame) <= FEW_ROWS:
        return []
    called = [name for name, dtype in frame.dtypes.items() if dtype.kind in "iu" and _NAMES.search(str(name))]
    return [str(name) for name in called if frame[name].is_unique and not frame[name].isna().any()]


def columns_said(found: Sequence[LeftOut], names: Sequence[str]) -> str:
    """Describe unusable columns by reason: "'a', 'b' (one value in every row); column 1 (no name)".

    Parameters
    ----------
    names
        The file's columns, in order, to number unnamed ones.
    """
    grouped: dict[str, list[str]] = {}
    for column in found:
        grouped.setdefault(column.why, []).append(column.name)
    positions = {name: position for position, name in enumerate(names, start=1)}
    return "; ".join(f"{_spelt(columns, positions)} ({why})" for why, columns in grouped.items())


def _spelt(columns: list[str], positions: Mapping[str, int]) -> str:
    shown = [f"'{name}'" if name.strip() else f"column {positions.get(name, '')}" for name in columns[:MOST_NAMES]]
    return ", ".join(shown) + (f" and {len(columns) - MOST_NAMES} more" if len(columns) > MOST_NAMES else "")


def cannot_serve(found: Iterable[LeftOut], names: Sequence[str], place: Place) -> DataError:
    """Return the error for unusable columns: all of them, with reasons and remedies."""
    columns = tuple(found)
    one = len(columns) == 1
    asked = " (an identifier that means something is kept with --numeric)" if _any(columns, IDENTIFIER) else ""
    dated = "; a date is read where it is written as 2013-09-01" if _any(columns, TEXTS) else ""
    return DataError(
        f"{place.name} has {len(columns):,} unusable column{'' if one else 's'}: "
        f"{columns_said(columns, names)}; leave {'it' if one else 'them'} out with --drop-unusable "
        f"(drop_unusable=True), or by name with --drop{asked}{dated}"
    )


def _any(columns: Sequence[LeftOut], why: str) -> bool:
    return any(column.why == why for column in columns)
