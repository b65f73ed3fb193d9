"""An image and what a network draws of it after some epochs, in a row, each with its error below."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.studies.demonstration_facts import Drawing, Facts, Moment

_WIDE = 1.35
"""Inches of one picture: 28 pixels stay sharp, six pictures fit a page."""

_BELOW = 0.42
"""Inches below a picture, for two lines."""


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw a strip per image, the original first."""
    height, width = facts.image_shape
    rows, columns = len(facts.drawings), 1 + len(facts.epochs)
    tall = _WIDE * height / width
    figure, grid = theme.canvas(rows, columns, width=0.5 + _WIDE * columns, height=0.3 + (tall + _BELOW) * rows)
    for strip, drawing in zip(grid, facts.drawings, strict=True):
        _original(strip[0], drawing, facts)
        moments = facts.of(drawing.image)
        for axes, pixels, moment in zip(strip[1:], drawing.drawings, moments, strict=True):
            _picture(axes, pixels, facts.image_shape)
            _errors(axes, moment)
    for axes, epoch in zip(grid[0, 1:], facts.epochs, strict=True):
        axes.set_title(_after(epoch), fontsize=9.5, loc="center")
    grid[0, 0].set_title("original", fontsize=9.5, loc="center")
    return figure


def _original(axes: Axes, drawing: Drawing, facts: Facts) -> None:
    _picture(axes, drawing.pixels, facts.image_shape)
    if drawing.label is not None:
        _below(axes, f"labelled {theme.plain(drawing.label)}", 4, theme.INK)
    axes.set_ylabel(theme.plain(drawing.image), fontsize=9)


def _picture(axes: Axes, pixels: tuple[float, ...], shape: tuple[int, int]) -> None:
    axes.imshow(np.reshape(pixels, shape), cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _after(epoch: int) -> str:
    return {0: "untrained", 1: "1 epoch"}.get(epoch, f"{epoch} epochs")


def _errors(axes: Axes, moment: Moment) -> None:
    _below(axes, f"MSE {moment.error.mean:.4f}", 4, theme.INK)
    if moment.paper is not None:
        _below(axes, f"paper {moment.paper:.4f}", 16, theme.PAPER)


def _below(axes: Axes, text: str, down: float, colour: str) -> None:
    axes.annotate(
        text,
        (0.5, 0.0),
        xycoords="axes fraction",
        xytext=(0, -down),
        textcoords="offset points",
        ha="center",
        va="top",
        color=colour,
        fontsize=9,
    )
