"""Specifications of training, as frozen values.

A :class:`Recipe` says everything about one network's training except its seed and its rows; a :class:`Grid` is one
recipe and columns of numbers that vary, however many members that makes. :func:`parse` reads the text notation, and
``str(network)`` writes it. A recipe splits into a :class:`Structure`, for which a program is compiled, and its
``numbers``, which are fed to that program. On rows, a structure has parts: each layer with what it takes and gives, as
:mod:`trasunto.spec.layers` describes its kind. :func:`member_id` names what a recipe, a seed and rows will become.

:class:`Stopping` is a rule that ends a training early, :func:`lr_factor` the learning rate's schedule: both are
functions of a curve.

Every legal word, every range and every default is a value in :mod:`trasunto.spec.legal`. Nothing here trains, and
nothing here imports JAX.
"""

from __future__ import annotations

from trasunto.spec.grid import Grid
from trasunto.spec.identity import member_id, member_ids
from trasunto.spec.network import Layer, LayerRow, Network
from trasunto.spec.notation import parse
from trasunto.spec.parts import LayerShape
from trasunto.spec.recipe import Recipe
from trasunto.spec.schedule import lr_factor
from trasunto.spec.stopping import Stopping
from trasunto.spec.structure import Structure

__all__ = [
    "Grid",
    "Layer",
    "LayerRow",
    "LayerShape",
    "Network",
    "Recipe",
    "Stopping",
    "Structure",
    "lr_factor",
    "member_id",
    "member_ids",
    "parse",
]
