"""Tables from arrays, and from data frames of numbers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trasunto.data.columns import numbered
from trasunto.data.frames import frame_of
from trasunto.data.sampling import Drawing, Drawn
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError


@dataclass(frozen=True)
class RawArrays:
    """Unchecked rows and labels.

    Attributes
    ----------
    x
        ``(n, d)`` or ``(n, height, width)`` array, or a data frame of n rows.
    y
        Labels, ``(n,)``, or None.
    place
        Their source, for errors.
    drawn
        The sample that they are; None for all rows.
    """

    x: Any
    y: Any = None
    place: str = "x"
    drawn: Drawn | None = None


def from_arrays(
    x: Any,
    y: Any = None,
    *,
    test: Any = None,
    image_shape: tuple[int, int] | None = None,
    scale: float | None = None,
    feature_names: Sequence[str] | None = None,
    name: str = "arrays",
) -> Table:
    """Make a table of arrays or data frames; the rows are copied.

    Parameters
    ----------
    x
        Training rows: ``(n, d)`` numbers, ``(n, height, width)`` images, or a data frame of numbers. uint8 are pixels
        and stay uint8; other integers become float64.
    y
        Labels, ``(n,)``: whole numbers or text.
    test
        Test rows like `x`, or a tuple of two: test rows and their labels.
    image_shape
        Height and width of flat images; known where `x` has three axes.
    scale
        Networks see ``x * scale``; by default 1/255 for uint8, else 1.
    feature_names
        d names; by default from the data frame, or numbered.
    name
        Name of the rows in figures and errors.

    Raises
    ------
    DataError
        If a value is not a finite number, or shapes do not match.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.full((3, 2, 2), 255, dtype=np.uint8)
    >>> table = from_arrays(images, [1, 1, 4], test=images[:1])
    >>> table.image_shape, table.test.n, float(table.values().max())
    ((2, 2), 1, 1.0)
    """
    test_x, test_y = test if isinstance(test, tuple) and len(test) == 2 else (test, None)
    tested = None if test_x is None else RawArrays(test_x, test_y, place="test x")
    origin = Provenance(name=name, path="", sha256="")
    return assemble(RawArrays(x, y), tested, origin, image_shape=image_shape, scale=scale, feature_names=feature_names)


def assemble(
    train: RawArrays,
    test: RawArrays | None,
    origin: Provenance,
    *,
    image_shape: tuple[int, int] | None = None,
    scale: float | None = None,
    feature_names: Sequence[str] | None = None,
) -> Table:
    """Check raw rows and make a table; the checksum in `origin` is filled in.

    Raises
    ------
    DataError
        As :func:`from_arrays` does.
    """

    def table(found: RawArrays, called: str, tested: Table | None) -> Table:
        rows, shape = _rows(found, image_shape)
        made = Table(
            x=rows,
            y=None if found.y is None else labels(found.y, found.place),
            test=tested,
            image_shape=shape,
            feature_names=tuple(feature_names or _names(found, shape, rows.shape[1])),
            provenance=replace(
                origin,
                name=called,
                sha256=hashlib.sha256(rows.data).hexdigest(),
                sample=None if found.drawn is None else found.drawn.sample,
            ),
            scale=scale if scale is not None else 1 / 255 if rows.dtype == np.uint8 else 1.0,
            remarks=() if found.drawn is None else (f"The rows are {found.drawn.sample}.",),
        )
        _refuse_not_finite(made, found)
        return made

    return table(train, origin.name, None if test is None else table(test, f"{origin.name} test", None))


def drawn_from(found: RawArrays, drawing: Drawing) -> RawArrays:
    """Sample rows of arrays in memory; unequal numbers of rows and labels are left for `assemble` to refuse.

    Raises
    ------
    DataError
        The rows do not fit into memory.
    """
    if drawing.rows is None:
        return found
    drawn = drawing.drawn_of(len(found.x), 2 * found.x[:1].nbytes, found.place)
    if drawn is None:
        return found
    fits = found.y is not None and len(found.y) == len(found.x)
    return replace(found, x=found.x[drawn.numbers], y=found.y[drawn.numbers] if fits else found.y, drawn=drawn)


def labels(y: Any, place: str) -> np.ndarray:
    """Convert labels to integers or text, ``(n,)``.

    Raises
    ------
    DataError
        If they are neither.
    """
    marks = _array(y, f"y of {place}")
    if marks.dtype.kind == "U" or all(isinstance(mark, str) for mark in marks.flat):
        return marks.astype(np.str_)
    if marks.dtype.kind in "biuf":
        with np.errstate(invalid="ignore"):
            whole = marks.astype(np.int64)
        if np.array_equal(whole, marks):
            return whole
    raise DataError(f"the labels of {place} hold {marks.dtype}; labels are whole numbers or text")


def _rows(found: RawArrays, image_shape: tuple[int, int] | None) -> tuple[np.ndarray, tuple[int, int] | None]:
    """Return a copy of the rows, flat, ``(n, d)``, and their image shape."""
    array = _numbers(found)
    if array.ndim not in (2, 3):
        raise DataError(
            f"{found.place} has shape {array.shape}; rows are (n, d) numbers or (n, height, width) grey images"
        )
    if array.size == 0:
        raise DataError(f"{found.place} is empty: its shape is {array.shape}")
    if array.ndim == 3:
        height, width = array.shape[1:]
        if image_shape not in (None, (height, width)):
            raise DataError(
                f"{found.place} has images of {height} x {width} pixels, not of the shape {image_shape} given"
            )
        image_shape = (height, width)
    stored = _stored_as(array.dtype, image_shape is not None, found.place)
    return np.array(array, dtype=stored, order="C").reshape(len(array), -1), image_shape


def _numbers(found: RawArrays) -> np.ndarray:
    frame = frame_of(found.x)
    if frame is None:
        return _array(found.x, found.place)
    for column, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if dtype.kind not in "biuf":
            raise DataError(f"column {str(column)!r} of {found.place} holds {dtype}, not numbers; drop or encode it")
    numbers: np.ndarray = frame.to_numpy()
    if numbers.dtype == object:  # nullable or mixed columns; what is missing becomes NaN and is refused with its place
        numbers = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _array(values: Any, place: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError as fault:
        raise DataError(f"{place} is not an array: its rows have different lengths") from fault


def _stored_as(dtype: np.dtype, images: bool, place: str) -> np.dtype:
    if dtype.kind not in "biuf":
        raise DataError(f"{place} holds {dtype}, not numbers")
    if dtype == np.uint8:
        return dtype
    if dtype.kind == "f":
        return np.dtype(np.float64 if dtype.itemsize > 4 else np.float32)
    if images:
        # Ambiguous: 0 and 1 in an int64 array may be black and white, or black and almost black.
        raise DataError(f"{place} holds images of {dtype}; pixels must be uint8 (0 to 255) or floating-point (0 to 1)")
    return np.dtype(np.float64)


def _names(found: RawArrays, shape: tuple[int, int] | None, d: int) -> Sequence[str]:
    frame = frame_of(found.x)
    if frame is not None:
        return [str(column) for column in frame.columns]
    if shape is not None and math.prod(shape) == d:
        return [f"pixel_{row}_{column}" for row in range(shape[0]) for column in range(shape[1])]
    return numbered(d)


def _refuse_not_finite(table: Table, found: RawArrays) -> None:
    finite = np.isfinite(table.x)
    if finite.all():
        return
    row, column = (int(position) for position in np.argwhere(~finite)[0])
    there = row if found.drawn is None else found.drawn.numbers[row]
    where = f"row {there}, column {column} ({table.feature_names[column]})"
    raise DataError(f"{found.place} has {table.x[row, column]} in {where}; every value must be finite")
