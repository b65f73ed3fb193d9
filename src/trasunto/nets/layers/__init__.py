"""Kinds of layers, at work: how each makes sums of a row's values, and values of its sums.

Rows are flat, (b, values), whatever their shape: a kind to which it matters finds it in its part of the network. What
arrays there are, and how many, is described in the file of the same name under :mod:`trasunto.spec.layers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax

from trasunto.nets.layers import dense, normal
from trasunto.spec.parts import Part


class Application(NamedTuple):
    """What a kind of layer computes.

    Attributes
    ----------
    sums
        Takes the part of the network, its arrays by their names in the layer, and values (b, inputs); returns its sums
        (b, sums).
    values
        Takes the layer's activation, sums (b, sums) and the minibatch's key, None in evaluation; returns the layer's
        values (b, outputs).
    """

    sums: Callable[[Part, Mapping[str, jax.Array], jax.Array], jax.Array]
    values: Callable[[str, jax.Array, jax.Array | None], jax.Array]


APPLICATIONS = {
    "dense": Application(dense.sums, dense.values),
    "normal": Application(dense.sums, normal.values),
}
"""What each kind of :data:`trasunto.spec.legal.LAYERS` computes."""
