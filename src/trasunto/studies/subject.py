"""The rows that a study was asked of: whether they are its paper's, and whether they are images.

A study's words depend on both: what a paper says is held against its own rows only, and an error is "per pixel" of
images and "per feature" of everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trasunto.data import Table

PAPER_DATA = "mnist"
"""What the catalogue calls the rows of the first paper; those of another are named where its studies are."""

MNIST_FINGERPRINT = "6d0f5eae0a19b1c903cac44c12751612f33e329d35f27f2ca34c39e4d743429e"
"""Fingerprint of the first paper's 60,000 and 10,000 images, whatever their folder is called."""


@dataclass(frozen=True)
class Subject:
    """What kind of rows a study was asked of.

    Attributes
    ----------
    paper
        Whether they are the rows of the study's paper, so that its answer and its numbers may stand beside ours.
    images
        Whether they are images.
    """

    paper: bool = False
    images: bool = False

    @property
    def per(self) -> str:
        """What errors are means over: "pixel" or "feature"."""
        return "pixel" if self.images else "feature"

    @property
    def row(self) -> str:
        """What one row is called: "image" or "row"."""
        return "image" if self.images else "row"


OWN = Subject()
"""Rows of somebody's own table: no paper's, and no images."""


def is_papers(table: Table, data: str) -> bool:
    """Return whether a table holds the rows of the paper whose data the catalogue calls `data`.

    Names do not count, since anybody's folder may be called "mnist". The images are known by their content. The card
    transactions differ from one preparation and split to the next, so they are known by the catalogue's source,
    which it gives to nothing else, and by their columns.
    """
    from trasunto.data.catalogue import REGISTERED
    from trasunto.data.creditcard import FEATURES

    if data == PAPER_DATA:
        return table.fingerprint == MNIST_FINGERPRINT
    (source,) = (entry.source for entry in REGISTERED if entry.name == data)
    return table.provenance.source == source and set(FEATURES) <= set(table.feature_names)


def subject_of(table: Table, data: str | None, *, paper: bool | None = None) -> Subject:
    """Return what a table's rows are to a study whose paper's data the catalogue calls `data`; None without a paper.

    `paper` says whether they are the paper's where the caller knows; else their content does.
    """
    if paper is None:
        paper = data is not None and is_papers(table, data)
    return Subject(paper=paper, images=table.image_shape is not None)
