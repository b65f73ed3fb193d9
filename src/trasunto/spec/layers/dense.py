"""Dense layers, ``64 relu``: a unit is a sum over all values of a row, each with a weight of its own."""

from __future__ import annotations

from trasunto.spec.layers.kind import Kind, RowShape, Size, connected


def size(units: int, takes: RowShape) -> Size:
    """Return the size of a dense layer: kernel (inputs, units) and bias (units,)."""
    return connected(units, units, takes)


DENSE = Kind(size, tieable=True)
