"""Loader of the data set ``creditcard``: card transactions of September 2013."""

from __future__ import annotations

import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasunto.data.columns import named
from trasunto.data.options import layout_of, refuse_unknown, table_of
from trasunto.data.parts import is_tabular
from trasunto.data.table import Provenance, Table
from trasunto.data.tabular_files import column_names
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

OPENML = 1597
ROWS, FRAUDS = 284_807, 492
LABEL, TIME = "Class", "Time"
FEATURES = (*(f"V{number}" for number in range(1, 29)), "Amount")


def load_creditcard(
    origin: Provenance,
    folder: Path,
    *,
    path: str | PathLike[str] | None = None,
    time: bool | str | None = False,
    test: Any = None,
    **options: Any,
) -> Table:
    """Load the card transactions: normal rows to train and test on, frauds as anomalies.

    Parameters
    ----------
    origin
        Their name, source and licence.
    folder
        Folder of files placed by hand.
    path
        A file of them, or a folder with one, instead of `folder`.
    time
        Whether the seconds since the first transaction are a feature; their column's name to split by them.
    test
        The share of normal rows to test on, 0.2 unless given, or other rows.
    **options
        Those of :func:`trasunto.data.read`, overriding ``label="Class"`` and ``normal=0``; `drop` adds to Time.

    Raises
    ------
    DataError
        If they are neither on this machine nor can be fetched, or are different rows.
    """
    refuse_unknown(options)
    rows, place = _rows(folder, path)
    present = (
        column_names(rows, layout_of(options)) if isinstance(rows, Path) else [str(column) for column in rows.columns]
    )
    lacking = [column for column in (*FEATURES, LABEL, *([TIME] if time is True else [])) if column not in present]
    if lacking:
        raise DataError(f"{place} does not hold the card transactions: it lacks {named(lacking)}")
    drop = options.pop("drop", ())
    dropped = [drop] if isinstance(drop, str) else list(drop)
    if TIME in present and time in (False, None) and TIME not in dropped:
        dropped.append(TIME)
    asked: dict[str, Any] = {"label": LABEL, "normal": 0, "drop": dropped, **options}
    if isinstance(time, str):
        asked["time"] = time
    return table_of(rows, asked, test, Provenance(origin.name, place, "", origin.source, origin.licence))


def _rows(folder: Path, path: str | PathLike[str] | None) -> tuple[Any, str]:
    """Return a file or a data frame of the transactions, and their source."""
    if path is not None:
        file = _file(Path(path)) if Path(path).is_dir() else Path(path)
        if file is None or not file.is_file() or not is_tabular(file):
            raise DataError(f"{path} is no .parquet or .csv file of card transactions, nor a folder with one")
        return file, str(file)
    if folder.is_dir() and (file := _file(folder)) is not None:
        return file, str(file)
    return _fetched(folder), f"https://www.openml.org/d/{OPENML}"


def _file(folder: Path) -> Path | None:
    """Return the only file of columns in a folder."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and is_tabular(file))
    if len(files) > 1:
        raise DataError(
            f"the folder {folder} holds several files of columns ({', '.join(file.name for file in files)}); name the "
            "one that is meant with path"
        )
    return files[0] if files else None


def _fetched(folder: Path) -> pd.DataFrame:
    """Fetch all transactions from OpenML, through scikit-learn's own cache."""
    from sklearn.datasets import fetch_openml

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # retries; a final failure is reported below
            frame: pd.DataFrame = fetch_openml(data_id=OPENML, as_frame=True, parser="auto").frame
    # Whatever the network, the server and its answer may raise.
    except Exception as fault:
        reason = str(fault).partition("\n")[0] or type(fault).__name__
        raise DataError(
            f"the data set 'creditcard' is not in {folder}, and OpenML did not give its data set {OPENML} ({reason}); "
            f"put a .parquet or .csv file of it into {folder}, or name one with path"
        ) from fault
    frauds = int((frame[LABEL].astype(str) == "1").sum()) if LABEL in frame else 0
    if (len(frame), frauds) != (ROWS, FRAUDS):
        raise DataError(
            f"OpenML gave {len(frame):,} rows with {frauds:,} frauds as its data set {OPENML}; 'creditcard' has "
            f"{ROWS:,} rows with {FRAUDS} frauds"
        )
    return frame
