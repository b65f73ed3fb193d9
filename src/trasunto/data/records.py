"""Records: raw columns with labels and other roles, which are split and prepared to a table."""

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
"""Normal rows below which a table carries a remark."""

LARGEST = 1e18
"""Numbers above this overflow float32 when squared or summed."""


@dataclass(frozen=True, eq=False)
class Records:
    """Raw rows, before splitting and fitting.

    Attributes
    ----------
    features
        n rows of columns: float64, NaN where missing; text, None where missing; or dates.
    y
        Labels, ``(n,)``, or None.
    weights
        Row weights, ``(n,)``, or None.
    groups
        Group numbers, ``(n,)``, or None.
    times
        Times, ``(n,)``, numbers or dates, or None.
    provenance
        Source of the rows.
    place
        How rows are counted there.
    unusable
        Unusable columns found while reading; those that hold neither numbers, categories nor dates are not among the
        features.
    drop_unusable
        Whether a table leaves out unusable columns; otherwise it refuses them.
    found
        Names of all columns, in order.
    formats, truths
        Number formats by column, unless Python's own; boolean columns.
    remarks
        Sentences on how columns were read.
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
        """Split the rows, fit a preparation on the training rows, and make a table.

        Parameters
        ----------
        scaling
            Scaling of numbers: standard, minmax, robust or none.
        missing
            Replacement of a missing number: median, mean or most_frequent of the training rows; or refuse. A missing
            category is a category of its own, or the most frequent one.
        split
            Choice of test rows: random, stratified (with the same share of every class), group (whole groups), time
            (the latest) or last (the last, as Keras's `validation_split`).
        test
            Share of the rows, or groups, to test on; 0 for none. Or other records to test on.
        normal
            Label of normal rows. If given, only these are split, trained and tested on; all others are the table's
            anomalies.
        seed
            Seed of the split.
        drop_unusable
            Whether to leave out unusable columns: empty, constant, row identifiers (unique whole numbers under a name
            such as ``order_id``), or text that differs in nearly every row; by default as in the records. Remarks and
            preparation of the table name them.

        Raises
        ------
        DataError
            If the rows cannot be split so; if columns are unusable, all of which are named, and are not left out; if
            no row is normal, or every one.

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
    """Refuse settings of wrong types; unknown words are refused where they are used."""
    for name, word in words.items():
        if not isinstance(word, str):
            raise DataError(f"{name} is {word!r}; it must be a word, such as '{WORDS[name]}'")
    if isinstance(test, bool) or not isinstance(test, Records | int | float | np.integer | np.floating):
        raise DataError(f"test is {test!r}; it must be a share of the rows from 0 to below 1, or other records")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise DataError(f"seed is {seed!r}; it must be a whole number")


Piece = tuple[Records, np.ndarray]
"""Records, and indices of some of their rows."""


def _parts(
    records: Records, test: float | Records, split: str, normal: Any, seed: int
) -> tuple[np.ndarray, list[Piece], list[Piece]]:
    """Choose training rows, test rows and anomalies."""
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
            f"every row of {records.place.name} is labelled {normal}, so that there are no anomalies; omit normal to "
            "train on all of them"
        )
    return usual[train], tested, apart


def _joined(preparation: Preparation, train: list[Piece], test: list[Piece], anomalies: list[Piece]) -> Table:
    """Prepare the rows of every part, and make a table of them; empty parts are omitted."""
    # All rows of a file at once, so that errors count rows as the file does.
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
    """Concatenate the values of all pieces' rows; None if a piece has none."""
    there = [values[rows] for values, rows in pieces if values is not None]
    return np.concatenate(there) if len(there) == len(pieces) else None


def _by_label(records: Records, normal: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of normal rows and of all others; every row is normal if `normal` is None."""
    rows = np.arange(records.n)
    if normal is None:
        return rows, rows[:0]
    if records.y is None:
        raise DataError(
            f"{records.place.name} has no labels to tell normal rows by; name the column of labels with label"
        )
    if np.ndim(normal):
        raise DataError(f"normal is {normal!r}; it must be one label")
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
    """Return the unusable columns; text is judged by the training rows, which define its categories."""
    texts = of_too_many_texts(records.features.iloc[train])
    # Of several reasons one.
    return tuple({one.name: one for one in (*records.unusable, *texts, *useless(records.features))}.values())


def _refuse_missing(features: pd.DataFrame, place: Place) -> None:
    # Before the split, while positions are still rows of the file.
    for _, column in features.items():
        refuse_missing(column, place)


def _refuse_too_large(preparation: Preparation, pieces: list[np.ndarray], place: Place) -> None:
    """Refuse unscaled training rows whose squares overflow float32."""
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
    """Yield remarks on columns left out, dates, and suspiciously few normal rows."""
    if left_out:
        yield f"Left out as unusable: {columns_said(left_out, records.found)}."
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
