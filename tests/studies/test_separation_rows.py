from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import DataError
from trasunto.studies.separation_rows import FEWEST, chosen, rows_apart


def table_of(held_out: int = 20, anomalies: int = 9) -> Table:
    rows = np.random.default_rng(0).standard_normal((60, 3)).astype(np.float32)
    strange = from_arrays(np.arange(3 * anomalies, dtype=np.float32).reshape(-1, 3) + 100)
    return replace(from_arrays(rows[:40], test=rows[40 : 40 + held_out]), anomalies=strange)


def test_normal_rows_come_first_and_anomalies_last() -> None:
    rows = rows_apart(table_of(), "a-study")
    assert (rows.normals, rows.anomalies, rows.x.shape) == (20, 9, (29, 3))
    assert rows.anomalous.tolist() == [False] * 20 + [True] * 9
    assert rows.x[20:].min() == 100


def test_too_many_rows_are_thinned_the_same_way_every_time() -> None:
    first, again = (rows_apart(table_of(), "a-study", normals=7) for _ in range(2))
    assert (first.normals, first.anomalies) == (7, 9)
    assert np.array_equal(first.x, again.x)


def test_a_few_of_each_kind_are_shown() -> None:
    few = rows_apart(table_of(), "a-study").few(5, 4)
    assert len(few) == 9
    assert (few[:5] < 20).all()
    assert (few[5:] >= 20).all()
    assert np.unique(few).size == 9


def test_rows_are_chosen_without_repeats_and_in_order() -> None:
    rows = chosen(100, 30)
    assert rows.size == 30
    assert (np.diff(rows) > 0).all()
    assert chosen(3, None).tolist() == [0, 1, 2]


def test_data_without_anomalies_are_refused_with_how_to_get_them() -> None:
    with pytest.raises(DataError, match=r"'a-study' .* no anomalies: give .* normal=0 .*--normal 0"):
        rows_apart(replace(table_of(), anomalies=None), "a-study")


def test_data_without_held_out_rows_are_refused() -> None:
    with pytest.raises(DataError, match=r"no network learnt from, and .* has none: hold some out, as test=0.2"):
        rows_apart(replace(table_of(), test=None), "a-study")


@pytest.mark.parametrize(
    ("held_out", "anomalies", "said"),
    [(FEWEST - 1, 9, f"needs {FEWEST} held-out normal rows"), (20, FEWEST - 1, f"needs {FEWEST} anomalies")],
)
def test_too_few_rows_of_a_kind_are_refused(held_out: int, anomalies: int, said: str) -> None:
    with pytest.raises(DataError, match=f"{said} or more .* has {FEWEST - 1}"):
        rows_apart(table_of(held_out, anomalies), "a-study")
