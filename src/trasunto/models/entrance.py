"""Input pipeline of a model: columns by name, then numbers, then finite numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from trasunto.data.columns import is_plain_number, named, numbers
from trasunto.data.frames import frame_of, in_order
from trasunto.data.places import Place
from trasunto.data.preparation import Preparation
from trasunto.data.prepared_columns import PreparedNumber
from trasunto.errors import DataError
from trasunto.models.scoring import FARTHEST, Spans, spans_of

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.data import Table

ROWS = Place("the table of rows")
PREPARED = Place("the prepared rows")

_PIXEL = re.compile(r"pixel_(\d{1,6})_(\d{1,6})")


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
        if table.scale != 1 and table.x.dtype != np.uint8 and not table.blocks:
            return cls(table.feature_names, (), _scaling(table), tuple(aside))
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

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Return height and width where the rows are images, whose pixels are named by their row and column."""
        last = _PIXEL.fullmatch(self.feature_names[-1])
        shape = (int(last[1]) + 1, int(last[2]) + 1) if last else (0, 0)
        return shape if shape[0] * shape[1] == len(self.feature_names) else None

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Return the shape of a row as the networks see it: (height, width, 1) for images, else (d,)."""
        return (len(self.feature_names),) if self.image_shape is None else (*self.image_shape, 1)

    def unseen(self, rows: Any, place: Place = ROWS) -> dict[str, int]:
        """Count the rows whose category training did not know, by column."""
        if self.preparation is None or not self.blocks:
            return {}
        return self.preparation.unseen(self.taken(rows, place), place=place)

    def admit(self, rows: Any, dtype: DTypeLike, place: Place = ROWS) -> np.ndarray:
        """Return raw rows as the networks see them, (n, d).

        Parameters
        ----------
        rows
            As :meth:`taken` has them.
        place
            Where the rows are, for refusals.

        Raises
        ------
        DataError
            The rows are not of the columns that the networks were trained on, or a value cannot be used.
        """
        return self.prepared(self.taken(rows, place), dtype, place)

    def taken(self, rows: Any, place: Place = ROWS) -> Any:
        """Return raw rows as they came: a frame of `columns` where there is a preparation, else an array (n, d).

        Parameters
        ----------
        rows
            A frame of pandas, polars or Arrow that has `columns`, in any order, and maybe those of `ignored`; or an
            array of `columns` in their order, (n, columns), where all of them hold numbers; or images (n, h, w) where
            the rows were such.

        Raises
        ------
        DataError
            They are something else.
        """
        frame = frame_of(rows)
        if frame is None:
            values = self._array(rows, place)
            return values if self.preparation is None else self._named(values)
        frame = in_order(frame, self.columns, place, self.ignored)
        return _matrix(frame, place) if self.preparation is None else frame

    def prepared(self, taken: Any, dtype: DTypeLike, place: Place = ROWS) -> np.ndarray:
        """Return rows that were taken as the networks see them, (n, d).

        A number that is too large to count with is the largest that is not: its row is strange, and nothing to refuse.

        Raises
        ------
        DataError
            A value is missing where training refused it, or is no number, or not finite.
        """
        if self.preparation is not None:
            with np.errstate(over="ignore"):
                return _cast(self.preparation.apply(taken, place=place), dtype)
        if taken.dtype == np.uint8:
            scaled: np.ndarray = taken.astype(dtype, order="C") * np.asarray(self.scale, dtype)
            return scaled
        if self.scale != 1 and taken.dtype.kind != "f":
            raise DataError(
                f"{place.name} holds {taken.dtype}, and the model was trained on pixels: give uint8 (0 to 255), or "
                "floating-point numbers that are scaled already (0 to 1)"
            )
        return self.checked(taken, dtype, place)

    def checked(self, x: Any, dtype: DTypeLike, place: Place = PREPARED) -> np.ndarray:
        """Return prepared rows (n, d) in the networks' precision.

        Raises
        ------
        DataError
            They have another shape, or a value is no number or not finite.
        """
        values, d = np.asarray(x), len(self.feature_names)
        if values.ndim != 2 or values.shape[1] != d:
            raise DataError(f"{place.name} has shape {values.shape}; {d} features a row are wanted, (n, {d})")
        if values.dtype.kind not in "biuf":
            raise DataError(f"{place.name} holds {values.dtype}; numbers are wanted")
        if not np.isfinite(values).all():
            row, column = (int(index) for index in np.argwhere(~np.isfinite(values))[0])
            raise DataError(
                f"column '{self.feature_names[column]}', {place.row(row)}, holds {values[row, column]}; every value "
                "must be finite"
            )
        return _cast(values, dtype)

    def shown(self, taken: Any, prepared: np.ndarray) -> list[list[object]]:
        """Return rows that were taken and prepared, n lists of k values, in the units of :meth:`restored`."""
        if self.preparation is None:
            return self.restored(prepared)
        return _listed(self.preparation.shown(taken))

    def restored(self, prepared: np.ndarray) -> list[list[object]]:
        """Return prepared rows (n, d), or reconstructions of them, as n lists of k values in the columns' units."""
        if self.preparation is not None:
            return _listed(self.preparation.restore(prepared))
        columns = [self._column(prepared, start, stop) for start, stop in self.spans]
        return [list(values) for values in zip(*columns, strict=True)]

    def _column(self, prepared: np.ndarray, start: int, stop: int) -> list[object]:
        if stop - start == 1:
            return list(prepared[:, start].tolist())
        words = [name.partition("=")[2] or name for name in self.feature_names[start:stop]]
        return [words[place] for place in prepared[:, start:stop].argmax(axis=1)]

    def _array(self, rows: Any, place: Place) -> np.ndarray:
        """Return an array of raw rows (n, columns)."""
        if self._texts:
            raise DataError(
                f"{place.name} is no data frame, and the model has columns that are no numbers ({named(self._texts)}): "
                "give a frame, which names its columns"
            )
        try:
            values = np.asarray(rows)
        except ValueError:
            raise DataError(f"{place.name} is no array: its rows have different lengths") from None
        k, shape = len(self.columns), self.image_shape
        if values.ndim == 3 and values.shape[1:] == shape:
            values = values.reshape(len(values), -1)
        if values.ndim == 1:
            raise DataError(
                f"{place.name} has shape {values.shape}; give a single row as an array of shape (1, {k}) or a frame of "
                "one row"
            )
        if values.ndim != 2 or values.shape[1] != k:
            wanted = f"(n, {k}), with {named(self.columns)} in this order, is wanted"
            images = f", or images (n, {shape[0]}, {shape[1]})" if shape else ""
            raise DataError(f"{place.name} has shape {values.shape}; {wanted}{images}")
        if values.dtype == object:
            return _matrix(self._named(values), place)
        if values.dtype.kind not in "biuf":
            raise DataError(f"{place.name} holds {values.dtype}; numbers are wanted")
        return values

    def _named(self, values: np.ndarray) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(values, columns=list(self.columns))

    @property
    def _texts(self) -> tuple[str, ...]:
        """The raw columns that hold categories or dates."""
        fitted = () if self.preparation is None else self.preparation.fitted
        no_numbers = [column.source for column in fitted if not isinstance(column, PreparedNumber)]
        return tuple(dict.fromkeys(no_numbers))


def _scaling(table: Table) -> Preparation:
    """Return what makes numbers that are no pixels into what networks see: their scale alone."""
    numbers = tuple(PreparedNumber(name, 0.0, 1 / table.scale, 0.0) for name in table.feature_names)
    return Preparation(numbers, "none", "refuse")


def _matrix(frame: pd.DataFrame, place: Place) -> np.ndarray:
    """Return a frame of numbers as an array (n, d), NaN where one is missing; pixels stay uint8."""
    if all(map(is_plain_number, frame.dtypes)):
        return frame.to_numpy()
    columns = [numbers(frame.iloc[:, number], place).to_numpy() for number in range(frame.shape[1])]
    return np.column_stack(columns)


def _cast(values: np.ndarray, dtype: DTypeLike) -> np.ndarray:
    """Return numbers in the networks' precision, row by row in memory, the farthest brought back to `FARTHEST`."""
    cast: np.ndarray = np.clip(values, -FARTHEST, FARTHEST).astype(dtype, order="C", copy=False)
    return cast


def _listed(frame: pd.DataFrame) -> list[list[object]]:
    return [[_plain(value) for value in values] for values in frame.itertuples(index=False, name=None)]


def _plain(value: Any) -> object:
    return value.item() if isinstance(value, np.generic) else value
