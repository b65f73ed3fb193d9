"""Fitted preprocessing of raw columns to features, and its inverse.

A column of numbers becomes one feature, ``(value - centre) / spread``; categories become a one-hot block; dates a
feature for each of their parts. :mod:`trasunto.data.fitting` fits it on training rows alone; it is stored as plain
JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.columns import absences, is_plain_number, named
from trasunto.data.frames import frame_of, in_order
from trasunto.data.places import Place
from trasunto.data.prepared_columns import (
    PreparedCategory,
    PreparedColumn,
    PreparedNumber,
    column_from_json,
)
from trasunto.data.scale import scaled
from trasunto.errors import DataError, one_of

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 2
"""Version written by `to_json`; 1, without number formats, dates and left-out columns, is read as well."""

ROWS = Place("the rows to prepare")

VALUES_AT_ONCE = 2**22
"""Numbers fitted and prepared at a time: 32 megabytes of float64."""

SCALINGS = {
    "standard": "mean 0 and standard deviation 1",
    "minmax": "0 to 1",
    "robust": "median 0 and distance between the quartiles 1",
    "none": "as they are",
}
"""Scalings of numbers, fitted on the training rows."""

MISSING_POLICIES = {
    "median": "the column's median; a category of its own",
    "mean": "the column's mean; a category of its own",
    "most_frequent": "the column's most frequent value",
    "refuse": "nothing: rows with missing values are refused",
}
"""Replacements of a missing number; of a missing category."""


@dataclass(frozen=True)
class LeftOut:
    """An unusable raw column.

    Attributes
    ----------
    name
        The column.
    why
        The reason, for readers.
    """

    name: str
    why: str


@dataclass(frozen=True)
class Preparation:
    """Preprocessing fitted on the training rows: prepared columns for each raw column, in order.

    A column of dates is prepared as up to three, its parts; any other as one.

    An unseen category is coded as a block of zeros, and :meth:`unseen` counts such rows. A missing number is replaced
    as `missing` says, by a value fitted on the training rows. A missing category is a category of its own,
    ``(missing)``, if the training rows had missing ones too, and otherwise unseen.

    Attributes
    ----------
    fitted
        The prepared columns.
    scaling
        One of `SCALINGS`.
    missing
        One of `MISSING_POLICIES`.
    left_out
        Unusable raw columns, which rows may or may not have.

    Examples
    --------
    >>> import pandas
    >>> from trasunto.data import read_records
    >>> cards = pandas.DataFrame({"amount": [1.0, 2.0, 3.0, 4.0], "card": ["red", "blue", "red", "blue"]})
    >>> preparation = read_records(cards).table(scaling="minmax", test=0).preparation
    >>> preparation.feature_names, preparation.blocks
    (('amount', 'card=blue', 'card=red'), ((1, 3),))
    >>> later = pandas.DataFrame({"amount": [4.0, None], "card": ["blue", "green"]})
    >>> preparation.apply(later).tolist(), preparation.unseen(later)
    ([[1.0, 1.0, 0.0], [0.5, 0.0, 0.0]], {'card': 1})
    """

    fitted: tuple[PreparedColumn, ...]
    scaling: str
    missing: str
    left_out: tuple[LeftOut, ...] = ()

    def __post_init__(self) -> None:
        for what, word, legal in (("scaling", self.scaling, SCALINGS), ("missing", self.missing, MISSING_POLICIES)):
            if word not in legal:
                raise one_of(what, str(word), legal, DataError)
        sources = [source for source, _ in self._by_source]
        if len({*self.names}) < len(self.names) or len({*sources}) < len(sources) or not sources:
            raise DataError(f"a preparation needs columns of different names, not {list(self.names)}")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The raw columns' names, in order."""
        return tuple(source for source, _ in self._by_source)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The k prepared columns' names, in order: those of the raw columns, and of the parts of dates."""
        return tuple(column.name for column in self.fitted)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The d features' names: a number's column, or ``column=category``."""
        return tuple(name for column in self.fitted for name in column.feature_names)

    @property
    def d(self) -> int:
        """The number of features."""
        return self.spans[-1][1]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The features of each prepared column, as ``[start, stop)``."""
        stops = np.cumsum([column.width for column in self.fitted]).tolist()
        return tuple((stop - column.width, stop) for column, stop in zip(self.fitted, stops, strict=True))

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """The spans that are one-hot codes."""
        both = zip(self.fitted, self.spans, strict=True)
        return tuple(span for column, span in both if isinstance(column, PreparedCategory))

    def apply(self, frame: Any, *, place: Place = ROWS) -> np.ndarray:
        """Prepare raw rows.

        Parameters
        ----------
        frame
            n rows of the same columns, as a data frame, in any order; or an array, ``(n, columns)``, in theirs.
        place
            Place of the rows, for errors.

        Returns
        -------
        np.ndarray
            ``(n, d)``, float64.

        Raises
        ------
        DataError
            If a column is missing or one too many; if a column of numbers holds something else, or an infinite value;
            if a value is missing and `missing` is ``refuse``.
        """
        rows = self._fitting(frame, place)
        prepared = np.zeros((len(rows), self.d))
        done = self._prepare_numbers(rows, prepared)
        starts = dict(zip(self.names, self.spans, strict=True))
        for source, parts in self._by_source:
            if source in done:
                continue
            raw = parts[0].read(rows[source], place)
            if self.missing == "refuse":
                refuse_missing(raw, place)
            for part in parts:
                start, stop = starts[part.name]
                part.prepare(raw, prepared[:, start:stop])
        return prepared

    def _prepare_numbers(self, rows: pd.DataFrame, out: np.ndarray) -> frozenset[str]:
        """Prepare the valid columns of numeric dtype, many at a time; return their names."""
        ready = {name for name, dtype in rows.dtypes.items() if is_plain_number(dtype)}
        both = zip(self.fitted, self.spans, strict=True)
        numbers = [
            (column, start)
            for column, (start, _) in both
            if isinstance(column, PreparedNumber) and column.name in ready
        ]
        done: set[str] = set()
        at_once = max(VALUES_AT_ONCE // max(len(rows), 1), 1)
        for first in range(0, len(numbers), at_once):
            some = numbers[first : first + at_once]
            names = [column.name for column, _ in some]
            values = rows[names].to_numpy(dtype=np.float64)
            bad = np.isinf(values).any(axis=0)
            if self.missing == "refuse":
                bad |= np.isnan(values).any(axis=0)
            centre, spread, fill = (
                np.array([getattr(column, what) for column, _ in some]) for what in ("centre", "spread", "fill")
            )
            places = np.array([start for _, start in some])
            good = ~bad
            out[:, places[good]] = scaled(values[:, good], centre[good], spread[good], fill[good])
            done.update(name for name, kept in zip(names, good, strict=True) if kept)
        return frozenset(done)

    def shown(self, frame: Any, *, place: Place = ROWS) -> pd.DataFrame:
        """Return raw rows in the units of the k prepared columns, comparable with :meth:`restore`.

        Numbers are as read (NaN where missing), categories are text (None where missing), dates are their parts.

        Raises
        ------
        DataError
            As :meth:`apply` does.
        """
        import pandas as pd

        rows = self._fitting(frame, place)
        read = {source: (parts, parts[0].read(rows[source], place)) for source, parts in self._by_source}
        return pd.DataFrame({part.name: part.shown(raw) for parts, raw in read.values() for part in parts})

    def restore(self, x: np.ndarray) -> pd.DataFrame:
        """Return prepared rows, ``(n, d)``, as k columns in their original units.

        A block becomes the category of its largest value; a block of zeros ``(unseen)``.

        Raises
        ------
        DataError
            If `x` does not have d features.
        """
        import pandas as pd

        rows = np.asarray(x, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.d:
            raise DataError(f"rows of shape {rows.shape} cannot be restored; (n, {self.d}) features are expected")
        both = zip(self.fitted, self.spans, strict=True)
        return pd.DataFrame({column.name: column.restore(rows[:, start:stop]) for column, (start, stop) in both})

    def unseen(self, frame: Any, *, place: Place = ROWS) -> dict[str, int]:
        """Count the rows of unseen categories by column; columns without any are omitted.

        Raises
        ------
        DataError
            As :meth:`apply` does.
        """
        rows = self._fitting(frame, place)
        words = [column for column in self.fitted if isinstance(column, PreparedCategory)]
        counts = {word.name: int((word.codes(word.read(rows[word.name], place)) < 0).sum()) for word in words}
        return {name: count for name, count in counts.items() if count}

    def to_json(self) -> dict[str, Any]:
        """Return JSON values from which :meth:`from_json` restores the preparation bit by bit."""
        columns = [column.to_json() for column in self.fitted]
        left_out = [asdict(column) for column in self.left_out]
        kept = {"scaling": self.scaling, "missing": self.missing}
        return {"format": FORMAT, **kept, "columns": columns, "left_out": left_out}

    @staticmethod
    def from_json(content: Any) -> Preparation:
        """Restore a preparation from the value of :meth:`to_json`, also of an earlier trasunto.

        Raises
        ------
        DataError
            If it is invalid.
        """
        number = content.get("format") if isinstance(content, dict) else None
        if type(number) is not int or not 1 <= number <= FORMAT:
            raise DataError(f"the stored preparation is not of format 1 to {FORMAT}, those that this version reads")
        columns, scaling, policy = (content.get(key) for key in ("columns", "scaling", "missing"))
        if not (isinstance(columns, list) and isinstance(scaling, str) and isinstance(policy, str)):
            raise DataError("the stored preparation lacks its columns, its scaling or what it does with missing values")
        left_out = content.get("left_out", [] if number == 1 else None)
        if not isinstance(left_out, list) or not all(map(_is_left_out, left_out)):
            raise DataError("the stored preparation lacks the columns that were left out, with names and why")
        left = tuple(LeftOut(**column) for column in left_out)
        return Preparation(tuple(map(column_from_json, columns)), scaling, policy, left)

    @cached_property
    def _by_source(self) -> tuple[tuple[str, tuple[PreparedColumn, ...]], ...]:
        """The prepared columns of each raw column, with its name."""
        grouped = groupby(self.fitted, lambda column: column.source)
        return tuple((source, tuple(parts)) for source, parts in grouped)

    def _fitting(self, frame: Any, place: Place) -> pd.DataFrame:
        """Return the rows as a data frame of the right columns."""
        import pandas as pd

        own = frame_of(frame)
        if own is not None:
            return in_order(own, self.columns, place)
        rows = np.asarray(frame)
        if rows.ndim != 2 or rows.shape[1] != len(self.columns):
            wanted = f"(n, {len(self.columns)}), with {named(self.columns)}, is expected"
            raise DataError(f"{place.name} has shape {rows.shape}; {wanted}")
        return pd.DataFrame(rows, columns=list(self.columns))


def _is_left_out(content: object) -> bool:
    if not isinstance(content, dict) or set(content) != {"name", "why"}:
        return False
    return all(isinstance(text, str) for text in content.values())


def refuse_missing(column: pd.Series, place: Place) -> None:
    """Refuse a settled column with missing values.

    Raises
    ------
    DataError
        The message names the first such row.
    """
    absent = np.flatnonzero(absences(column))
    if absent.size:
        others = f"; {absent.size - 1:,} more are missing" if absent.size > 1 else ""
        raise DataError(f"column '{column.name}' has no value in {place.row(int(absent[0]))}{others}")
