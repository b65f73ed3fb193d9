"""Tables from files: folders and pairs of IDX files, .npz and .npy."""

from __future__ import annotations

import os
import re
from os import PathLike
from pathlib import Path

import numpy as np

from trasunto.data.arrays import Found, assemble
from trasunto.data.idx import read_idx
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError

Source = str | PathLike[str] | tuple[str | PathLike[str], str | PathLike[str]]
READABLE = "a folder of IDX files, an IDX file (plain, .gz or .xz), a .npz or a .npy file"
NPZ_KEYS = (("x_train", "y_train"), ("x", "y"), ("X", "y"))
NPZ_TEST_KEYS = ("x_test", "y_test")


def read(path: Source, *, test: Source | None = None, name: str = "", source: str = "", licence: str = "") -> Table:
    """Read rows from files.

    Parameters
    ----------
    path
        One of:

        - a folder of IDX files, named as MNIST's and Fashion-MNIST's are: ``train-images-idx3-ubyte`` or
          ``train-images.idx3-ubyte``, plain, ``.gz`` or ``.xz``; ``train-labels*`` where there are labels;
          ``t10k-images*`` and ``t10k-labels*`` for test rows;
        - one IDX file of images, or a tuple of such a file and its file of labels;
        - an ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``, or ``x`` (or ``X``) and ``y``; all
          but the first may be missing;
        - an ``.npy`` file of rows.
    test
        The same for test rows, in place of those that come with `path`.
    name
        What the rows are called; the file's or folder's name unless given.
    source, licence
        Who made them and under which terms, for the provenance.

    Raises
    ------
    DataError
        If something is missing, damaged, or not what its name or header says; if a value is not finite.
    """
    train, own_test = _find(path)
    tested = _find(test)[0] if test is not None else own_test
    main = Path(path[0] if isinstance(path, tuple) else path)
    called = name or (main.resolve().name if main.is_dir() else main.name.split(".")[0])
    return assemble(train, tested, Provenance(called, str(main), sha256="", source=source, licence=licence))


def _find(source: Source) -> tuple[Found, Found | None]:
    """Return the rows of a source, and the test rows where it brings some."""
    if isinstance(source, tuple):
        images, labels = (_existing(path) for path in source)
        return _idx_pair(images, labels), None
    path = _existing(source)
    if path.is_dir():
        return _idx_folder(path)
    if path.suffix in (".npz", ".npy"):
        return _numpy(path)
    return _idx_pair(path, None), None


def _existing(path: str | PathLike[str]) -> Path:
    if not os.access(path, os.R_OK):
        state = "no permission to read" if Path(path).exists() else "no such file or folder as"
        raise DataError(f"there is {state} {path}; what can be read is {READABLE}")
    return Path(path)


def _idx_pair(images: Path, labels: Path | None) -> Found:
    return Found(read_idx(images, 3), None if labels is None else read_idx(labels, 1), place=str(images))


def _idx_folder(folder: Path) -> tuple[Found, Found | None]:
    train, test = _idx_file(folder, "train-images"), _idx_file(folder, "t10k-images")
    if train is None:
        raise DataError(
            f"the folder {folder} holds no images to train on; looked for train-images-idx3-ubyte and "
            "train-images.idx3-ubyte, plain, .gz or .xz"
        )
    found = _idx_pair(train, _idx_file(folder, "train-labels"))
    return found, None if test is None else _idx_pair(test, _idx_file(folder, "t10k-labels"))


def _idx_file(folder: Path, stem: str) -> Path | None:
    """Return the file of that stem; where it lies there packed too, the plain one, which is read fastest."""
    name = re.compile(re.escape(stem) + r"([-.]idx\d-\w+)?(\.gz|\.xz)?")
    files = (file for file in folder.iterdir() if name.fullmatch(file.name) and file.is_file())
    return min(files, key=lambda file: (len(file.name), file.name), default=None)


def _numpy(path: Path) -> tuple[Found, Found | None]:
    names = {name for keys in (*NPZ_KEYS, NPZ_TEST_KEYS) for name in keys}
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
    return _named(path, arrays, present)


def _named(path: Path, arrays: dict[str, np.ndarray], present: list[str]) -> tuple[Found, Found | None]:
    """Choose training and test rows by their names in the archive."""
    for x, y in NPZ_KEYS:
        if x in arrays:
            x_test, y_test = NPZ_TEST_KEYS
            test = Found(arrays[x_test], arrays.get(y_test), f"{x_test} in {path}") if x_test in arrays else None
            return Found(arrays[x], arrays.get(y), f"{x} in {path}"), test
    wanted = ", ".join(x for x, _ in NPZ_KEYS)
    raise DataError(
        f"{path} holds the arrays {', '.join(present) or '(none)'}; its rows must be called one of {wanted}"
    )
