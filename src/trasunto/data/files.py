"""Tables from files: IDX (single files, pairs, folders), .npz, .npy, CSV and Parquet."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import Unpack

from trasunto.data.arrays import RawArrays, assemble, drawn_from
from trasunto.data.idx import is_idx, read_idx
from trasunto.data.idx_folders import WANTED, idx_files
from trasunto.data.numpy_files import read_arrays
from trasunto.data.options import TableOptions, beside_drawing, drawing_of, refuse_unknown, table_of
from trasunto.data.parts import READABLE_COLUMNS, SUFFIXES, is_pattern, is_tabular
from trasunto.data.places import refuse_unreadable_name
from trasunto.data.sampling import ALL, Drawing
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError

Source = str | PathLike[str] | tuple[str | PathLike[str], str | PathLike[str]]
READABLE = (
    f"files of columns ({READABLE_COLUMNS}), folders and patterns of them, .npz, .npy, IDX (plain, .gz or .xz) and "
    "folders of IDX files"
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
          ``t10k-images*`` and ``t10k-labels*``, or ``test-images*`` and ``test-labels*``, for test rows. Each may lie
          in a folder of its own, as archives are unpacked;
        - one IDX file of images, or a tuple of such a file and its file of labels;
        - an ``.npz`` file with ``x_train``, ``y_train``, ``x_test`` and ``y_test``, or ``x`` (or ``X``) and ``y``; all
          but the first may be missing;
        - an ``.npy`` file of rows;
        - a file of columns: ``.csv``, ``.tsv``, ``.txt`` or ``.data``, plain or packed with gzip, or ``.parquet``;
        - a folder of files of columns, or a pattern of their names such as ``"rows/*.csv"``: they are one table.
    test
        The same for test rows, in place of those that come with `path`; or, of a file of columns, the share of its rows
        to test on, 0.2 unless given.
    name
        Name of the rows; by default the file's or folder's.
    source, licence
        Author and licence, for the provenance.
    **options
        How columns become rows: `label`, `drop`, `weight`, `group`, `time`, `header` and `encoding` as
        :func:`read_records` takes them, as well as `rows`, and `scaling`, `missing`, `split`, `normal` and `seed` as
        :meth:`Records.table` does; `seed` is that of the draw of `rows` too, and test rows of their own are not drawn
        from. Files of columns are always prepared so; arrays are taken as they are unless one of
        these other than `rows`, or a share to test on, is given.

    Raises
    ------
    DataError
        If something is missing, damaged, or contradicts its name or header; if a value is not finite.
    """
    refuse_unknown(options)
    shared = isinstance(test, int | float)
    main = Path(path[0] if isinstance(path, tuple) else path)
    drawing = drawing_of(options)
    asked = beside_drawing(options)
    columns = not isinstance(path, tuple) and _holds_columns(_existing(path))
    if columns or ((asked or shared) and main.suffix in (".npz", ".npy")):
        return table_of(main, options, test, Provenance(name, "", "", source, licence))
    if asked or shared:
        said = ", ".join([*asked, *(["a share to test on"] if shared else [])])
        raise DataError(f"{main} holds no columns; {said} cannot be used with it")
    train, own_test = _find(path, drawing)
    tested = _find(test)[0] if isinstance(test, str | PathLike | tuple) else own_test
    called = name or (main.resolve().name if main.is_dir() else main.name.split(".")[0])
    return assemble(train, tested, Provenance(called, str(main), sha256="", source=source, licence=licence))


def _holds_columns(path: Path) -> bool:
    return is_tabular(path) and not (path.is_dir() and idx_files(path))


def _find(source: Source, drawing: Drawing = ALL) -> tuple[RawArrays, RawArrays | None]:
    """Return the rows of a source, and its test rows if it has some."""
    if isinstance(source, tuple):
        images, labels = (_existing(path) for path in source)
        return _idx_pair(images, labels, drawing), None
    path = _existing(source)
    if path.is_dir():
        return _idx_folder(path, drawing)
    if path.suffix in (".npz", ".npy"):
        return read_arrays(path, drawing=drawing)
    if not is_idx(path) or Path(path.stem).suffix.lower() in SUFFIXES:  # columns, packed with xz
        raise DataError(f"{path} is not a file that can be read: {READABLE}")
    return _idx_pair(path, None, drawing), None


def _existing(path: str | PathLike[str]) -> Path:
    refuse_unreadable_name(path)
    if not os.access(path, os.R_OK) and not is_pattern(Path(path)):
        state = "no permission to read" if Path(path).exists() else "no such file or folder as"
        raise DataError(f"there is {state} {path}; what can be read is {READABLE}")
    if is_pattern(Path(path)) and not is_tabular(Path(path)):
        raise DataError(f"no files of columns match {path}; these can be read: {READABLE_COLUMNS}")
    return Path(path)


def _idx_pair(images: Path, labels: Path | None, drawing: Drawing = ALL) -> RawArrays:
    found = RawArrays(read_idx(images, 3), None if labels is None else read_idx(labels, 1), place=str(images))
    return drawn_from(found, drawing)


def _idx_folder(folder: Path, drawing: Drawing) -> tuple[RawArrays, RawArrays | None]:
    found = idx_files(folder)
    if found is None:
        raise DataError(
            f"the folder {folder} holds no images to train on and no files of columns; looked for {WANTED}, and for "
            f"files of columns: {READABLE_COLUMNS}"
        )
    test = None if found.test_images is None else _idx_pair(found.test_images, found.test_labels)
    return _idx_pair(found.images, found.labels, drawing), test
