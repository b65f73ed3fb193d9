"""Reader of rows from .npz and .npy files, without pickle."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

import numpy as np

from trasunto.data.arrays import RawArrays
from trasunto.data.sampling import ALL, Drawing, Drawn
from trasunto.errors import DataError, nearest

Read = TypeVar("Read")

NPZ_KEYS = (("x_train", "y_train"), ("x", "y"), ("X", "y"))
NPZ_TEST_KEYS = ("x_test", "y_test")
MEMBER = ".npy"
"""Suffix of an archive's members."""

PIECE = 1 << 22
"""Bytes of rows read at a time when sampling."""

NUMBER_BYTES = 8
COPIES = 2
"""Copies of the rows in memory: the table's and the source's."""

MOST_PACKED = 1100
"""Maximum compression ratio: deflate reaches 1,032."""

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""Header readers by version of numpy's format; version 3 is only for records with names beyond Latin-1."""


def read_arrays(path: Path, label: str | None = None, drawing: Drawing = ALL) -> tuple[RawArrays, RawArrays | None]:
    """Return the rows of a file of arrays, and its test rows if it has some.

    Parameters
    ----------
    path
        An ``.npy`` file of rows, or an ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``, or ``x``
        (or ``X``) and ``y``; all but the first may be missing.
    label
        Name of the array of labels, if not ``y``.
    drawing
        Size and seed of the sample of training rows; test rows are not sampled.

    Raises
    ------
    DataError
        If it is damaged, or lacks an array; if the rows do not fit into memory.
    """
    names = {name for keys in (*NPZ_KEYS, NPZ_TEST_KEYS, (label,)) for name in keys}
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                size = path.stat().st_size
                drawn = _drawn(file, size, drawing, str(path))
                return RawArrays(_array(file, size, drawn), place=str(path), drawn=drawn), None
            with zipfile.ZipFile(file) as archive:
                present = [name.removesuffix(MEMBER) for name in archive.namelist()]
                main = next((x for x, _ in NPZ_KEYS if x in present), None)
                drawn = (
                    None if main is None else _member(archive, main, partial(_drawn, drawing=drawing, name=str(path)))
                )
                arrays = {
                    name: _member(archive, name, partial(_array, drawn=None if name in NPZ_TEST_KEYS else drawn))
                    for name in present
                    if name in names
                }
    except DataError:
        raise
    # For a damaged archive, any error of zipfile, zlib, struct and numpy's header parser.
    except Exception as fault:
        reason = str(fault).partition("\n")[0].rstrip(".") or type(fault).__name__
        raise DataError(f"{path} cannot be read as arrays of numbers ({reason})") from fault
    return _named(path, arrays, present, label, drawn)


def _member(archive: zipfile.ZipFile, name: str, read: Callable[[IO[bytes], int], Read]) -> Read:
    """Apply `read` to an array in an archive; refuse one that claims an impossible size."""
    told = next(member for member in archive.infolist() if member.filename.removesuffix(MEMBER) == name)
    if told.file_size > MOST_PACKED * told.compress_size:
        raise ValueError(f"{name} claims to be {told.file_size:,} bytes, packed into {told.compress_size:,}")
    with archive.open(told) as file:
        return read(file, told.file_size)


def _header(file: IO[bytes], size: int) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read an array's header; refuse one that claims more than the file's `size` bytes."""
    file.seek(0)
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"it is written in version {version[0]}.{version[1]} of numpy's format, which is for records")
    shape, by_columns, dtype = HEADERS[version](file)
    if (promised := math.prod(shape) * max(dtype.itemsize, 1)) > size:  # texts of no letters take no bytes, but time
        raise ValueError(f"its header promises {promised:,} bytes, and the file has {size:,}")
    if dtype.kind == "V":
        raise ValueError(f"it holds records ({dtype})")
    return shape, by_columns, dtype


def _drawn(file: IO[bytes], size: int, drawing: Drawing, name: str) -> Drawn | None:
    """Sample an array's rows; an array of another shape is refused later."""
    shape, _, dtype = _header(file, size)
    if len(shape) not in (2, 3) or not math.prod(shape):
        return None
    row = math.prod(shape[1:]) * (dtype.itemsize if dtype == np.uint8 else max(dtype.itemsize, NUMBER_BYTES))
    return drawing.drawn_of(shape[0], COPIES * row, name)


def _array(file: IO[bytes], size: int, drawn: Drawn | None = None) -> np.ndarray:
    """Read an array, or its sampled rows in pieces, if it has as many rows as were sampled from."""
    shape, by_columns, dtype = _header(file, size)
    if drawn is None or by_columns or dtype.hasobject or shape[:1] != (drawn.sample.of,):
        file.seek(0)
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        array = array if drawn is None or array.shape[:1] != (drawn.sample.of,) else array[drawn.numbers]
    else:
        array = np.concatenate(list(_pieces(file, shape, dtype, drawn.numbers)))
    if array.dtype.kind == "U" and not _is_text(array):
        raise ValueError("its letters are no Unicode")
    return array


def _pieces(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype, numbers: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows with these numbers, reading the array in pieces."""
    row = math.prod(shape[1:]) * dtype.itemsize
    at_once = max(PIECE // max(row, 1), 1)
    for seen in range(0, shape[0], at_once):
        there = min(at_once, shape[0] - seen)
        content = file.read(there * row)
        if len(content) < there * row:
            raise ValueError("it ends before its last row")
        first, last = np.searchsorted(numbers, (seen, seen + there))
        yield np.frombuffer(content, dtype).reshape(there, *shape[1:])[numbers[first:last] - seen]


def _is_text(array: np.ndarray) -> bool:
    """Say whether all letters of a text array are valid code points: others crash Python."""
    letters = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    if not array.dtype.isnative:
        letters = letters.byteswap()
    return not ((letters > 0x10FFFF) | ((letters >= 0xD800) & (letters <= 0xDFFF))).any()


def _named(
    path: Path, arrays: dict[str, np.ndarray], present: list[str], label: str | None, drawn: Drawn | None
) -> tuple[RawArrays, RawArrays | None]:
    """Choose training and test rows by their names in the archive."""
    held = ", ".join(present) or "(none)"
    if label is not None and label not in arrays:
        raise DataError(f"{path} has no array '{label}' for the label{nearest(label, present)} (arrays: {held})")
    for x, y in NPZ_KEYS:
        if x in arrays:
            x_test, y_test = NPZ_TEST_KEYS
            test = RawArrays(arrays[x_test], arrays.get(y_test), f"{x_test} in {path}") if x_test in arrays else None
            return RawArrays(arrays[x], arrays.get(label or y), f"{x} in {path}", drawn), test
    wanted = ", ".join(x for x, _ in NPZ_KEYS)
    raise DataError(f"{path} holds the arrays {held}; its rows must be called one of {wanted}")
