"""Conversion of arrays, data frames, names and paths to tables."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np

from trasunto.data.arrays import from_arrays
from trasunto.data.catalogue import catalogue, load
from trasunto.data.files import read
from trasunto.data.frames import frame_of
from trasunto.data.reading import read_records
from trasunto.data.records import Records
from trasunto.data.splits import split_rows
from trasunto.data.table import Table
from trasunto.errors import DataError


def as_table(rows: Any, test: float = 0.0) -> Table:
    """Return rows as a table.

    Parameters
    ----------
    rows
        A table, which is returned as it is; an array or lists of numbers, ``(n, d)`` or ``(n, height, width)``, or a
        data frame of numbers, which :func:`from_arrays` takes as they are; a data frame with text, categories or
        missing values, or `Records`, which are prepared as :meth:`Records.table` does; or a name of the catalogue or a
        path, which :func:`load` or :func:`read` takes.
    test
        The share of the rows, chosen at random, that is held out to test on. Names and paths have test rows as
        :func:`load` and :func:`read` give them.

    Raises
    ------
    DataError
        They are none of these, or cannot be learned from.
    """
    if isinstance(rows, Table):
        return rows
    if isinstance(rows, str | os.PathLike):
        name = os.fspath(rows)
        return load(name) if name in [entry.name for entry in catalogue()] else read(name)
    if isinstance(rows, Records):
        return rows.table(test=test)
    frame = frame_of(rows)
    if frame is not None and not _is_of_numbers(frame):
        return read_records(frame).table(test=test)
    if frame is None and not isinstance(rows, list | tuple) and not hasattr(rows, "__array__"):
        raise DataError(
            f"rows must be a table, an array, a data frame, the name of a data set or a path, not {_called(rows)}"
        )
    return _split(from_arrays(rows), test)


def held_out_remark(rows: Any, table: Table) -> tuple[str, ...]:
    """Return a remark on the rows held out by `as_table`; none if `rows` was a table."""
    if isinstance(rows, Table) or table.test is None:
        return ()
    return (f"Of the {table.n + table.test.n:,} rows, {table.test.n:,} were held out to test on.",)


def _split(table: Table, test: float) -> Table:
    if not test:
        return table
    train, held = split_rows(table.n, test, "random", seed=0)
    called = replace(table.provenance, name=f"{table.provenance.name} test")
    return replace(table.take(train), test=replace(table.take(held), provenance=called))


def _is_of_numbers(frame: Any) -> bool:
    return all(dtype.kind in "biuf" for dtype in frame.dtypes) and not frame.isna().to_numpy().any()


def _called(rows: Any) -> str:
    return "None" if rows is None else f"{type(rows).__name__} {rows!r}" if np.isscalar(rows) else type(rows).__name__
