"""Kinds of layers, described: the arrays that a layer holds, the rows that it gives, and what it costs.

A description is of shapes and counts alone, so that whoever forecasts, searches or reads a file knows a network's size
without JAX. What a kind computes stands in the file of the same name under :mod:`trasunto.nets.layers`.
"""

from __future__ import annotations

from trasunto.spec.layers.dense import DENSE
from trasunto.spec.layers.normal import NORMAL

KINDS = {"dense": DENSE, "normal": NORMAL}
"""The description of each kind of :data:`trasunto.spec.legal.LAYERS`."""
