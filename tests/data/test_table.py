from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.arrays import from_arrays
from trasunto.data.reading import read_records
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError


@pytest.fixture
def table(images: np.ndarray, labels: np.ndarray) -> Table:
    return from_arrays(images, labels, test=(images[:2] + 100, labels[:2]), name="six")


def test_images_are_seen_between_0_and_1(table: Table) -> None:
    assert table.values().dtype == np.float32
    np.testing.assert_allclose(table.values(dtype=np.float64), table.x / 255, rtol=1e-15)
    np.testing.assert_array_equal(table.values([5, 0]), table.values()[[5, 0]])


def test_seen_values_are_a_copy(table: Table) -> None:
    table.values()[:] = 0
    assert table.x.any()


def test_rows_cannot_be_written_through_the_table(table: Table) -> None:
    for array in (table.x, table.y):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_one_row_is_as_stored(table: Table) -> None:
    assert table.row(1).tolist() == [6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("index", [-1, 6, 1000])
def test_an_image_out_of_range_is_refused_with_the_legal_range(index: int, table: Table) -> None:
    with pytest.raises(DataError, match=rf"six has no image {index} \(legal: 0 to 5\)"):
        table.row(index)


@pytest.mark.parametrize("rows", [[4, 0, 4], np.array([4, 0, 4], dtype=np.uint8)])
def test_taken_rows_keep_their_order_and_the_rest_of_the_table(rows: Any, table: Table) -> None:
    taken = table.take(rows)
    assert taken.y is not None
    assert taken.y.tolist() == [5, 3, 5]
    assert taken.x[:, 0].tolist() == [24, 0, 24]
    assert (taken.test, taken.image_shape, taken.feature_names) == (table.test, (3, 2), table.feature_names)


def test_a_slice_of_rows_can_be_taken(table: Table) -> None:
    assert table.take(slice(1, 6, 2)).x[:, 0].tolist() == [6, 18, 30]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([0, 6], r"no row 6 \(legal: 0 to 5\)"),
        ([-1], r"no row -1 \(legal: 0 to 5\)"),
        ([0.0, 1.0], "chosen by a list of row numbers"),
        ([True, False], "chosen by a list of row numbers"),
        ([[0, 1]], "chosen by a list of row numbers"),
        ([], "is empty: 0 rows"),
        (slice(6, 9), "is empty: 0 rows"),
    ],
)
def test_rows_that_are_not_there_are_refused(rows: Any, sentence: str, table: Table) -> None:
    with pytest.raises(DataError, match=sentence):
        table.take(rows)


def test_the_last_rows_are_held_out_unshuffled(table: Table) -> None:
    split = table.hold_out(0.3)
    assert split.validation is not None
    assert (split.n, split.validation.n) == (4, 2)
    np.testing.assert_array_equal(np.vstack([split.x, split.validation.x]), table.x)
    assert split.validation.y is not None
    assert split.validation.y.tolist() == [5, 9]
    assert split.test is table.test
    assert split.validation.test is None


def test_holding_out_nothing_changes_nothing(table: Table) -> None:
    assert table.hold_out(0.0) is table


def test_rows_are_held_out_once(table: Table) -> None:
    with pytest.raises(DataError, match="2 rows held out already"):
        table.hold_out(0.3).hold_out(0.3)


def test_the_fingerprint_is_of_what_a_network_sees(table: Table) -> None:
    renamed = replace(table, provenance=Provenance("other", "/elsewhere", ""), feature_names=tuple("abcdef"), y=None)
    assert renamed.fingerprint == table.fingerprint
    assert table.take(slice(None)).fingerprint == table.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        lambda table: replace(table, x=np.asarray(table.x) + np.uint8(1)),
        lambda table: replace(table, x=table.x[::-1]),
        lambda table: replace(table, x=table.x.astype(np.float32)),
        lambda table: replace(table, test=None),
        lambda table: replace(table, test=table.test.take([1, 0])),
        lambda table: table.hold_out(0.5),
        lambda table: table.hold_out(0.5).take([0, 1]),
    ],
)
def test_the_fingerprint_changes_with(change: Callable[[Table], Table], table: Table) -> None:
    assert change(table).fingerprint != table.fingerprint


def test_the_scale_is_part_of_the_fingerprint(table: Table) -> None:
    alone = replace(table, test=None)
    assert replace(alone, scale=1.0).fingerprint != alone.fingerprint


def test_the_split_is_part_of_the_fingerprint(table: Table) -> None:
    assert table.hold_out(0.5).fingerprint != table.hold_out(0.3).fingerprint


def test_the_label_fingerprint_is_of_the_labels_alone(table: Table) -> None:
    assert replace(table, x=table.x[::-1]).label_fingerprint == table.label_fingerprint
    assert table.take([1, 0, 2, 3, 4, 5]).label_fingerprint != table.label_fingerprint
    assert replace(table, test=None).label_fingerprint != table.label_fingerprint
    assert replace(table, y=None).label_fingerprint == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x": np.zeros((6, 3, 2), np.uint8)}, r"rows of shape \(6, 3, 2\), uint8"),
        ({"x": np.zeros((6, 6), np.int64)}, "int64; .* of uint8 or float32 or float64"),
        ({"x": np.zeros((6, 6), ">f4")}, "uint8 or float32 or float64"),
        ({"x": np.zeros((0, 6), np.uint8), "y": None}, "is empty: 0 rows of 6 features"),
        ({"y": np.zeros(5, np.int64)}, "has 6 rows and 5 labels"),
        ({"y": np.zeros((6, 1), np.int64)}, r"labels of shape \(6, 1\)"),
        ({"feature_names": ("a",)}, "6 features and 1 feature names"),
        ({"image_shape": (4, 2)}, "6 pixels a row, which is no image of 4 x 2 pixels"),
        ({"scale": float("nan")}, "scale nan"),
        ({"scale": 1.0}, "test rows of scale 0.00392157, but training rows of scale 1"),
        ({"weights": np.ones(5)}, r"weights of shape \(5,\), float64; one float64 a row, \(6,\), is needed"),
        ({"weights": np.ones(6, np.float32)}, "float32; one float64 a row"),
        ({"weights": np.array([1, 2, 0, 1, 1, 1.0])}, r"the weight 0\.0 in row 2; a weight must be finite and above 0"),
        ({"weights": np.array([1, np.nan, 0, 1, 1, 1.0])}, "the weight nan in row 1"),
        ({"blocks": ((0, 2), (1, 3))}, r"the one-hot block \(1, 3\) \(legal: \[start, stop\) from left to right"),
        ({"blocks": ((4, 7),)}, r"the one-hot block \(4, 7\) .* within 0 to 6"),
        ({"blocks": ((2, 2),)}, r"the one-hot block \(2, 2\)"),
        ({"blocks": ((0, 2),)}, r"has test rows with the one-hot blocks \(\), but training rows with \(\(0, 2\),\)"),
        ({"image_shape": None}, "test rows of 3 x 2 pixels, but training rows of 6 features"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes: dict[str, Any], sentence: str, table: Table) -> None:
    with pytest.raises(DataError, match=sentence):
        replace(table, **changes)


def test_a_table_says_how_large_it_is(table: Table) -> None:
    assert (len(table), table.n, table.d) == (6, 6, 6)


@pytest.fixture
def rich(cards: pd.DataFrame) -> Table:
    """A table with everything that a table can have."""
    return read_records(cards, label="Class", weight=np.arange(1.0, 13.0)).table(normal=0, split="last", test=0.3)


def test_row_weights_go_where_their_rows_go(rich: Table) -> None:
    assert rich.weights is not None
    taken = rich.take([3, 0])
    assert taken.weights is not None
    assert taken.weights.tolist() == [rich.weights[3], rich.weights[0]]
    split = rich.hold_out(0.3)
    assert split.weights is not None
    assert split.validation is not None
    assert split.validation.weights is not None
    assert [*split.weights, *split.validation.weights] == rich.weights.tolist()
    with pytest.raises(ValueError, match="read-only"):
        rich.weights[0] = 5.0


def test_what_belongs_to_the_columns_stays_whatever_rows_are_kept(rich: Table) -> None:
    for table in (rich.take([0, 1]), rich.hold_out(0.3), replace(rich, y=None)):
        assert table.blocks == rich.blocks == ((3, 6),)
        assert table.preparation is rich.preparation is not None
        assert table.anomalies is rich.anomalies is not None
    validation = rich.hold_out(0.3).validation
    assert validation is not None
    assert (validation.blocks, validation.preparation) == (rich.blocks, rich.preparation)
    assert validation.anomalies is None


def test_weights_and_blocks_are_part_of_the_fingerprint_where_there_are_any(rich: Table) -> None:
    alone = replace(rich, test=None, anomalies=None, blocks=())
    assert rich.weights is not None
    different = (
        alone,
        replace(alone, weights=None),
        replace(alone, weights=rich.weights * 2),
        replace(alone, blocks=rich.blocks),
        replace(alone, blocks=((3, 5), (5, 6))),
    )
    assert len({table.fingerprint for table in different}) == len(different)


def test_rows_apart_and_the_preparation_are_not(rich: Table) -> None:
    assert replace(rich, anomalies=None, preparation=None).fingerprint == rich.fingerprint
    assert replace(rich, anomalies=None).label_fingerprint == rich.label_fingerprint


def test_the_fingerprint_of_a_table_without_them_is_what_it_was_before_there_were_any(table: Table) -> None:
    digest = hashlib.sha256()
    assert table.test is not None
    for role, part in (("train", table), ("test", table.test)):
        digest.update(f"{role} {part.x.dtype.str} {part.x.shape} {part.scale!r}\n".encode() + part.x.tobytes())
    assert table.fingerprint == digest.hexdigest()


def test_rows_apart_of_other_features_are_refused(rich: Table) -> None:
    with pytest.raises(DataError, match="has anomaly rows of 2 features, but training rows of 6 features"):
        replace(rich, anomalies=from_arrays([[1.0, 2.0]]))
