from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data.arrays import from_arrays
from trasunto.errors import DataError


def test_images_lie_flat_and_keep_their_shape(images: np.ndarray, labels: np.ndarray) -> None:
    table = from_arrays(images, labels, name="six")
    assert table.x.dtype == np.uint8
    assert (table.x.shape, table.image_shape) == ((6, 6), (3, 2))
    assert table.scale == pytest.approx(1 / 255)
    assert table.feature_names[:3] == ("pixel_0_0", "pixel_0_1", "pixel_1_0")
    assert table.y is not None
    assert table.y.tolist() == labels.tolist()
    assert table.provenance.name == "six"
    assert table.provenance.sha256 == hashlib.sha256(images.tobytes()).hexdigest()


def test_flat_images_are_the_same_as_upright_ones(images: np.ndarray) -> None:
    upright, flat = from_arrays(images), from_arrays(images.reshape(6, -1), image_shape=(3, 2))
    assert flat.fingerprint == upright.fingerprint
    assert flat.image_shape == upright.image_shape


@pytest.mark.parametrize(
    ("given", "stored"),
    [("u1", "u1"), ("f2", "f4"), ("f4", "f4"), (">f4", "f4"), ("f8", "f8"), ("i8", "f8"), ("?", "f8")],
)
def test_numbers_are_stored_as_networks_can_use_them(given: str, stored: str) -> None:
    assert from_arrays(np.eye(3).astype(given)).x.dtype == np.dtype(stored)


@pytest.mark.parametrize("dtype", ["i8", "i2", "?"])
def test_images_of_other_integers_are_refused_since_their_white_is_unknown(dtype: str, images: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"x holds images of .*; pixels must be uint8 \(0 to 255\) or floating-point"):
        from_arrays(images.astype(dtype))


def test_a_scale_can_be_given() -> None:
    table = from_arrays(np.full((2, 4), 255.0), scale=1 / 255)
    np.testing.assert_allclose(table.values(), 1.0)


def test_the_rows_are_copied(images: np.ndarray) -> None:
    table = from_arrays(images)
    images[:] = 0
    assert table.x.any()


def test_test_rows_come_with_or_without_labels(images: np.ndarray, labels: np.ndarray) -> None:
    bare = from_arrays(images, labels, test=images[:2]).test
    labelled = from_arrays(images, labels, test=(images[:2], labels[:2])).test
    assert bare is not None
    assert bare.y is None
    assert labelled is not None
    assert labelled.y is not None
    assert labelled.y.tolist() == [3, 1]
    assert labelled.provenance.name == "arrays test"


def test_a_frame_of_numbers_brings_its_names() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5], "b": [True, False], "c": pd.array([1, 2], dtype="Int64")})
    table = from_arrays(frame, pd.Series(["x", "y"]).to_numpy(dtype=str))
    assert table.feature_names == ("a", "b", "c")
    assert table.x.tolist() == [[1.5, 1.0, 1.0], [2.5, 0.0, 2.0]]


def test_a_frame_with_text_is_refused_with_its_column() -> None:
    with pytest.raises(DataError, match=r"column 'colour' of x holds .*, not numbers; drop or encode it"):
        from_arrays(pd.DataFrame({"a": [1.0], "colour": ["red"]}))


def test_a_value_missing_from_a_frame_is_refused_with_its_place() -> None:
    with pytest.raises(DataError, match=r"x has nan in row 1, column 0 \(a\)"):
        from_arrays(pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [True, False]}))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_finite_are_refused_with_their_place(value: float) -> None:
    images = np.zeros((4, 3, 2), dtype=np.float32)
    images[2, 1, 1] = value
    with pytest.raises(DataError, match=rf"x has {value} in row 2, column 3 \(pixel_1_1\); every value must be finite"):
        from_arrays(images)
    with pytest.raises(DataError, match="test x has"):
        from_arrays(np.zeros((4, 3, 2)), test=images)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.zeros((0, 4)), r"x is empty: its shape is \(0, 4\)"),
        (np.zeros((0, 2**40), np.uint8), "x is empty"),
        (np.zeros((0, 3, 2), np.uint8), "is empty"),
        (np.zeros((5, 0)), "is empty"),
        (np.zeros((5, 3, 0)), "is empty"),
        (np.zeros(5), r"x has shape \(5,\)"),
        (np.zeros((5, 2, 2, 3)), r"x has shape \(5, 2, 2, 3\)"),
        ([[1.0], [1.0, 2.0]], "x is not an array: its rows have different lengths"),
        ([["red"]], "x holds <U3, not numbers"),
        (np.array([[None]]), "x holds object, not numbers"),
        (np.zeros((2, 2), complex), "x holds complex128, not numbers"),
    ],
)
def test_rows_that_are_no_rows_are_refused(x: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        from_arrays(x)


@pytest.mark.parametrize("labels", [[0.5, 1.0], [np.nan, 1.0], [None, 1], [1e300, 1.0], [1j, 1]])
def test_labels_that_are_no_classes_are_refused(labels: list[Any]) -> None:
    with pytest.raises(DataError, match=r"the labels of x hold .*; labels are whole numbers or text"):
        from_arrays(np.zeros((2, 2)), labels)


@pytest.mark.parametrize("dtype", ["u1", "i4", "f8", "?"])
def test_equal_labels_have_equal_fingerprints_whatever_their_type(dtype: str) -> None:
    x = np.zeros((2, 2))
    assert from_arrays(x, np.array([0, 1], dtype=dtype)).label_fingerprint == from_arrays(x, [0, 1]).label_fingerprint


@pytest.mark.parametrize("labels", [["b", "a"], pd.Series(["b", "a"]), np.array(["b", "a"], dtype=object)])
def test_labels_may_be_text(labels: Any) -> None:
    table = from_arrays(np.zeros((2, 2)), labels)
    assert table.y is not None
    assert table.y.tolist() == ["b", "a"]


def test_a_shape_or_names_that_do_not_fit_are_refused_before_anything_else() -> None:
    broken = np.full((2, 6), np.nan)
    with pytest.raises(DataError, match="6 pixels a row, which is no image of 1000000 x 1000000 pixels"):
        from_arrays(broken, image_shape=(1_000_000, 1_000_000))
    with pytest.raises(DataError, match="6 features and 1 feature names"):
        from_arrays(broken, feature_names=["a"])


def test_another_image_shape_than_the_images_is_refused(images: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"images of 3 x 2 pixels, not of the shape \(2, 3\) given"):
        from_arrays(images, image_shape=(2, 3))


def test_test_images_of_another_size_are_refused(images: np.ndarray) -> None:
    with pytest.raises(DataError, match="has test rows of 2 x 3 pixels, but training rows of 3 x 2 pixels"):
        from_arrays(images, test=images.reshape(6, 2, 3))
