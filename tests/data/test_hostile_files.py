"""Files that promise more than they hold, or something that no reader may do: what the fuzzer once found."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from trasunto.data import read, read_image, read_records
from trasunto.data.tabular_files import column_names, read_columns
from trasunto.errors import DataError


@contextmanager
def little_memory() -> Iterator[None]:
    """Fail where more than 16 MiB were allocated."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def npy(kind: str, shape: tuple[int, ...], body: bytes) -> bytes:
    """Write an array file by hand, whatever its header promises."""
    header = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape!r}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


def npz(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


@pytest.mark.parametrize("shape", [(2**33,), (2**20, 2**20), (2**62, 4), (3, 2**28)])
def test_an_array_that_promises_more_than_its_file_is_refused_before_it_is_made(
    shape: tuple[int, ...], tmp_path: Path
) -> None:
    liar = npy("<f8", shape, bytes(80))
    (tmp_path / "rows.npy").write_bytes(liar)
    for path in (tmp_path / "rows.npy", npz(tmp_path / "rows.npz", {"x": liar})):
        with little_memory(), pytest.raises(DataError, match=r"its header promises [\d,]+ bytes, and the file has"):
            read(path)


def test_a_member_that_claims_to_unpack_into_more_than_it_can_is_refused(tmp_path: Path) -> None:
    path = npz(tmp_path / "rows.npz", {"x": npy("<f8", (2**40,), bytes(80))})
    content = path.read_bytes()
    (size,) = struct.unpack_from("<I", content, (at := content.rindex(b"PK\x01\x02")) + 24)
    assert size > 80
    path.write_bytes(content[: at + 24] + struct.pack("<I", 2**31) + content[at + 28 :])
    with little_memory(), pytest.raises(DataError, match=r"x claims to be 2,147,483,648 bytes, packed into \d+"):
        read(path)


def test_texts_of_no_letters_are_no_way_to_have_endless_rows(tmp_path: Path) -> None:
    path = npz(tmp_path / "rows.npz", {"x": npy("<f8", (2, 2), bytes(32)), "y": npy("<U0", (2**45,), b"")})
    with pytest.raises(DataError, match="its header promises"):
        read(path)


@pytest.mark.parametrize("letter", [0xD800, 0x110000, 0xFFFFFFFF])
@pytest.mark.parametrize("order", ["<", ">"])
def test_texts_whose_letters_are_none_are_refused(letter: int, order: str, tmp_path: Path) -> None:
    labels = npy(f"{order}U1", (2,), struct.pack(f"{order}2I", 97, letter))
    path = npz(tmp_path / "rows.npz", {"x": npy("<f8", (2, 2), bytes(32)), "y": labels})
    for reader in (read, read_records):
        with pytest.raises(DataError, match="its letters are no Unicode"):
            reader(path)


def test_objects_are_never_unpickled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    harm = npy("|O", (1,), b"cos\nsystem\n(S'echo harm'\ntR.")
    (tmp_path / "rows.npy").write_bytes(harm)
    for path in (tmp_path / "rows.npy", npz(tmp_path / "rows.npz", {"x": harm})):
        with pytest.raises(DataError, match="Object arrays cannot be loaded"):
            read(path)
    assert capfd.readouterr().out == ""


def test_records_are_no_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.zeros(2, [("é", "<f8")]))
    (tmp_path / "new.npy").write_bytes(b"\x93NUMPY\x03\x00" + (tmp_path / "rows.npy").read_bytes()[8:])
    for name in ("rows.npy", "new.npy"):
        with pytest.raises(DataError, match=r"rows.npy|version 3\.0 of numpy's format, which is for records"):
            read(tmp_path / name)


def png(width: int, height: int, mode: int = 3) -> bytes:
    """Write a picture of one row by hand, whatever size its header promises."""

    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    header = struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)
    parts = [
        (b"IHDR", header),
        (b"PLTE", bytes(9)),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(bytes(10))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def test_a_picture_that_promises_more_pixels_than_its_bytes_can_hold_is_refused(tmp_path: Path) -> None:
    (tmp_path / "liar.png").write_bytes(png(9, 8_716_296))
    with little_memory(), pytest.raises(DataError, match="promises 78,446,664 pixels, and the file has 102 bytes"):
        read_image(tmp_path / "liar.png", (28, 28))


def test_a_block_of_a_picture_that_claims_to_be_huge_takes_no_room(tmp_path: Path) -> None:
    content = png(9, 8)
    at = content.index(b"IDAT") - 4
    (tmp_path / "liar.png").write_bytes(content[:at] + struct.pack(">I", 2**31 - 1) + content[at + 4 :])
    with little_memory():
        assert read_image(tmp_path / "liar.png", (28, 28)).shape == (784,)


def test_a_large_empty_picture_is_still_one(tmp_path: Path) -> None:
    Image.new("L", (3000, 3000)).save(tmp_path / "black.png")
    assert read_image(tmp_path / "black.png", (4, 4)).tolist() == [0] * 16


def test_no_other_program_is_asked_to_read_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, "EPS")
    (tmp_path / "picture.png").write_bytes(buffer.getvalue())
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a program was run"))
    with pytest.raises(DataError, match="cannot be read as a picture"):
        read_image(tmp_path / "picture.png", (4, 4))


def test_a_damaged_file_leaves_no_memory_behind(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 30)
    (tmp_path / "rows.csv.gz").write_bytes(whole[:-9] + bytes(9))
    tracemalloc.start()
    try:
        for _ in range(4):
            with pytest.raises(DataError, match="cannot be read as CSV"):
                read_columns(tmp_path / "rows.csv.gz")
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_names_of_columns_may_go_over_lines(ends: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f'{ends}"two\nlines",b{ends}1,2{ends}3,4{ends}', newline="")
    assert column_names(path) == list(read_columns(path)[0].columns) == ["two\nlines", "b"]


def test_a_name_longer_than_a_name_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a" * 200_000 + "\n1\n")
    for reader in (column_names, read_columns):
        with pytest.raises(DataError, match="its header holds no names"):
            reader(tmp_path / "rows.csv")


def test_text_of_parquet_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pd.DataFrame({"a": [1.0, 2.0], "b": ["word", "words"]}).to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"word", b"w\xffrd"))
    for reader in (read_columns, read_records, read):
        with pytest.raises(DataError, match=r"cannot be read as Parquet \(.*UTF8"):
            reader(path)


def test_text_of_parquet_that_is_no_unicode_is_refused_where_it_is_scored(tmp_path: Path) -> None:
    from trasunto.models.batches import find_source
    from trasunto.models.entrance import Entrance

    path = tmp_path / "rows.parquet"
    pd.DataFrame({"a": [1.0, 2.0], "b": ["word", "words"]}).to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"word", b"w\xffrd"))
    source = find_source(path, Entrance(("a",), ignored=("b",)), ids=["b"])
    with pytest.raises(DataError, match=r"cannot be read as Parquet \(.*UTF8"):
        list(source.batches())


@pytest.mark.parametrize("kind", ["<f8,", "V8"])
def test_an_array_of_records_is_refused(tmp_path: Path, kind: str) -> None:
    """NumPy reads a comma after a number as a record of one field, in two dimensions as well."""
    array = np.zeros((6, 4), kind)
    np.save(tmp_path / "rows.npy", array)
    np.savez(tmp_path / "rows.npz", x=np.zeros((6, 4)), y=array[:, 0])
    for name in ("rows.npy", "rows.npz"):
        with pytest.raises(DataError, match=r"cannot be read as arrays of numbers \(it holds records"):
            read_records(tmp_path / name)
    with pytest.raises(DataError, match="the array holds records"):
        read_records(array)
