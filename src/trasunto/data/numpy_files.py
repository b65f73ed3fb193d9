"""Rows from .npz and .npy files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from trasunto.data.arrays import Found
from trasunto.errors import DataError, nearest

NPZ_KEYS = (("x_train", "y_train"), ("x", "y"), ("X", "y"))
NPZ_TEST_KEYS = ("x_test", "y_test")


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
        # Opened here: where numpy opens a damaged archive itself, the file stays open.
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return Found(loaded, place=str(path)), None
            with loaded:
                present = loaded.files
                arrays = {name: loaded[name] for name in present if name in names}
    # A damaged archive raises whatever zipfile, zlib, struct and numpy's header parser do; MemoryError for a lying one.
    except Exception as fault:
        reason = str(fault).partition("\n")[0].rstrip(".") or type(fault).__name__
        raise DataError(f"{path} cannot be read as arrays of numbers ({reason})") from fault
    return _named(path, arrays, present, label)


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
