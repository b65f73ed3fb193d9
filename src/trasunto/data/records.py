"""Raw columns before anything is fitted, and the table that is made of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.columns import SHOWN, absences, is_number, named
from trasunto.data.fitting import fit_preparation
from trasunto.data.places import Place
from trasunto.data.preparation import Preparation, refuse_missing
from trasunto.data.roles import as_label
from trasunto.data.splits import split_rows
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TEST_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Records:
    """Raw rows: columns as they were found, with labels and what else belongs to a row, nothing fitted.

    Attributes
    ----------
    features
        n rows of columns: float64, NaN where a number is missing; or text, None where a category is missing.
    y
        Labels, ``(n,)``, or None.
    weights
        How much each row counts, ``(n,)``, or None.
    groups
        The number of each row's group, ``(n,)``, or None.
    times
        Each row's time, ``(n,)``, numbers or dates, or None.
    provenance
        Where the rows come from.
    place
        How they are counted there.
    """

    features: pd.DataFrame
    y: np.ndarray | None
    weights: np.ndarray | None
    groups: np.ndarray | None
    times: np.ndarray | None
    provenance: Provenance
    place: Place

    def __len__(self) -> int:
        return self.n

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.features)

    @property
    def columns(self) -> tuple[str, ...]:
        """The features' names."""
        return tuple(self.features.columns)

    def table(
        self,
        *,
        scaling: str = "standard",
        missing: str = "median",
        split: str = "random",
        test: float | Records = TEST_SHARE,
        normal: Any = None,
        seed: int = 0,
    ) -> Table:
        """Split the rows, prepare them as the training rows say, and make a table of them.

        Parameters
        ----------
        scaling
            How numbers are scaled: standard, minmax, robust or none.
        missing
            What stands in for a missing number: median, mean or most_frequent of the training rows; or refuse. A
            missing category is a category of its own, or the most frequent one.
        split
            Which rows are tested on: random, stratified (with the same share of every class), group (whole groups),
            time (the latest) or last (the last, as Keras's `validation_split`).
        test
            The share of rows to test on, of groups where these are split; 0 for none. Or other records to test on.
        normal
            The label of normal rows. Given, only these are split, trained and tested on; all others are the table's
            anomalies.
        seed
            Of the split.

        Raises
        ------
        DataError
            If the rows cannot be split so; if a column has no or only one value; if no row is normal, or every one.

        Examples
        --------
        >>> import pandas
        >>> from trasunto.data import read_records
        >>> frame = pandas.DataFrame({"amount": range(10), "Class": [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]})
        >>> table = read_records(frame, label="Class").table(normal=0, test=0.25)
        >>> table.n, table.test.n, table.anomalies.n
        (6, 2, 2)
        """
        _refuse_useless(self)
        if missing == "refuse":
            _refuse_missing(self)
        train, tested, apart = _parts(self, test, split, normal, seed)
        seen = self.features.iloc[train]
        preparation = fit_preparation(seen, scaling=scaling, missing=missing, place=self.place)
        return _joined(preparation, [(self, train)], tested, apart)


Piece = tuple[Records, np.ndarray]
"""Records, and which of their rows."""


def _parts(
    records: Records, test: float | Records, split: str, normal: Any, seed: int
) -> tuple[np.ndarray, list[Piece], list[Piece]]:
    """Choose the rows to train on, those to test on and those apart."""
    usual, strange = _by_label(records, normal)
    share, other = (0.0, test) if isinstance(test, Records) else (test, None)
    y, groups, times = (None if kept is None else kept[usual] for kept in (records.y, records.groups, records.times))
    train, held = split_rows(len(usual), share, split, seed=seed, y=y, groups=groups, times=times)
    tested: list[Piece] = [(records, usual[held])]
    apart: list[Piece] = [(records, strange)]
    if other is not None:
        usual_too, strange_too = _by_label(other, normal)
        tested, apart = [(other, usual_too)], [*apart, (other, strange_too)]
    if normal is not None and not any(rows.size for _, rows in apart):
        raise DataError(
            f"every row of {records.place.name} is labelled {normal}, so that none is left to be found strange; leave "
            "normal out to train on all of them"
        )
    return usual[train], tested, apart


def _joined(preparation: Preparation, train: list[Piece], test: list[Piece], anomalies: list[Piece]) -> Table:
    """Prepare the rows of every part, and make one table of them; parts without rows are left out."""
    # All rows of a file at once: a refusal then counts as the file does.
    everything = {records for records, _ in (*train, *test, *anomalies)}
    prepared = {records: preparation.apply(records.features, place=records.place) for records in everything}

    def part(pieces: list[Piece], suffix: str) -> Table | None:
        pieces = [(records, rows) for records, rows in pieces if rows.size]
        if not pieces:
            return None
        x = np.concatenate([prepared[records][rows] for records, rows in pieces])
        origin = pieces[0][0].provenance
        return Table(
            x=x,
            y=_kept([(records.y, rows) for records, rows in pieces]),
            test=None,
            image_shape=None,
            feature_names=preparation.feature_names,
            provenance=replace(origin, name=f"{name}{suffix}", sha256=hashlib.sha256(x.data).hexdigest()),
            weights=_kept([(records.weights, rows) for records, rows in pieces]),
            blocks=preparation.blocks,
            preparation=preparation,
        )

    name = train[0][0].provenance.name
    table = part(train, "")
    assert table is not None, "split_rows leaves rows to train on"
    return replace(table, test=part(test, " test"), anomalies=part(anomalies, " anomalies"))


def _kept(pieces: list[tuple[np.ndarray | None, np.ndarray]]) -> np.ndarray | None:
    """Return the values of the rows of all pieces; None where a piece has none."""
    there = [values[rows] for values, rows in pieces if values is not None]
    return np.concatenate(there) if len(there) == len(pieces) else None


def _by_label(records: Records, normal: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the normal rows' numbers, and those of all others; every row is normal where `normal` is None."""
    rows = np.arange(records.n)
    if normal is None:
        return rows, rows[:0]
    if records.y is None:
        raise DataError(
            f"{records.place.name} has no labels to tell normal rows by; name the column of labels with label"
        )
    usual = records.y == as_label(normal, records.y)
    if not usual.any():
        found = np.unique(records.y).tolist()
        rest = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise DataError(
            f"{records.place.name} has no normal rows: none is labelled {normal!r} (labels: "
            f"{', '.join(map(str, found[:SHOWN]))}{rest})"
        )
    return rows[usual], rows[~usual]


def _refuse_useless(records: Records) -> None:
    """Refuse columns that say nothing: without any value, or with the same one in every row."""
    empty = [str(name) for name, column in records.features.items() if absences(column).all()]
    if empty:
        raise DataError(f"{named(empty)} of {records.place.name} holds no values at all; drop {_it(empty)}")
    constant = [str(name) for name, column in records.features.items() if _is_constant(column)]
    if constant:
        raise DataError(
            f"{named(constant)} of {records.place.name} holds one value in all {records.n:,} rows; drop {_it(constant)}"
        )


def _is_constant(column: pd.Series) -> bool:
    if is_number(column):  # a missing number takes a value from the others, so that it makes no difference
        return bool(column.min() == column.max())
    return not absences(column).any() and column.nunique() == 1


def _it(columns: list[str]) -> str:
    return "it" if len(columns) == 1 else "them"


def _refuse_missing(records: Records) -> None:
    # Before the split, after which a position would no longer be a row of the file.
    for _, column in records.features.items():
        refuse_missing(column, records.place)
