from __future__ import annotations

import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
PACKERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}

IdxBytes = Callable[..., bytes]
WriteIdx = Callable[[Path, np.ndarray], Path]


@pytest.fixture(scope="session")
def idx_bytes() -> IdxBytes:
    """Write an array as IDX: the slow truth that the reader is held against."""

    def bytes_of(array: np.ndarray, packing: str = "") -> bytes:
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype.str[1:]], array.ndim, *array.shape)
        return PACKERS[packing](header + array.astype(array.dtype.newbyteorder(">")).tobytes())

    return bytes_of


@pytest.fixture(scope="session")
def write_idx(idx_bytes: IdxBytes) -> WriteIdx:
    """Write an array to an IDX file, packed as its suffix says."""

    def write(path: Path, array: np.ndarray) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(idx_bytes(array, path.suffix if path.suffix in PACKERS else ""))
        return path

    return write


@pytest.fixture
def images() -> np.ndarray:
    """Six images, 3 x 2 pixels, all values different."""
    return np.arange(36, dtype=np.uint8).reshape(6, 3, 2)


@pytest.fixture
def labels() -> np.ndarray:
    return np.array([3, 1, 4, 1, 5, 9], dtype=np.uint8)
