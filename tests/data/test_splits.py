from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.data.splits import split_point, stratified_rows
from trasunto.errors import DataError

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("n", "fraction", "kept"), [(10, 0.2, 8), (11, 0.2, 8), (100, 0.9, 9), (284_315, 0.2, 227_452), (7, 0.0, 7)]
)
def test_the_cut_is_where_keras_makes_it(n: int, fraction: float, kept: int) -> None:
    assert split_point(n, fraction) == kept


@pytest.mark.parametrize("fraction", [-0.1, 1.0, 1.5, float("nan"), float("inf")])
def test_a_fraction_outside_its_range_is_refused(fraction: float) -> None:
    with pytest.raises(DataError, match="at least 0 and below 1"):
        split_point(10, fraction)


@pytest.mark.parametrize(("n", "fraction"), [(1, 0.5), (3, 0.9), (10, 1e-18)])
def test_a_cut_that_leaves_a_side_empty_is_refused(n: int, fraction: float) -> None:
    with pytest.raises(DataError, match="both need some"):
        split_point(n, fraction)


@given(labels=LABELS, seed=st.integers(0, 99), data=st.data())
def test_classes_are_as_equal_as_they_allow(labels: list[int], seed: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(labels)))
    rows = stratified_rows(labels, count, seed)
    assert len(rows) == count
    assert (np.diff(rows) > 0).all()
    taken, there = (np.bincount(of, minlength=5) for of in (np.array(labels)[rows], np.array(labels)))
    not_exhausted = taken[taken < there]
    # A class with rows left was not passed over: no other class got two more than it.
    assert not_exhausted.size == 0 or taken.max() - not_exhausted.min() <= 1


@given(labels=LABELS, seed=st.integers(0, 99), data=st.data())
def test_fewer_rows_are_among_more(labels: list[int], seed: int, data: st.DataObject) -> None:
    more = data.draw(st.integers(1, len(labels)))
    fewer = data.draw(st.integers(1, more))
    assert set(stratified_rows(labels, fewer, seed)) <= set(stratified_rows(labels, more, seed))


def test_the_seed_decides_the_choice() -> None:
    labels = np.repeat(np.arange(10), 50)
    first, again, other = (stratified_rows(labels, 20, seed) for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_text_labels_are_classes_too() -> None:
    assert sorted(stratified_rows(["cat", "dog", "cat", "cat"], 2, 0) == 1) == [False, True]


@pytest.mark.parametrize("count", [0, -3, 5])
def test_a_count_beyond_the_rows_is_refused(count: int) -> None:
    with pytest.raises(DataError, match=f"{count} labelled rows are asked for; there are 4"):
        stratified_rows([0, 1, 0, 1], count, 0)
