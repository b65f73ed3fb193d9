"""Facts about the drawings of some images as training goes on.

Errors are mean squared errors per pixel, pixels in 0..1: lower is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.reconstruction import pixel_distance, row_errors
from trasunto.studies.evidence import Estimate, estimate
from trasunto.studies.images import RowImage
from trasunto.studies.papers import DRAWING_ERRORS

PAPER_HIDDEN = 512
PAPER_IMAGE = RowImage("train", 485)
"""Where the paper's picture comes from, by its label and its errors."""

CLAIMED_IMAGE = RowImage("test", 485)
"""Where the paper says that it comes from."""

DECIMALS = 4
"""Pixels are kept to this many decimals: finer than the 256 grey levels of any screen."""


@dataclass(frozen=True)
class Moment:
    """How close one image, and the test rows, are after an epoch.

    Attributes
    ----------
    error
        The image's mean squared error, over the seeds that were trained that far.
    distance
        Square root of its mean: the distance per pixel.
    test_error
        Mean over seeds of the error of all test rows; None without them.
    paper
        The paper's error of this image after this epoch; None where it gave none, or for another network.
    """

    image: str
    epoch: int
    error: Estimate
    distance: float
    test_error: float | None
    paper: float | None


@dataclass(frozen=True)
class Drawing:
    """One image and what the first seed's network draws of it, a drawing per epoch shown; pixels row by row."""

    image: str
    label: str | None
    pixels: tuple[float, ...]
    drawings: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Facts:
    """What was drawn, by which network and when.

    Attributes
    ----------
    rows_name
        What the data are called.
    epochs
        The epochs shown, in ascending order; none where every network diverged.
    moments
        By image, then epoch.
    diverged
        Seeds left out because the network diverged with them.
    """

    rows_name: str
    hidden: int
    image_shape: tuple[int, int]
    epochs: tuple[int, ...]
    moments: tuple[Moment, ...]
    drawings: tuple[Drawing, ...] = field(metadata={"rows": True})
    diverged: int = 0

    def of(self, image: str) -> tuple[Moment, ...]:
        """Return the moments of one image, by epoch."""
        return tuple(moment for moment in self.moments if moment.image == image)


@dataclass(frozen=True, eq=False)
class Shown:
    """What is asked about: names and labels of k images, their pixels (k, d), and the data that they belong to.

    `paper` says whether those are the paper's.
    """

    rows_name: str
    hidden: int
    image_shape: tuple[int, int]
    names: tuple[str, ...]
    labels: tuple[str | None, ...]
    pixels: NDArray[np.floating]
    paper: bool = False


def measure(
    shown: Shown,
    reconstructions: Mapping[int, Sequence[NDArray[np.floating]]],
    test_errors: Mapping[int, Sequence[float]],
    diverged: int = 0,
) -> Facts:
    """Return the facts of reconstructions.

    Parameters
    ----------
    reconstructions
        By epoch, what each seed's network makes of the images, (k, d); the first seed must be in every epoch.
    test_errors
        By epoch, the error of all test rows for each seed; epochs without one are left out.
    diverged
        How many seeds are left out.
    """
    epochs = tuple(sorted(reconstructions))
    errors = {
        epoch: np.stack([row_errors(shown.pixels, drawn) for drawn in reconstructions[epoch]]) for epoch in epochs
    }
    return Facts(
        rows_name=shown.rows_name,
        hidden=shown.hidden,
        image_shape=shown.image_shape,
        epochs=epochs,
        moments=tuple(
            _moment(name, epoch, errors[epoch][:, k], test_errors.get(epoch), _paper(shown, name, epoch))
            for k, name in enumerate(shown.names)
            for epoch in epochs
        ),
        drawings=tuple(
            Drawing(
                image=name,
                label=shown.labels[k],
                pixels=_rounded(shown.pixels[k]),
                drawings=tuple(_rounded(reconstructions[epoch][0][k]) for epoch in epochs),
            )
            for k, name in enumerate(shown.names)
        ),
        diverged=diverged,
    )


def _moment(
    image: str, epoch: int, errors: NDArray[np.float64], of_rows: Sequence[float] | None, paper: float | None
) -> Moment:
    error = estimate(errors)
    return Moment(
        image=image,
        epoch=epoch,
        error=error,
        distance=pixel_distance(error.mean),
        test_error=estimate(of_rows).mean if of_rows else None,
        paper=paper,
    )


def _paper(shown: Shown, image: str, epoch: int) -> float | None:
    """Return the paper's error, where this is its image drawn by a network of its size."""
    if not shown.paper or (shown.hidden, image) != (PAPER_HIDDEN, PAPER_IMAGE.name):
        return None
    return DRAWING_ERRORS.get(epoch)


def _rounded(pixels: NDArray[np.floating]) -> tuple[float, ...]:
    # Rounded as float64: a rounded float32 would be written with all the digits that its binary form has.
    return tuple(np.round(pixels.astype(np.float64), DECIMALS).tolist())
