"""Forward functions of each kind of layer: pre-activation sums, and values from sums.

Rows are flat, (b, values); a kind that needs their shape finds it in its `Part`. A kind's arrays and their shapes are
described in the file of the same name under :mod:`trasunto.spec.layers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax

from trasunto.nets.layers import dense, normal
from trasunto.spec.parts import Part


class Application(NamedTuple):
    """Forward functions of a kind of layer.

    Attributes
    ----------
    sums
        Takes the part of the network, its arrays by name, and values (b, inputs); returns its sums (b, sums).
    values
        Takes the activation, sums (b, sums) and the minibatch's key, None in evaluation; returns values (b, outputs).
    """

    sums: Callable[[Part, Mapping[str, jax.Array], jax.Array], jax.Array]
    values: Callable[[str, jax.Array, jax.Array | None], jax.Array]


APPLICATIONS = {
    "dense": Application(dense.sums, dense.values),
    "normal": Application(dense.sums, normal.values),
}
"""Forward functions of every kind in :data:`trasunto.spec.legal.LAYERS`."""
