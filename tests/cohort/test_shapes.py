from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.cohort.plan import Chunk, Job
from trasunto.cohort.programs import evaluating, training
from trasunto.cohort.shapes import FILLING_BYTES, Layout, Shape, capacity, minibatch_rows
from trasunto.data import from_arrays
from trasunto.spec import Recipe

RECIPE = Recipe("[3 relu] > linear", batch_size=64)


def shape(n: int, recipe: Recipe = RECIPE, *, tested: int = 10, brief: bool = False) -> Shape:
    table = from_arrays(np.zeros((n, 5)), test=np.zeros((tested, 5)))
    return Chunk((Job("0", recipe, 0, table, 0, 1),), Layout(1, brief)).shape


@given(st.integers(1, 10**8), st.integers(1, 10**6))
def test_an_array_has_room_for_its_rows_and_fills_up_little_memory(rows: int, row_bytes: int) -> None:
    room = capacity(rows, row_bytes)
    assert rows <= room
    assert (room - rows) * row_bytes < max(FILLING_BYTES, row_bytes)
    assert capacity(room, row_bytes) == room, "a full array is its own size"


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_minibatch_is_never_larger_than_asked_for_and_fills_up_little(batch: int, rows: int) -> None:
    size = minibatch_rows(batch, rows)
    assert min(batch, rows) <= size <= batch
    assert size <= max(rows + 31, 1.1 * rows)
    assert minibatch_rows(batch, size) == size


def test_many_numbers_of_rows_are_few_programs() -> None:
    """Sixty tables, as of sixty shops, and a smaller minibatch where there are fewer rows than that."""
    assert len({shape(n) for n in range(100, 700, 10)}) == 1
    assert len({shape(n).evaluating(shape(n).capacity) for n in range(100, 6100, 100)}) <= 4
    assert len({shape(n, RECIPE.replace(batch_size=1000)) for n in range(201, 261)}) <= 3


def test_evaluation_does_not_depend_on_how_a_network_is_trained() -> None:
    others = [
        RECIPE.replace(optimizer="sgd"),
        RECIPE.replace(batch_size=7),
        RECIPE.replace(corruption="swap", noise=0.1),
    ]
    assert len({shape(100, recipe) for recipe in (RECIPE, *others)}) == 4
    assert len({shape(100, recipe).evaluating(1024) for recipe in (RECIPE, *others)}) == 1
    assert shape(100, RECIPE.replace(loss="mae")).evaluating(1024) != shape(100).evaluating(1024)


def test_first_weights_are_part_of_no_program() -> None:
    assert shape(100, RECIPE.replace(initialisation="keras")) == shape(100)


@pytest.mark.parametrize("of", [training, evaluating], ids=["training", "evaluating"])
def test_programs_are_forgotten_but_not_while_someone_holds_them(of: object) -> None:
    assert callable(of)
    held = of(shape(100), False)
    for units in range(50):
        of(shape(100, Recipe(f"[{units + 4} relu] > linear")), False)
    assert held is not of(shape(100), False), "it was forgotten"
    assert callable(held)
