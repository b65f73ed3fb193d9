"""Variational latent layers, ``[8 normal]``: a unit is drawn from a normal distribution of its own.

A unit has two sums, the mean and the logarithm of the variance; a row's sums are all means, then all logarithms.
"""

from __future__ import annotations

from trasunto.spec.layers.kind import Kind, RowShape, Size, connected


def size(units: int, takes: RowShape) -> Size:
    """Return the size of a normal layer: kernel (inputs, 2 units) and bias (2 units,)."""
    return connected(units, 2 * units, takes)


NORMAL = Kind(size)
