"""Tables from files: folders and pairs of IDX files, .npz and .npy; and files of columns, CSV and Parquet."""

from __future__ import annotations

import os
import re
from os import PathLike
from pathlib import Path
from typing import Unpack

from trasunto.data.arrays import Found, assemble
from trasunto.data.idx import read_idx
from trasunto.data.numpy_files import read_arrays
from trasunto.data.options import TableOptions, refuse_unknown, table_of
from trasunto.data.table import Provenance, Table
from trasunto.data.tabular_files import is_tabular
from trasunto.errors import DataError

Source = str | PathLike[str] | tuple[str | PathLike[str], str | PathLike[str]]
READABLE = (
    "a folder of IDX files, an IDX file (plain, .gz or .xz), a .npz or a .npy file, or a file of columns: .csv, "
    ".csv.gz or .parquet"
)


def read(
    path: Source,
    *,
    test: Source | float | None = None,
    name: str = "",
    source: str = "",
    licence: str = "",
    **options: Unpack[TableOptions],
) -> Table:
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
        - an ``.npy`` file of rows;
        - a file of columns: ``.csv``, ``.csv.gz`` or ``.parquet``.
    test
        The same for test rows, in place of those that come with `path`; or, of a file of columns, the share of its rows
        to test on, 0.2 unless given.
    name
        What the rows are called; the file's or folder's name unless given.
    source, licence
        Who made them and under which terms, for the provenance.
    **options
        How columns become rows: `label`, `drop`, `weight`, `group` and `time` as :func:`read_records` takes them, and
        `scaling`, `missing`, `split`, `normal` and `seed` as :meth:`Records.table` does. Files of columns are always
        prepared so; arrays are taken as they are unless one of these, or a share to test on, is given.

    Raises
    ------
    DataError
        If something is missing, damaged, or not what its name or header says; if a value is not finite.
    """
    refuse_unknown(options)
    shared = isinstance(test, int | float)
    main = Path(path[0] if isinstance(path, tuple) else path)
    columns = not isinstance(path, tuple) and _existing(path).is_file() and is_tabular(main)
    if columns or ((options or shared) and main.suffix in (".npz", ".npy")):
        return table_of(main, options, test, Provenance(name, "", "", source, licence))
    if options or shared:
        asked = ", ".join([*options, *(["a share to test on"] if shared else [])])
        raise DataError(f"{main} holds no columns, so that {asked} cannot be asked of it; it is read as it is")
    train, own_test = _find(path)
    tested = _find(test)[0] if isinstance(test, str | PathLike | tuple) else own_test
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
        return read_arrays(path)
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
