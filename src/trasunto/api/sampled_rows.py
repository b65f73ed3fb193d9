"""Rows as many as fit into memory: a run that goes on keeps those that it began with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from trasunto.api.rows import find_rows
from trasunto.data import Table, catalogue
from trasunto.data.sampling import FIT
from trasunto.runs.faults import UnmadeStoreError
from trasunto.runs.schema import DATABASE
from trasunto.runs.store import Store


def find_same_rows(source: str, store: str | os.PathLike[str], **options: Any) -> Table:
    """Return rows as :func:`find_rows` does; with ``rows="fit"``, as many as the last such run of a store had.

    Otherwise the memory that is free today would decide whether a run goes on or another one begins.

    Parameters
    ----------
    source, **options
        As :func:`find_rows` takes them.
    store
        The folder of the store, which need not be there.

    Raises
    ------
    TrasuntoError
        The rows are not to be had; the store cannot be read.
    """
    kept = _kept(source, Path(store), options.get("seed", 0)) if options.get("rows") == FIT else None
    if kept is None:
        return find_rows(source, **options)
    table = find_rows(source, **{**options, "rows": kept})
    sample = table.provenance.sample
    if sample is None:
        return table
    return replace(table, provenance=replace(table.provenance, sample=replace(sample, fitted=True)))


def as_drawn(options: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return options that give the same rows whatever memory is free: the number of rows in place of ``fit``."""
    sample = table.provenance.sample
    return dict(options) if sample is None else {**options, "rows": sample.rows}


def _kept(source: str, store: Path, seed: int) -> int | None:
    """Return how many rows fitted when the last run of the same rows and seed began; None where there is none."""
    if not (store / DATABASE).exists():
        return None
    known = source in [entry.name for entry in catalogue()]
    key, value = ("rows", source) if known else ("path", str(Path(source)))
    with suppress(UnmadeStoreError), Store.open(store, write=False) as opened:
        for run in reversed(opened.runs()):
            asked = json.loads(run.request)
            sample = asked.get("sample") or {}
            if asked[key] == value and sample.get("fitted") and sample["seed"] == seed:
                return int(sample["rows"])
    return None
