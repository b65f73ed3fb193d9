"""Rows as people name them, what there is to say of them, and one of them as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trasunto.data import Provenance, Table, catalogue, load, read, where_files_go
from trasunto.data.parts import is_pattern
from trasunto.data.prepared_columns import PreparedCategory, PreparedColumn, PreparedDate
from trasunto.errors import DataError, nearest
from trasunto.files import refuse_taken, write_new
from trasunto.studies.images import RowImage, image_shape


@dataclass(frozen=True)
class ColumnDescription:
    """What there is to know of a raw column.

    Attributes
    ----------
    name
        As in the file.
    kind
        ``number``, ``category``, or ``date`` for a part of one.
    categories
        How many the training rows have; None for other kinds.
    missing
        How many training rows have no value.
    """

    name: str
    kind: str
    categories: int | None
    missing: int


@dataclass(frozen=True)
class Description:
    """What there is to know of a table before anything is trained on it.

    Attributes
    ----------
    rows, test_rows, anomalies, features
        n, n of the test rows and of the rows apart (0 where there are none), and d.
    image_shape
        Height and width in pixels, for rows that are images.
    stored_as
        The values' dtype.
    lowest, highest
        The range of the training rows as networks see them.
    labels, test_labels, anomaly_labels
        How many rows carry each label, in the labels' order; None where there are none.
    weighted
        Whether rows have weights.
    columns
        The raw columns and the parts of dates, where rows were prepared of some.
    remarks
        What is to be said of how they were read.
    """

    rows: int
    test_rows: int
    anomalies: int
    features: int
    image_shape: tuple[int, int] | None
    stored_as: str
    lowest: float
    highest: float
    labels: dict[str, int] | None
    test_labels: dict[str, int] | None
    anomaly_labels: dict[str, int] | None
    weighted: bool
    columns: tuple[ColumnDescription, ...]
    provenance: Provenance
    remarks: tuple[str, ...]


def find_rows(source: str, **options: Any) -> Table:
    """Return the rows that a name of the catalogue or a path stands for; a name comes before a folder of that name.

    Parameters
    ----------
    source
        The name or the path.
    **options
        How columns become rows, as :func:`trasunto.load` and :func:`trasunto.read` take them.

    Raises
    ------
    DataError
        It is neither, what is there cannot be read, or it holds no columns that the options could be meant for.
    """
    names = [entry.name for entry in catalogue()]
    if source in names:
        return load(source, **options)
    if os.path.lexists(source) or is_pattern(Path(source)):
        return read(source, **options)
    raise DataError(
        f"there is no data set, folder or file '{source}'{nearest(source, names)} (data sets: {', '.join(names)}; "
        f"{where_files_go()})"
    )


def describe_rows(table: Table) -> Description:
    """Count and measure what is in a table."""
    test, apart = table.test, table.anomalies
    return Description(
        rows=table.n,
        test_rows=0 if test is None else test.n,
        anomalies=0 if apart is None else apart.n,
        features=table.d,
        image_shape=table.image_shape,
        stored_as=str(table.x.dtype),
        lowest=float(table.x.min()) * table.scale,
        highest=float(table.x.max()) * table.scale,
        labels=_counts(table),
        test_labels=None if test is None else _counts(test),
        anomaly_labels=None if apart is None else _counts(apart),
        weighted=table.weights is not None,
        columns=() if table.preparation is None else tuple(map(_described, table.preparation.fitted)),
        provenance=table.provenance,
        remarks=table.remarks,
    )


def save_picture(table: Table, image: RowImage, path: str | os.PathLike[str]) -> Path:
    """Write one row as a grey PNG of its own size, black for 0 and white for 1, and return its path.

    Raises
    ------
    TrasuntoError
        The rows are no images, there is no such row, or the file exists or cannot be written.
    """
    from PIL import Image

    shape = image_shape(table)
    grey = np.rint(image.pixels(table).clip(0, 1) * 255).astype(np.uint8).reshape(shape)
    return write_new(refuse_taken(path, (".png",)), lambda aside: Image.fromarray(grey).save(aside))


def _described(column: PreparedColumn) -> ColumnDescription:
    words = column.words if isinstance(column, PreparedCategory) else None
    kind = "date" if isinstance(column, PreparedDate) else "number"
    return ColumnDescription(
        name=column.name,
        kind=kind if words is None else "category",
        categories=None if words is None else len(words),
        missing=column.absent,
    )


def _counts(table: Table) -> dict[str, int] | None:
    if table.y is None:
        return None
    labels, counts = np.unique(table.y, return_counts=True)
    return dict(zip(map(str, labels.tolist()), counts.tolist(), strict=True))
