"""Rows as people name them, what there is to say of them, and one of them as a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trasunto.api.new_file import refuse_taken, write_new
from trasunto.data import Provenance, Table, catalogue, load, read, where_files_go
from trasunto.errors import DataError, nearest
from trasunto.studies.images import RowImage, image_shape


@dataclass(frozen=True)
class Description:
    """What there is to know of a table before anything is trained on it.

    Attributes
    ----------
    rows, test_rows, features
        n, n of the test rows (0 where there are none), and d.
    image_shape
        Height and width in pixels, for rows that are images.
    stored_as
        The values' dtype.
    lowest, highest
        The range of the training rows as networks see them.
    labels, test_labels
        How many rows carry each label, in the labels' order; None where there are none.
    """

    rows: int
    test_rows: int
    features: int
    image_shape: tuple[int, int] | None
    stored_as: str
    lowest: float
    highest: float
    labels: dict[str, int] | None
    test_labels: dict[str, int] | None
    provenance: Provenance


def find_rows(source: str) -> Table:
    """Return the rows that a name of the catalogue or a path stands for; a name comes before a folder of that name.

    Raises
    ------
    DataError
        It is neither, or what is there cannot be read.
    """
    names = [entry.name for entry in catalogue()]
    if source in names:
        return load(source)
    if os.path.lexists(source):
        return read(source)
    raise DataError(
        f"there is no data set, folder or file '{source}'{nearest(source, names)} (data sets: {', '.join(names)}; "
        f"{where_files_go()})"
    )


def describe_rows(table: Table) -> Description:
    """Count and measure what is in a table."""
    test = table.test
    return Description(
        rows=table.n,
        test_rows=0 if test is None else test.n,
        features=table.d,
        image_shape=table.image_shape,
        stored_as=str(table.x.dtype),
        lowest=float(table.x.min()) * table.scale,
        highest=float(table.x.max()) * table.scale,
        labels=_counts(table),
        test_labels=None if test is None else _counts(test),
        provenance=table.provenance,
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


def _counts(table: Table) -> dict[str, int] | None:
    if table.y is None:
        return None
    labels, counts = np.unique(table.y, return_counts=True)
    return dict(zip(map(str, labels.tolist()), counts.tolist(), strict=True))
