"""Stores as people have them: is everything there, and what can be had again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from os import PathLike
from typing import Any

from trasunto.api.rows import find_rows
from trasunto.cohort.training import Observer
from trasunto.data import Table, catalogue
from trasunto.errors import DataError
from trasunto.runs.records import RunRecord
from trasunto.runs.repairing import Repair, repair


def repair_store(
    path: str | PathLike[str], data: str | None = None, observe: Observer | None = None, **options: Any
) -> Repair:
    """Drop what is damaged in a store, and train again what is gone.

    Parameters
    ----------
    data
        The name or the path of the rows; by default where each run's record says that they came from.
    observe
        Called after every epoch of a chunk.
    **options
        How columns become rows, as they were told then; of these a store keeps `rows` alone, with its `seed`.

    Raises
    ------
    TrasuntoError
        There is no such store, another process writes it, or its database is lost; rows that cannot be found are no
        error but a sentence of what is returned.
    """
    return repair(path, rows_of_runs(data, **options), observe)


def rows_of_runs(data: str | None, **options: Any) -> Callable[[RunRecord], Table]:
    """Return what finds the rows of a run: those that are named, or those that its record names."""
    found = cache(lambda source, drawn: find_rows(source, **dict(drawn), **options))

    def find(run: RunRecord) -> Table:
        asked = json.loads(run.request)
        known = asked["rows"] in [entry.name for entry in catalogue()]
        source = data or (asked["rows"] if known else asked["path"])
        if not source:
            raise DataError(f"the rows of run '{run.name}' ('{asked['rows']}') came from no file: name one with --data")
        sample = {} if "rows" in options else asked.get("sample") or {}
        drawn = tuple((name, sample[name]) for name in ("rows", "seed") if name in sample and name not in options)
        table: Table = found(source, drawn)
        return table

    return find
