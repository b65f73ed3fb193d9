"""Rows from .npz and .npy files."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from trasunto.data.arrays import Found
from trasunto.errors import DataError, nearest

NPZ_KEYS = (("x_train", "y_train"), ("x", "y"), ("X", "y"))
NPZ_TEST_KEYS = ("x_test", "y_test")
MEMBER = ".npy"
"""How an archive's members are called, after their names."""

MOST_PACKED = 1100
"""Bytes that one packed byte can become: deflate reaches 1,032."""

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""The versions of numpy's format, with what reads their headers; a third is for records with names beyond Latin-1."""


def read_arrays(path: Path, label: str | None = None) -> tuple[Found, Found | None]:
    """Return the rows of a file of arrays, and the test rows where it brings some.

    Parameters
    ----------
    path
        An ``.npy`` file of rows, or an ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``, or ``x``
        (or ``X``) and ``y``; all but the first may be missing.
    label
        The array that holds the labels, if it is called otherwise.

    Raises
    ------
    DataError
        If it is damaged, or lacks an array.
    """
    names = {name for keys in (*NPZ_KEYS, NPZ_TEST_KEYS, (label,)) for name in keys}
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                return Found(_array(file, path.stat().st_size), place=str(path)), None
            with zipfile.ZipFile(file) as archive:
                present = [name.removesuffix(MEMBER) for name in archive.namelist()]
                arrays = {name: _member(archive, name) for name in present if name in names}
    # A damaged archive raises whatever zipfile, zlib, struct and numpy's header parser do.
    except Exception as fault:
        reason = str(fault).partition("\n")[0].rstrip(".") or type(fault).__name__
        raise DataError(f"{path} cannot be read as arrays of numbers ({reason})") from fault
    return _named(path, arrays, present, label)


def _member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array of an archive; one that claims to be larger than its packed bytes can be is none."""
    told = next(member for member in archive.infolist() if member.filename.removesuffix(MEMBER) == name)
    if told.file_size > MOST_PACKED * told.compress_size:
        raise ValueError(f"{name} claims to be {told.file_size:,} bytes, packed into {told.compress_size:,}")
    with archive.open(told) as file:
        return _array(file, told.file_size)


def _array(file: IO[bytes], size: int) -> np.ndarray:
    """Read an array from a file of so many bytes, having refused a header that promises more than these hold."""
    file.seek(0)
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"it is written in version {version[0]}.{version[1]} of numpy's format, which is for records")
    shape, _, dtype = HEADERS[version](file)
    if (promised := math.prod(shape) * max(dtype.itemsize, 1)) > size:  # texts of no letters take no bytes, but time
        raise ValueError(f"its header promises {promised:,} bytes, and the file has {size:,}")
    if dtype.kind == "V":
        raise ValueError(f"it holds records ({dtype})")
    file.seek(0)
    array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind == "U" and not _is_text(array):
        raise ValueError("its letters are no Unicode")
    return array


def _is_text(array: np.ndarray) -> bool:
    """Say whether every letter of an array of text is one: Python ends up in faults with others."""
    letters = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    if not array.dtype.isnative:
        letters = letters.byteswap()
    return not ((letters > 0x10FFFF) | ((letters >= 0xD800) & (letters <= 0xDFFF))).any()


def _named(
    path: Path, arrays: dict[str, np.ndarray], present: list[str], label: str | None
) -> tuple[Found, Found | None]:
    """Choose training and test rows by their names in the archive."""
    held = ", ".join(present) or "(none)"
    if label is not None and label not in arrays:
        raise DataError(f"{path} has no array '{label}' for the label{nearest(label, present)} (arrays: {held})")
    for x, y in NPZ_KEYS:
        if x in arrays:
            x_test, y_test = NPZ_TEST_KEYS
            test = Found(arrays[x_test], arrays.get(y_test), f"{x_test} in {path}") if x_test in arrays else None
            return Found(arrays[x], arrays.get(label or y), f"{x} in {path}"), test
    wanted = ", ".join(x for x, _ in NPZ_KEYS)
    raise DataError(f"{path} holds the arrays {held}; its rows must be called one of {wanted}")
