"""The interface of a kind of layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

RowShape = tuple[int, ...]
"""Shape of a row: (d,), or (height, width, channels) of an image. Networks see rows flat, the last axis fastest."""


class Array(NamedTuple):
    """One array of a layer's weights.

    Attributes
    ----------
    fan_in, fan_out
        How many inputs an output of the layer depends on, and how many outputs an input has a part in: first weights
        are drawn to this scale.
    bias
        Whether it is added to what the layer makes of its inputs, which conventions of first weights treat apart.
    """

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    bias: bool = False


class Size(NamedTuple):
    """What a layer of so many units is for rows of one shape.

    Attributes
    ----------
    gives
        Shape of the rows that it makes of them.
    sums
        How many values a row becomes before the activation.
    products
        How many multiplications that takes.
    arrays
        Its weights by name, in the order in which first weights are drawn.
    """

    gives: RowShape
    sums: int
    products: int
    arrays: dict[str, Array]


@dataclass(frozen=True)
class Kind:
    """The description of a kind of layer.

    Attributes
    ----------
    size
        Takes a layer's units and the shape of its rows, and raises `RecipeError` where there is no such layer for them.
    tieable
        Whether a layer of a tied decoder can use the array ``kernel`` of an encoder's layer, transposed.
    flat
        Whether rows are so many values to it, of whatever shape.
    """

    size: Callable[[int, RowShape], Size]
    tieable: bool = False
    flat: bool = True


def connected(units: int, sums: int, takes: RowShape) -> Size:
    """Return what a layer is whose every sum has a weight for every value of a row, and a bias."""
    inputs = prod(takes)
    arrays = {"kernel": Array((inputs, sums), inputs, sums), "bias": Array((sums,), inputs, sums, bias=True)}
    return Size((units,), sums, inputs * sums, arrays)


def shaped(row_shape: RowShape | int) -> RowShape:
    """Return the shape of a row that may be given as its number of features."""
    return row_shape if isinstance(row_shape, tuple) else (int(row_shape),)
