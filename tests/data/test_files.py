from __future__ import annotations

import lzma
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasunto.data.files import read
from trasunto.data.reading import read_records
from trasunto.errors import DataError

WriteIdx = Callable[[Path, np.ndarray], Path]


@pytest.mark.parametrize("packing", ["", ".gz", ".xz"])
@pytest.mark.parametrize("joint", ["-", "."])
def test_a_folder_named_as_mnist_is_read_whole(
    joint: str, packing: str, tmp_path: Path, images: np.ndarray, labels: np.ndarray, write_idx: WriteIdx
) -> None:
    folder = tmp_path / "some-clothes"
    for part, rows in (("train", slice(0, 4)), ("t10k", slice(4, 6))):
        write_idx(folder / f"{part}-images{joint}idx3-ubyte{packing}", images[rows])
        write_idx(folder / f"{part}-labels{joint}idx1-ubyte{packing}", labels[rows])
    table = read(folder)
    assert table.image_shape == (3, 2)
    np.testing.assert_array_equal(table.x, images[:4].reshape(4, 6))
    assert table.y is not None
    assert table.y.tolist() == [3, 1, 4, 1]
    assert table.test is not None
    np.testing.assert_array_equal(table.test.x, images[4:].reshape(2, 6))
    assert table.test.y is not None
    assert table.test.y.tolist() == [5, 9]
    assert (table.provenance.name, table.provenance.path) == ("some-clothes", str(folder))


def test_labels_and_test_rows_may_be_missing_from_a_folder(
    tmp_path: Path, images: np.ndarray, write_idx: WriteIdx
) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    table = read(tmp_path)
    assert (table.n, table.y, table.test) == (6, None, None)


def test_the_plain_file_is_read_where_a_packed_one_lies_beside_it(
    tmp_path: Path, images: np.ndarray, write_idx: WriteIdx
) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", images[:3])
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    (tmp_path / "train-images-idx3-ubyte.md5").write_text("not images")
    assert read(tmp_path).n == 6


def test_a_pair_of_files_is_read_with_another_pair_to_test_on(
    tmp_path: Path, images: np.ndarray, labels: np.ndarray, write_idx: WriteIdx
) -> None:
    pair = (write_idx(tmp_path / "letters.gz", images), write_idx(tmp_path / "names.gz", labels))
    table = read(pair, test=pair)
    assert table.y is not None
    assert table.y.tolist() == labels.tolist()
    assert table.provenance.name == "letters"
    assert table.test is not None
    assert table.test.y is not None


def test_one_file_of_images_is_enough(tmp_path: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    table = read(str(write_idx(tmp_path / "images.idx3-ubyte", images)), name="mine", licence="CC0")
    assert (table.n, table.provenance.name, table.provenance.licence) == (6, "mine", "CC0")


@pytest.mark.parametrize(("x", "y"), [("x_train", "y_train"), ("x", "y"), ("X", "y")])
def test_an_npz_is_read_by_its_names(x: str, y: str, tmp_path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    arrays: dict[str, Any] = {x: images, y: labels, "x_test": images[:2], "y_test": labels[:2]}
    np.savez(tmp_path / "six.npz", **arrays)
    table = read(tmp_path / "six.npz")
    assert (table.n, table.image_shape) == (6, (3, 2))
    assert table.y is not None
    assert table.test is not None
    assert table.test.y is not None


def test_an_npz_of_rows_alone_is_enough(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "table.npz", X=np.eye(4), unrelated=np.array([{}]))
    table = read(tmp_path / "table.npz")
    assert (table.d, table.y, table.test, table.scale) == (4, None, None, 1.0)


def test_an_npy_is_read(tmp_path: Path, images: np.ndarray) -> None:
    np.save(tmp_path / "rows.npy", images)
    assert read(tmp_path / "rows.npy").image_shape == (3, 2)


def test_the_same_rows_have_the_same_checksum_from_any_file(
    tmp_path: Path, images: np.ndarray, write_idx: WriteIdx
) -> None:
    np.save(tmp_path / "rows.npy", images)
    from_idx, from_npy = read(write_idx(tmp_path / "rows.gz", images)), read(tmp_path / "rows.npy")
    assert from_idx.provenance.sha256 == from_npy.provenance.sha256
    assert from_idx.fingerprint == from_npy.fingerprint


def test_different_counts_of_images_and_labels_are_refused(
    tmp_path: Path, images: np.ndarray, labels: np.ndarray, write_idx: WriteIdx
) -> None:
    pair = write_idx(tmp_path / "letters", images), write_idx(tmp_path / "names", labels[:5])
    with pytest.raises(DataError, match=r"letters \(.*letters\) has 6 rows and 5 labels"):
        read(pair)


def test_test_images_of_another_size_are_refused(tmp_path: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "t10k-images-idx3-ubyte", images.reshape(6, 2, 3))
    with pytest.raises(DataError, match="test rows of 2 x 3 pixels, but training rows of 3 x 2 pixels"):
        read(tmp_path)


def test_a_mislabelled_file_in_a_folder_is_refused(tmp_path: Path, labels: np.ndarray, write_idx: WriteIdx) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", labels)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte holds labels \(1\), not images \(3\)"):
        read(tmp_path)


def test_a_nan_pixel_is_refused_with_its_file(tmp_path: Path, write_idx: WriteIdx) -> None:
    images = np.zeros((4, 3, 2), dtype=np.float32)
    images[3, 0, 1] = np.nan
    with pytest.raises(DataError, match=r"floats.gz has nan in row 3, column 1 \(pixel_0_1\)"):
        read(write_idx(tmp_path / "floats.gz", images))
    np.savez(tmp_path / "floats.npz", x_train=images)
    with pytest.raises(DataError, match=r"x_train in .*floats.npz has nan in row 3, column 1"):
        read(tmp_path / "floats.npz")


def test_an_empty_file_of_images_is_refused(tmp_path: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    with pytest.raises(DataError, match=r"none is empty: its header promises 0 x 3 x 2 images"):
        read(write_idx(tmp_path / "none", images[:0]))


def test_a_missing_path_is_refused_with_what_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no such file or folder as .*nowhere; what can be read is files of columns"):
        read(tmp_path / "nowhere")


def test_columns_packed_with_xz_are_no_images_and_refused_with_what_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "rows.csv.xz").write_bytes(lzma.compress(b"a,b\n1,2\n3,5\n"))
    with pytest.raises(DataError, match=r"rows.csv.xz is not a file that can be read: .*\(each also packed, .gz"):
        read(tmp_path / "rows.csv.xz")


def test_a_path_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(DataError, match="no permission to read"):
        read(tmp_path)


def test_a_folder_without_idx_files_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").mkdir()
    with pytest.raises(
        DataError, match="holds no images to train on and no files of columns; looked for train-images-idx3-ubyte or"
    ):
        read(tmp_path)


def test_object_arrays_are_refused_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", x=np.array([{}, []], dtype=object))
    np.save(tmp_path / "objects.npy", np.array([{}, []], dtype=object))
    for name in ("objects.npz", "objects.npy"):
        with pytest.raises(DataError, match=f"{name} cannot be read as arrays of numbers \\(Object arrays cannot be"):
            read(tmp_path / name)


def test_an_npz_with_other_names_is_refused_with_those_it_has(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", rows=np.eye(2), more=np.eye(2))
    with pytest.raises(DataError, match="holds the arrays rows, more; its rows must be called one of x_train, x, X"):
        read(tmp_path / "other.npz")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@given(suffix=st.sampled_from([".npz", ".npy"]), data=st.data())
def test_a_corrupted_numpy_file_is_read_or_refused_and_nothing_else(
    suffix: str, data: st.DataObject, scratch: Path
) -> None:
    path = scratch / f"rows{suffix}"
    if suffix == ".npz":
        np.savez_compressed(path, x=np.arange(6.0).reshape(2, 3), y=np.array([1, 2]))
    else:
        np.save(path, np.arange(6.0).reshape(2, 3))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        assert read(path).n > 0
    except DataError as refusal:
        assert str(path) in str(refusal)  # noqa: PT017 - whether it is refused is the file's luck, not the law


@pytest.mark.parametrize("name", [b"caf\xe9.csv", b"caf\xe9.npy", b"caf\xe9"])
def test_a_name_that_is_no_text_is_refused_in_words_that_can_be_printed(name: bytes, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("a,b\n1,2\n3,4\n")
    for reader in (read, read_records):
        with pytest.raises(DataError, match=r"the name '.*/caf\?.* is not UTF-8; rename the file") as refusal:
            reader(path)
        assert str(refusal.value).encode()
