"""Laws that every kind of layer keeps: what is described is what is computed."""

from __future__ import annotations

from math import prod

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trasunto.nets.layers import APPLICATIONS
from trasunto.spec import LayerShape, legal
from trasunto.spec.layers import KINDS
from trasunto.spec.parts import Part

ROWS = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32)

each_kind = pytest.mark.parametrize("kind", legal.LAYERS)
each_shape = pytest.mark.parametrize("takes", [(12,), (3, 4, 1)], ids=["flat", "image"])


def part_of(kind: str, takes: tuple[int, ...]) -> Part:
    return Part("1", LayerShape(3, "tanh", kind=kind), takes, KINDS[kind].size(3, takes))


def arrays_of(part: Part) -> dict[str, jax.Array]:
    random = np.random.default_rng(1)
    return {name: jnp.asarray(random.normal(size=array.shape), jnp.float32) for name, array in part.size.arrays.items()}


def test_every_legal_kind_is_described_and_applied_and_no_other() -> None:
    assert set(KINDS) == set(APPLICATIONS) == set(legal.LAYERS)


@each_kind
@each_shape
def test_a_layer_computes_as_many_values_as_its_description_says(kind: str, takes: tuple[int, ...]) -> None:
    part, application = part_of(kind, takes), APPLICATIONS[kind]
    sums = application.sums(part, arrays_of(part), jnp.asarray(ROWS))
    assert sums.shape == (len(ROWS), part.size.sums)
    for key in (None, jax.random.key(0)):
        assert application.values("tanh", sums, key).shape == (len(ROWS), prod(part.size.gives))


@each_kind
def test_a_layer_depends_on_every_array_and_treats_rows_alone(kind: str) -> None:
    part, application = part_of(kind, (12,)), APPLICATIONS[kind]
    arrays = arrays_of(part)
    sums = application.sums(part, arrays, jnp.asarray(ROWS))
    np.testing.assert_allclose(application.sums(part, arrays, jnp.asarray(ROWS[2:3])), sums[2:3], rtol=1e-5)
    for name, array in arrays.items():
        assert not np.allclose(application.sums(part, {**arrays, name: array + 1}, jnp.asarray(ROWS)), sums)


@each_kind
def test_a_kind_that_takes_rows_flat_is_the_same_for_images(kind: str) -> None:
    described = KINDS[kind]
    assert (described.size(3, (12,)) == described.size(3, (3, 4, 1))) == described.flat


@each_kind
def test_a_layer_that_lends_its_kernel_has_one(kind: str) -> None:
    described = KINDS[kind]
    assert not described.tieable or described.size(3, (12,)).arrays["kernel"].shape == (12, 3)
