"""Raw columns before anything is fitted, and the table that is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.columns import SHOWN
from trasunto.data.fitting import fit_preparation
from trasunto.data.number_formats import NumberFormat
from trasunto.data.places import Place
from trasunto.data.preparation import LeftOut, Preparation, refuse_missing
from trasunto.data.prepared_columns import PreparedDate
from trasunto.data.roles import as_label
from trasunto.data.splits import split_rows
from trasunto.data.table import Provenance, Table
from trasunto.data.usefulness import cannot_serve, columns_said, of_too_many_texts, useless
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

TEST_SHARE = 0.2

WORDS = {"scaling": "standard", "missing": "median", "split": "random"}

FEW_NORMAL = 50
"""Fewer normal rows than these are remarked."""

LARGEST = 1e18
"""Numbers above this have squares that float32 cannot hold, or whose sum it cannot."""


@dataclass(frozen=True, eq=False)
class Records:
    """Raw rows: columns as they were found, with labels and what else belongs to a row, nothing fitted.

    Attributes
    ----------
    features
        n rows of columns: float64, NaN where a number is missing; text, None where a category is missing; or dates.
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
    unusable
        Columns that cannot serve, as far as they were told when the rows were read; those of them that hold neither
        numbers, categories nor dates are not among the features.
    drop_unusable
        Whether a table leaves out columns that cannot serve; else it refuses them.
    found
        The names of all columns that were found, in order.
    formats, truths
        How numbers were written, by column, where not as Python writes them; which columns hold truth values.
    remarks
        What was read how, as sentences.
    """

    features: pd.DataFrame
    y: np.ndarray | None
    weights: np.ndarray | None
    groups: np.ndarray | None
    times: np.ndarray | None
    provenance: Provenance
    place: Place
    unusable: tuple[LeftOut, ...] = ()
    drop_unusable: bool = False
    found: tuple[str, ...] = ()
    formats: Mapping[str, NumberFormat] = field(default_factory=dict)
    truths: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()

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
        drop_unusable: bool | None = None,
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
        drop_unusable
            Whether columns that cannot serve are left out: without any value, with one value in every row, that
            number the rows (a different whole number in every row, and a name such as ``order_id``), with a different
            text in nearly every row; as the records say unless given. Remarks and preparation of the table say which.

        Raises
        ------
        DataError
            If the rows cannot be split so; if columns cannot serve, all of which are named, and are not left out; if no
            row is normal, or every one.

        Examples
        --------
        >>> import pandas
        >>> from trasunto.data import read_records
        >>> frame = pandas.DataFrame({"amount": range(10), "Class": [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]})
        >>> table = read_records(frame, label="Class").table(normal=0, test=0.25)
        >>> table.n, table.test.n, table.anomalies.n
        (6, 2, 2)
        """
        _refuse_other_kinds(test, seed, scaling=scaling, missing=missing, split=split)
        train, tested, apart = _parts(self, test, split, normal, seed)
        left_out = _unusable(self, train)
        names = {column.name for column in left_out}
        if left_out and not (self.drop_unusable if drop_unusable is None else drop_unusable):
            raise cannot_serve(left_out, self.found, self.place)
        features = self.features.drop(columns=[name for name in self.columns if name in names])
        if not len(features.columns):
            raise cannot_serve(left_out, self.found, self.place)
        if missing == "refuse":
            _refuse_missing(features, self.place)
        preparation = fit_preparation(
            features.iloc[train],
            scaling=scaling,
            missing=missing,
            place=self.place,
            formats=self.formats,
            truths=self.truths,
            left_out=left_out,
        )
        table = _joined(preparation, [(self, train)], tested, apart)
        return replace(table, remarks=(*self.remarks, *_remarks(self, table, normal, left_out)))


def _refuse_other_kinds(test: object, seed: object, **words: object) -> None:
    """Refuse settings of wrong kinds; words that are not known are refused where they are used."""
    for name, word in words.items():
        if not isinstance(word, str):
            raise DataError(f"{name} is {word!r}; it takes a word, such as '{WORDS[name]}'")
    if isinstance(test, bool) or not isinstance(test, Records | int | float | np.integer | np.floating):
        raise DataError(f"test is {test!r}; it takes a share of the rows from 0 to below 1, or other records")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise DataError(f"seed is {seed!r}; it takes a whole number")


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
    aside = {column.name for column in preparation.left_out}
    prepared = {
        records: preparation.apply(
            records.features.drop(columns=[name for name in records.columns if name in aside]), place=records.place
        )
        for records in everything
    }
    if preparation.scaling == "none":
        _refuse_too_large(preparation, [prepared[records][rows] for records, rows in train], train[0][0].place)

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
    if np.ndim(normal):
        raise DataError(f"normal is {normal!r}; it takes one label")
    usual = records.y == as_label(normal, records.y)
    if not usual.any():
        found = np.unique(records.y).tolist()
        rest = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise DataError(
            f"{records.place.name} has no normal rows: none is labelled {normal!r} (labels: "
            f"{', '.join(map(str, found[:SHOWN]))}{rest})"
        )
    return rows[usual], rows[~usual]


def _unusable(records: Records, train: np.ndarray) -> tuple[LeftOut, ...]:
    """Return the columns that cannot serve; text is judged by the rows to train on, as its categories are theirs."""
    texts = of_too_many_texts(records.features.iloc[train])
    # Of several reasons one.
    return tuple({one.name: one for one in (*records.unusable, *texts, *useless(records.features))}.values())


def _refuse_missing(features: pd.DataFrame, place: Place) -> None:
    # Before the split, after which a position would no longer be a row of the file.
    for _, column in features.items():
        refuse_missing(column, place)


def _refuse_too_large(preparation: Preparation, pieces: list[np.ndarray], place: Place) -> None:
    """Refuse rows to train on whose numbers, taken as they are, have squares beyond float32."""
    for x in pieces:
        large = np.abs(x).max(axis=0)
        if (large > LARGEST).any():
            feature = int(large.argmax())
            raise DataError(
                f"column '{preparation.feature_names[feature]}' of {place.name} holds numbers up to "
                f"{large[feature]:.4g}, whose squares are beyond what networks compute with; scale it: with standard, "
                "robust or minmax"
            )


def _remarks(records: Records, table: Table, normal: Any, left_out: Sequence[LeftOut]) -> Iterator[str]:
    """Say what was made of the columns, and what is strange about the rows to train on."""
    if left_out:
        yield f"Left out, as they cannot serve: {columns_said(left_out, records.found)}."
    assert table.preparation is not None
    dates: dict[str, list[str]] = {}
    for column in table.preparation.fitted:
        if isinstance(column, PreparedDate):
            dates.setdefault(column.source, []).append(column.name)
    for source, parts in dates.items():
        yield f"Column '{source}' holds dates and is seen as {', '.join(parts)}."
    if normal is None or table.anomalies is None:
        return
    usual = table.n + (0 if table.test is None else table.test.n)
    if usual < table.anomalies.n or usual < FEW_NORMAL:
        yield (
            f"Only {usual:,} rows are labelled {normal}, as normal rows are, and {table.anomalies.n:,} are set apart: "
            f"check that {normal} is the label of normal rows."
        )
