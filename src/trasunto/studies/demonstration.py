"""A6: what a network draws of an image, from before training until long after.

Errors are mean squared errors per pixel, pixels in 0..1: lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.errors import DataError
from trasunto.studies.curves import curves
from trasunto.studies.demonstration_facts import CLAIMED_IMAGE, PAPER_IMAGE, Facts, Shown, measure
from trasunto.studies.demonstration_verdict import comparisons, conclude
from trasunto.studies.divergence import finished
from trasunto.studies.findings import Request, Train
from trasunto.studies.images import ImageRef, image_shape
from trasunto.studies.paper_network import paper_recipe
from trasunto.studies.study import Study
from trasunto.studies.subject import PAPER_DATA, is_papers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trasunto.data import Table


@dataclass(frozen=True)
class Settings:
    """What is trained and shown; the defaults are the paper's size.

    Attributes
    ----------
    images
        Rows of the table or picture files, the one that the verdict is about first.
    epochs_shown
        Epochs after which the images are drawn, 0 for the untrained network.
    shared
        All seeds are trained to the last of `epochs_shown` up to this one; beyond it only the first seed goes on.
    """

    images: tuple[ImageRef, ...] = (PAPER_IMAGE, CLAIMED_IMAGE)
    epochs_shown: tuple[int, ...] = (0, 10, 50, 100, 500)
    hidden: int = 512
    seeds: int = 3
    shared: int = 100

    @classmethod
    def reduced(cls) -> Settings:
        """Return one seed's first ten epochs."""
        return cls(epochs_shown=(0, 2, 5, 10), seeds=1)

    @property
    def moments(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The epochs shown, ascending: those of all seeds, and those of the first seed alone."""
        ordered = sorted(set(self.epochs_shown))
        return tuple(e for e in ordered if e <= self.shared), tuple(e for e in ordered if e > self.shared)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the network with all seeds, and with the first one for longer.

    Raises
    ------
    DataError
        An image that is asked for does not exist.
    """
    _shown(table, settings)
    recipe = paper_recipe(settings.hidden)
    everyone, first = settings.moments
    asked = [Request(recipe, settings.seeds, everyone[-1], everyone)] if everyone else []
    if first:
        asked.append(Request(recipe, (0,), first[-1], first))
    return tuple(asked)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Look the images up, train, and measure what is drawn of them."""
    shown = _shown(table, settings)
    drawn: dict[int, Sequence[NDArray[np.floating]]] = {}
    errors: dict[int, Sequence[float]] = {}
    diverged = 0
    for request in requests(table, settings):
        cohort = request.carry_out(table, train)
        whole = finished(cohort, request.snapshots[-1], 1)[0]
        diverged = max(diverged, int((~whole).sum()))
        if not whole.any():
            continue
        members = [member for member, kept in zip(cohort.members, whole, strict=True) if kept]
        drawn |= _drawn(members, request.snapshots, shown.pixels)
        if table.test is not None:
            errors |= _test_errors(cohort, whole, request.snapshots)
    return measure(shown, drawn, errors, diverged)


def _shown(table: Table, settings: Settings) -> Shown:
    if not settings.images or not settings.epochs_shown:
        raise DataError("there is nothing to draw: name at least one image and one epoch")
    names = [image.name for image in settings.images]
    if len(set(names)) < len(names):
        raise DataError(f"two of the images to draw share a name ({', '.join(names)}): each must have its own")
    return Shown(
        rows_name=table.provenance.name,
        paper=is_papers(table, PAPER_DATA),
        hidden=settings.hidden,
        image_shape=image_shape(table),
        names=tuple(names),
        labels=tuple(image.label(table) for image in settings.images),
        pixels=np.stack([image.pixels(table) for image in settings.images]),
    )


def _drawn(
    members: Sequence[Any], epochs: Sequence[int], pixels: NDArray[np.floating]
) -> dict[int, list[NDArray[np.floating]]]:
    """Return what each member makes of the images (k, d) after each epoch."""
    return {epoch: [member.at(epoch).reconstruct(pixels) for member in members] for epoch in epochs}


def _test_errors(cohort: Any, whole: NDArray[np.bool_], epochs: Sequence[int]) -> dict[int, list[float]]:
    by_epoch = curves(cohort.frame(), cohort.history(), "test_error", max(epochs), 1)[0, whole]
    return {epoch: by_epoch[:, epoch].tolist() for epoch in epochs}


STUDY = Study(
    name="demonstration",
    question="What does the network draw of one image as training goes on?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.demonstration:pictures",
)
