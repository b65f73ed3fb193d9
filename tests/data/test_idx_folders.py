from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trasunto.data import read
from trasunto.errors import DataError, TrasuntoWarning

WriteIdx = Callable[[Path, np.ndarray], Path]


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train-{}", "t10k-{}"),
        ("train-{}", "test-{}"),
        ("emnist-letters-train-{}", "emnist-letters-test-{}"),
        ("train-{}/train-{}", "t10k-{}/t10k-{}"),
        ("raw/train-{}", "raw/test-{}"),
        ("train-{}", "test-{}/test-{}"),
    ],
)
@pytest.mark.parametrize("kinds", [("images-idx3-ubyte", "labels-idx1-ubyte"), ("images.idx3-ubyte.gz", "labels")])
def test_files_are_found_as_archives_name_and_unpack_them(
    train: str,
    test: str,
    kinds: tuple[str, str],
    tmp_path: Path,
    images: np.ndarray,
    labels: np.ndarray,
    write_idx: WriteIdx,
) -> None:
    for part, rows in ((train, slice(0, 4)), (test, slice(4, 6))):
        for kind, values in zip(kinds, (images, labels), strict=True):
            write_idx(tmp_path / part.replace("{}", kind), values[rows])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read(tmp_path)
    assert table.test is not None
    assert (table.n, table.test.n) == (4, 2)
    assert table.y is not None
    assert table.y.tolist() == labels[:4].tolist()
    assert table.test.x.tolist() == images[4:].reshape(2, -1).tolist()


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["train-images", "t10k-images", "test-images"], "two files of test images, t10k-images and test-images"),
        (["letters-train-images", "digits-train-images"], "several data sets .*; put each into a folder of its own"),
        (["a/train-images", "b/train-images"], r"several files of the same name \(a/train-images, b/train-images\)"),
    ],
)
def test_several_that_could_be_meant_are_refused(
    names: list[str], sentence: str, tmp_path: Path, images: np.ndarray, write_idx: WriteIdx
) -> None:
    for name in names:
        write_idx(tmp_path / name, images)
    with pytest.raises(DataError, match=sentence):
        read(tmp_path)


def test_what_is_left_aside_is_said(tmp_path: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "validation-images-idx3-ubyte", images)
    with pytest.warns(TrasuntoWarning, match=r"^validation-images-idx3-ubyte in .* is not read; what is: train-images"):
        assert read(tmp_path).n == 6
