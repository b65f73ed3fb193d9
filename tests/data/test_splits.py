from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.data.splits import SPLITS, split_point, split_rows, stratified_rows
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


@given(
    n=st.integers(30, 60), fraction=st.floats(0.1, 0.5), split=st.sampled_from(sorted(SPLITS)), seed=st.integers(0, 9)
)
def test_every_row_is_on_one_side(n: int, fraction: float, split: str, seed: int) -> None:
    marks = np.arange(n) % 3
    train, test = split_rows(n, fraction, split, seed=seed, y=marks, groups=marks, times=np.arange(n))
    assert sorted([*train, *test]) == list(range(n))
    assert train.size > 0
    assert test.size > 0
    again = split_rows(n, fraction, split, seed=seed, y=marks, groups=marks, times=np.arange(n))
    assert [rows.tolist() for rows in again] == [train.tolist(), test.tolist()]


@pytest.mark.parametrize("split", SPLITS)
def test_nothing_is_held_out_where_nothing_is_asked_for(split: str) -> None:
    train, test = split_rows(5, 0.0, split)
    assert (train.tolist(), test.size) == ([0, 1, 2, 3, 4], 0)


def test_a_random_split_is_shuffled_on_both_sides() -> None:
    train, test = split_rows(1000, 0.5, seed=3)
    assert (np.diff(train) < 0).any()
    assert (np.diff(test) < 0).any()
    assert test.mean() == pytest.approx(500, abs=50)


def test_rows_of_one_moment_stay_together() -> None:
    train, test = split_rows(6, 0.5, "time", times=np.array([1, 2, 2, 2, 0, 3]))
    assert (train.tolist(), test.tolist()) == ([4, 0], [1, 2, 3, 5])


def test_groups_are_on_one_side_each() -> None:
    groups = np.repeat(np.arange(10), 4)
    train, test = split_rows(40, 0.3, "group", groups=groups)
    assert len(set(groups[test])) == 3
    assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    ("split", "marks", "sentence"),
    [
        ("stratified", {}, "needs labels; name their column with label"),
        ("stratified", {"y": np.zeros(6)}, "needs two classes; all 6 rows are of class 0"),
        ("stratified", {"y": np.array([0, 0, 0, 0, 0, 1])}, "needs two rows of each class; class 1 has one row"),
        (
            "stratified",
            {"y": np.array([0, 0, 1, 1, 2, 2])},
            "into 4 and 2 leaves a side with fewer rows than the 3 classes",
        ),
        ("group", {}, "needs a row's group"),
        ("group", {"groups": np.ones(6, int)}, "needs two groups; all rows are of group 1"),
        ("time", {}, "needs a row's time"),
        ("time", {"times": np.ones(6)}, "nothing to train on: no row is before 1"),
    ],
)
def test_rows_that_cannot_be_split_so_are_refused(split: str, marks: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        split_rows(6, 0.3, split, **marks)  # type: ignore[arg-type]
