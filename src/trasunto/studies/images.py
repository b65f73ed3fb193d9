"""Images to draw: a row of a table, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trasunto.errors import DataError

if TYPE_CHECKING:
    from trasunto.data import Table

Split = Literal["train", "test"]


@dataclass(frozen=True)
class RowImage:
    """An image of the table, counted from 0."""

    split: Split
    index: int

    @property
    def name(self) -> str:
        """What a report calls it."""
        return f"{'training' if self.split == 'train' else 'test'} image {self.index}"

    def pixels(self, table: Table) -> NDArray[np.float32]:
        """Return the image as a network sees it, (d,).

        Raises
        ------
        DataError
            If the table has no such image; the sentence names those it has.
        """
        row: NDArray[np.float32] = self._part(table).values([self.index])[0]
        return row

    def label(self, table: Table) -> str | None:
        """Return the image's label, or None where there are no labels.

        Raises
        ------
        DataError
            As `pixels` does.
        """
        labels = self._part(table).y
        return None if labels is None else str(labels[self.index])

    def _part(self, table: Table) -> Table:
        part = table if self.split == "train" else table.test
        if part is None:
            raise DataError(f"{table.provenance} has no test images: choose a training image, 0 to {table.n - 1}")
        part.row(self.index)  # refuses what is out of range
        return part


@dataclass(frozen=True)
class FileImage:
    """A picture file, made grey and brought to the size of the table's images."""

    path: str

    @property
    def name(self) -> str:
        """What a report calls it."""
        return self.path.replace("\\", "/").rstrip("/").rpartition("/")[2]

    def pixels(self, table: Table) -> NDArray[np.float32]:
        """Return the picture as a network sees it, (d,), 0 for black and 1 for white.

        Raises
        ------
        DataError
            If there is no such picture, or the table's rows are no images.
        """
        from trasunto.data import read_image

        return read_image(self.path, image_shape(table)).astype(np.float32) / np.float32(255)

    def label(self, table: Table) -> str | None:
        """Return None: nobody has said what a picture of one's own shows."""
        return None


ImageRef: TypeAlias = RowImage | FileImage


def parse_image(text: str) -> ImageRef:
    """Read ``train:485``, ``test:485`` or the path of a picture file.

    Raises
    ------
    DataError
        If what follows ``train:`` or ``test:`` is no number.

    Examples
    --------
    >>> parse_image("test:485"), parse_image("me.png")
    (RowImage(split='test', index=485), FileImage(path='me.png'))
    """
    split, colon, index = text.partition(":")
    if not colon or split not in ("train", "test"):
        return FileImage(text)
    if not index.isdecimal():
        raise DataError(f"image '{text}' is not a row: write its number from 0 on, as in {split}:485")
    return RowImage("train" if split == "train" else "test", int(index))


def image_shape(table: Table) -> tuple[int, int]:
    """Return height and width of the table's images.

    Raises
    ------
    DataError
        If its rows are no images.
    """
    if table.image_shape is None:
        raise DataError(f"{table.provenance} holds rows of {table.d} features that are no images, so none can be drawn")
    return table.image_shape
