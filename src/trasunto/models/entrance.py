"""How rows come to be what a model's networks see: columns by name, then numbers, then finite numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from trasunto.data.columns import named
from trasunto.data.places import Place
from trasunto.errors import DataError
from trasunto.models.scoring import Spans, spans_of

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.data import Table
    from trasunto.data.preparation import Preparation

ROWS = Place("the table of rows")


@dataclass(frozen=True, eq=False)
class Entrance:
    """What a model takes for a row.

    Attributes
    ----------
    feature_names
        d names of what the networks see.
    blocks
        Spans of those d that are one-hot codes of one category each.
    preparation
        How columns become those d numbers; None where they are those numbers already.
    ignored
        Columns that the training file had and the networks never saw (labels, dropped ones): rows may bring them.
    scale
        Networks see uint8 times this.
    """

    feature_names: tuple[str, ...]
    blocks: Spans = ()
    preparation: Preparation | None = None
    ignored: tuple[str, ...] = ()
    scale: float = 1.0

    @classmethod
    def to(cls, table: Table, ignored: tuple[str, ...] = ()) -> Entrance:
        """Return the way in that the rows of `table` took."""
        left_out = () if table.preparation is None else table.preparation.left_out
        aside = dict.fromkeys((*ignored, *(column.name for column in left_out)))
        return cls(table.feature_names, table.blocks, table.preparation, tuple(aside), table.scale)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns that a frame of rows must have, in their order."""
        return self.feature_names if self.preparation is None else self.preparation.columns

    @cached_property
    def spans(self) -> Spans:
        """Return the span of features that each of k columns became."""
        if self.preparation is not None:
            return self.preparation.spans
        return spans_of(len(self.feature_names), self.blocks)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of those k columns."""
        if self.preparation is not None:
            return self.preparation.names
        return tuple(
            self.feature_names[start].partition("=")[0] if stop - start > 1 else self.feature_names[start]
            for start, stop in self.spans
        )

    @property
    def words(self) -> frozenset[str]:
        """Return which columns of a CSV file are read as text: categories, dates, formatted numbers, truth values."""
        if self.preparation is None:
            return frozenset()
        return frozenset(column.source for column in self.preparation.fitted if column.as_text)

    def unseen(self, frame: pd.DataFrame, place: Place = ROWS) -> dict[str, int]:
        """Count the rows of a frame whose category training did not know, by column."""
        return {} if self.preparation is None or not self.blocks else self.preparation.unseen(frame, place=place)

    def admit(self, rows: Any, dtype: DTypeLike, place: Place = ROWS) -> np.ndarray:
        """Return rows as the networks see them, (n, d).

        Parameters
        ----------
        rows
            A frame of `columns`, those of `ignored` left aside, or an array (n, d) of prepared numbers.
        place
            Where the rows are, for refusals.

        Raises
        ------
        DataError
            Columns are missing, unknown or in another order, or a value is not a finite number.
        """
        if not _is_frame(rows):
            return self._numbers(rows, dtype, place)
        kept = self.without_ignored(rows)
        if self.preparation is not None:
            return self._cast(self.preparation.apply(kept, place=place), dtype, place)
        refuse_other_columns([str(name) for name in kept.columns], self.columns, place)
        return self._numbers(kept.to_numpy(), dtype, place)

    def without_ignored(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame without the columns that rows may bring and networks never see."""
        extra = [name for name in self.ignored if name in frame.columns and name not in self.columns]
        return frame.drop(columns=extra) if extra else frame

    def shown(self, given: Any, admitted: np.ndarray) -> list[list[object]]:
        """Return rows as they came, n lists of k values; prepared ones in the units that they came from."""
        if _is_frame(given) and self.preparation is not None:
            frame = self.preparation.shown(self.without_ignored(given))
            return [_plain(values) for values in frame.itertuples(index=False, name=None)]
        return self.restored(admitted)

    def restored(self, prepared: np.ndarray) -> list[list[object]]:
        """Return prepared rows (n, d), or reconstructions of them, as n lists of k values in the columns' units."""
        if self.preparation is not None:
            frame = self.preparation.restore(prepared)
            return [_plain(values) for values in frame.itertuples(index=False, name=None)]
        columns = [self._column(prepared, start, stop) for start, stop in self.spans]
        return [list(values) for values in zip(*columns, strict=True)]

    def _column(self, prepared: np.ndarray, start: int, stop: int) -> list[object]:
        if stop - start == 1:
            return list(prepared[:, start].tolist())
        words = [name.partition("=")[2] or name for name in self.feature_names[start:stop]]
        return [words[place] for place in prepared[:, start:stop].argmax(axis=1)]

    def _numbers(self, rows: Any, dtype: DTypeLike, place: Place) -> np.ndarray:
        values, d = np.asarray(rows), len(self.feature_names)
        if values.ndim != 2 or values.shape[1] != d:
            raise DataError(f"{place.name} has shape {values.shape}; the model was trained on (n, {d})")
        if values.dtype.kind not in "biuf":
            raise DataError(f"{place.name} holds {values.dtype}; numbers are wanted")
        if values.dtype == np.uint8:
            scaled: np.ndarray = values.astype(dtype) * np.asarray(self.scale, dtype)
            return scaled
        return self._cast(values, dtype, place)

    def _cast(self, values: np.ndarray, dtype: DTypeLike, place: Place) -> np.ndarray:
        with np.errstate(over="ignore"):
            cast = values.astype(dtype)
        if np.isfinite(cast).all():
            return cast
        row, column = (int(index) for index in np.argwhere(~np.isfinite(cast))[0])
        value, where = values[row, column], f"column '{self.feature_names[column]}', {place.row(row)}"
        if np.isfinite(value):
            raise DataError(f"{where}, comes to {value:.4g} when prepared, too large for {np.dtype(dtype)}")
        raise DataError(f"{where}, holds {value}; every value must be finite")


def refuse_other_columns(found: Sequence[str], wanted: Sequence[str], place: Place) -> None:
    """Refuse columns that are not those wanted, in their order.

    Raises
    ------
    DataError
        Naming what is missing, unknown, or first out of order.
    """
    lacking = [name for name in wanted if name not in found]
    extra = [name for name in found if name not in wanted]
    said = [f"{verb} {named(names)}" for verb, names in (("lacks", lacking), ("has", extra)) if names]
    if said:
        raise DataError(f"{place.name} {' and '.join(said)}; {len(wanted)} are wanted, {named(wanted)}")
    for number, (one, other) in enumerate(zip(found, wanted, strict=False), start=1):
        if one != other:
            raise DataError(
                f"{place.name} has its columns in another order: column {number} is '{one}' where '{other}' is wanted"
            )


def _plain(values: Sequence[Any]) -> list[object]:
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _is_frame(rows: Any) -> bool:
    pandas = sys.modules.get("pandas")  # not imported for this: whoever hands over a frame has done so
    return pandas is not None and isinstance(rows, pandas.DataFrame)
