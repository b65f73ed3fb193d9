from __future__ import annotations

import gzip
import hashlib
import lzma
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trasunto.data.idx import read_idx
from trasunto.errors import DataError

IdxBytes = Callable[..., bytes]
WriteIdx = Callable[[Path, np.ndarray], Path]

ARRAYS = st.sampled_from(["u1", "i1", "<i2", "<i4", "<f4", "<f8"]).flatmap(
    lambda dtype: (
        hnp.arrays(np.dtype(dtype), hnp.array_shapes(min_dims=1, max_dims=1, max_side=6))
        | hnp.arrays(np.dtype(dtype), hnp.array_shapes(min_dims=3, max_dims=3, max_side=6))
    )
)
PACKERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}
PACKINGS = st.sampled_from(["", ".gz", ".xz"])


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx") / "some-images"


@contextmanager
def little_memory() -> Iterator[None]:
    """Fail where more than 16 MiB were allocated; the dictionary of xz takes 8 of them."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@contextmanager
def only_refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError as refusal:
        assert str(path) in str(refusal)  # noqa: PT017 - whether it is refused is the file's luck, not the law


@given(array=ARRAYS, packing=PACKINGS)
def test_what_was_written_is_read(array: np.ndarray, packing: str, idx_bytes: IdxBytes, scratch: Path) -> None:
    scratch.write_bytes(idx_bytes(array, packing))
    read = read_idx(scratch, array.ndim)
    assert read.dtype.kind == array.dtype.kind
    np.testing.assert_array_equal(read, array)


@given(array=ARRAYS, packing=PACKINGS, data=st.data())
def test_a_corrupted_file_is_read_or_refused_and_nothing_else(
    array: np.ndarray, packing: str, data: st.DataObject, idx_bytes: IdxBytes, scratch: Path
) -> None:
    content = bytearray(idx_bytes(array, packing))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    scratch.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with only_refusals(scratch):
        assert read_idx(scratch, array.ndim).ndim == array.ndim


SIZES = st.sampled_from([0, 1, 2, 2**31, 2**32 - 1])


@given(sizes=st.tuples(SIZES, SIZES, SIZES), code=st.sampled_from([0x08, 0x0C, 0x0E]))
def test_no_promise_makes_anything_but_a_refusal_escape(sizes: tuple[int, int, int], code: int, scratch: Path) -> None:
    scratch.write_bytes(struct.pack(">BBBB3I", 0, 0, code, 3, *sizes) + b"body")
    with only_refusals(scratch):
        read_idx(scratch, 3)


@given(header=st.binary(max_size=20))
def test_no_header_makes_anything_but_a_refusal_escape(header: bytes, scratch: Path) -> None:
    scratch.write_bytes(b"\0\0" + header)
    with only_refusals(scratch):
        read_idx(scratch, 3)


@pytest.mark.parametrize("packing", ["", ".gz", ".xz"])
def test_a_truncated_file_is_refused_with_the_bytes_promised_and_found(
    packing: str, tmp_path: Path, images: np.ndarray, idx_bytes: IdxBytes
) -> None:
    pack = PACKERS[packing]
    (tmp_path / "short").write_bytes(pack(idx_bytes(images)[:-5]))
    with pytest.raises(DataError, match=r"short is truncated: its header promises 36 bytes, 31 were found"):
        read_idx(tmp_path / "short", 3)


def test_a_file_that_ends_within_its_header_is_refused(tmp_path: Path, images: np.ndarray, idx_bytes: IdxBytes) -> None:
    (tmp_path / "short").write_bytes(idx_bytes(images)[:9])
    with pytest.raises(DataError, match=r"short is truncated: its header needs 16 bytes, 9 were found"):
        read_idx(tmp_path / "short", 3)


@pytest.mark.parametrize("packing", ["", ".gz", ".xz"])
def test_a_lying_header_is_refused_without_allocating_what_it_promises(packing: str, tmp_path: Path) -> None:
    pack = PACKERS[packing]
    (tmp_path / "liar").write_bytes(pack(struct.pack(">BBBB3I", 0, 0, 0x0E, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1)))
    sentence = r"liar is truncated: its header promises \d{29,} bytes, 0 were found"
    with little_memory(), pytest.raises(DataError, match=sentence):
        read_idx(tmp_path / "liar", 3)


def test_a_small_promise_before_endless_bytes_is_refused_without_unpacking_them(tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(gzip.compress(struct.pack(">BBBBI", 0, 0, 0x08, 1, 10) + bytes(100 << 20)))
    sentence = "bomb is longer than the 10 bytes that its header promises"
    with little_memory(), pytest.raises(DataError, match=sentence):
        read_idx(tmp_path / "bomb", 1)


def test_labels_are_refused_where_images_are_wanted(tmp_path: Path, labels: np.ndarray, write_idx: WriteIdx) -> None:
    path = write_idx(tmp_path / "a-file", labels)
    with pytest.raises(DataError, match=r"a-file holds labels \(1\), not images \(3\)"):
        read_idx(path, 3)


def test_images_are_refused_where_labels_are_wanted(tmp_path: Path, images: np.ndarray, write_idx: WriteIdx) -> None:
    path = write_idx(tmp_path / "a-file", images)
    with pytest.raises(DataError, match=r"a-file holds images \(3\), not labels \(1\)"):
        read_idx(path, 1)


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x00\x00\x0a\x03", b"\x00\x00"])
def test_another_kind_of_file_is_refused_with_its_first_bytes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(content)
    with pytest.raises(DataError, match="page is not an IDX file") as refusal:
        read_idx(tmp_path / "page", 3)
    assert repr(content[:4]) in str(refusal.value)


@pytest.mark.parametrize("packing", [".gz", ".xz"])
def test_a_damaged_packing_is_refused(packing: str, tmp_path: Path, images: np.ndarray, idx_bytes: IdxBytes) -> None:
    whole = idx_bytes(images, packing)
    (tmp_path / "cut").write_bytes(whole[:-9])
    (tmp_path / "flipped").write_bytes(whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:])
    for name in ("cut", "flipped"):
        with pytest.raises(DataError, match=f"{name} cannot be read or unpacked"):
            read_idx(tmp_path / name, 3)


def test_the_packing_is_seen_from_the_bytes_not_the_name(
    tmp_path: Path, labels: np.ndarray, idx_bytes: IdxBytes
) -> None:
    (tmp_path / "unpacked-in-passing.gz").write_bytes(idx_bytes(labels))
    (tmp_path / "packed").write_bytes(idx_bytes(labels, ".gz"))
    for name in ("unpacked-in-passing.gz", "packed"):
        np.testing.assert_array_equal(read_idx(tmp_path / name, 1), labels)


def test_the_md5_is_of_the_unpacked_file(tmp_path: Path, labels: np.ndarray, idx_bytes: IdxBytes) -> None:
    (tmp_path / "labels.xz").write_bytes(idx_bytes(labels, ".xz"))
    right = hashlib.md5(idx_bytes(labels), usedforsecurity=False).hexdigest()
    np.testing.assert_array_equal(read_idx(tmp_path / "labels.xz", 1, md5=right), labels)
    with pytest.raises(DataError, match=f"labels.xz is not the file it should be: its MD5 is {right}"):
        read_idx(tmp_path / "labels.xz", 1, md5="0" * 32)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere cannot be read or unpacked \(No such file"):
        read_idx(tmp_path / "nowhere", 1)


def test_more_than_a_packed_file_can_be_trusted_to_hold_is_not_unpacked(tmp_path: Path) -> None:
    """Forty-eight megabytes of zeros lie in seven thousand bytes of xz."""
    with lzma.open(tmp_path / "zeros", "wb", preset=0) as stream:
        stream.write(struct.pack(">BBBB3I", 0, 0, 0x08, 3, 48, 1 << 10, 1 << 10))
        for _ in range(48):
            stream.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(
            DataError, match=r"promises 50,331,648 bytes, more than the 16,777,216 .* unpack it yourself"
        ):
            read_idx(tmp_path / "zeros", 3)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_a_small_file_of_one_value_is_unpacked_however_tightly_it_is_packed(tmp_path: Path) -> None:
    content = struct.pack(">BBBB3I", 0, 0, 0x08, 3, 12, 1 << 10, 1 << 10) + bytes(12 << 20)
    (tmp_path / "zeros").write_bytes(lzma.compress(content, preset=0))
    assert (tmp_path / "zeros").stat().st_size < 12_000
    assert read_idx(tmp_path / "zeros", 3).shape == (12, 1024, 1024)
