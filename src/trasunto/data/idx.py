"""Reader of IDX, the format of MNIST's files, plain or compressed with gzip or xz.

A file is two zero bytes, a byte for the element type, a byte for the number of dimensions, each dimension as a
big-endian 32-bit number, then the elements, also big-endian, last dimension fastest. Images have three dimensions,
labels one.

References
----------
.. [1] Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "File formats".
"""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import math
import zlib
from importlib.resources.abc import Traversable
from typing import IO, cast

import numpy as np

from trasunto.errors import DataError

ELEMENTS: dict[int, np.dtype] = {
    0x08: np.dtype(np.uint8),
    0x09: np.dtype(np.int8),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
HOLDS = {1: "labels", 3: "images"}
PIECE = 1 << 20  # bytes

ALWAYS = 16 << 20
"""Unpacked bytes that any compressed file may have."""

MOST_PACKED = 1100
"""Compression ratio allowed beyond that: gzip reaches 1,032; xz ten times as much, but only for zeros."""


def read_idx(path: Traversable, dimensions: int, *, md5: str = "") -> np.ndarray:
    """Read one IDX file; compression is detected from its first bytes, not its suffix.

    Parameters
    ----------
    path
        The file; also one inside a package.
    dimensions
        1 for labels, 3 for images.
    md5
        MD5 of the unpacked file, checked if given.

    Returns
    -------
    np.ndarray
        ``(n,)`` labels, or ``(n, height, width)`` images, of the file's element type.

    Raises
    ------
    DataError
        If the file cannot be read or unpacked, is empty, contradicts its header, or has another MD5.
    """
    try:
        with path.open("rb") as file, _unpacked(file) as stream:
            header = stream.read(4)
            element = _element(path, header, dimensions)
            header += stream.read(4 * dimensions)
            shape = _shape(path, header, dimensions)
            promised = math.prod(shape) * element.itemsize
            trusted = promised if stream is file else max(ALWAYS, MOST_PACKED * _size(file))
            body = _read_at_most(stream, promised + 1 if promised <= trusted else ALWAYS)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as fault:
        raise DataError(f"{path} cannot be read or unpacked ({_reason(fault)})") from fault
    if promised > trusted and len(body) == ALWAYS:
        raise DataError(
            f"{path} is not unpacked: its header promises {promised:,} bytes, more than the {trusted:,} that a packed "
            "file of its size is trusted to hold; unpack it yourself where these are real"
        )
    _refuse_other_length(path, promised, len(body))
    _refuse_other_md5(path, md5, header, body)
    return np.frombuffer(body, dtype=element).reshape(shape)


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    # Not by suffix: servers unpack .gz in passing, and the name stays (github.com/dotnet/TorchSharp/pull/1546).
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=file))
    if start == b"\xfd7zXZ\x00":
        return cast(IO[bytes], lzma.LZMAFile(file))
    return file


def _size(file: IO[bytes]) -> int:
    at = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(at)
    return size


def is_idx(path: Traversable) -> bool:
    """Say whether a file begins as IDX does, compressed or not; a damaged archive counts too, for a better error."""
    try:
        with path.open("rb") as file, _unpacked(file) as stream:
            return stream.read(2) == b"\0\0" or (stream is not file and path.name.endswith((".gz", ".xz")))
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return True


def _element(path: Traversable, magic: bytes, dimensions: int) -> np.dtype:
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in ELEMENTS:
        raise DataError(
            f"{path} is not an IDX file: it begins with {magic!r}, not with two zero bytes and a known type"
        )
    if magic[3] != dimensions:
        wanted = f"{HOLDS[dimensions]} ({dimensions})"
        found = f"{HOLDS.get(magic[3], 'something else')} ({magic[3]})"
        raise DataError(f"{path} holds {found}, not {wanted}, by the number of dimensions in its header")
    return ELEMENTS[magic[2]]


def _shape(path: Traversable, header: bytes, dimensions: int) -> tuple[int, ...]:
    needed = 4 + 4 * dimensions
    if len(header) < needed:
        raise DataError(f"{path} is truncated: its header needs {needed} bytes, {len(header)} were found")
    shape = tuple(int(size) for size in np.frombuffer(header, dtype=">u4", offset=4))
    if 0 in shape:  # refused here, for it may be 0 x 4294967295 x 4294967295, which fits no array
        raise DataError(f"{path} is empty: its header promises {' x '.join(map(str, shape))} {HOLDS[dimensions]}")
    return shape


def _read_at_most(stream: IO[bytes], limit: int) -> bytearray:
    # In pieces: one read(limit) allocates what a lying header promises before it finds out.
    found = bytearray()
    while len(found) < limit and (piece := stream.read(min(PIECE, limit - len(found)))):
        found += piece
    return found


def _refuse_other_length(path: Traversable, promised: int, found: int) -> None:
    if found < promised:
        raise DataError(f"{path} is truncated: its header promises {promised} bytes, {found} were found")
    if found > promised:
        raise DataError(f"{path} is longer than the {promised} bytes that its header promises")


def _refuse_other_md5(path: Traversable, expected: str, *parts: bytes | bytearray) -> None:
    if not expected:
        return
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    if digest.hexdigest() != expected:
        raise DataError(f"{path} is not the file it should be: its MD5 is {digest.hexdigest()}, not {expected}")


def _reason(fault: Exception) -> str:
    return (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
