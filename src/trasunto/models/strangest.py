"""The strangest rows there are, each with its reasons: of a file, or of a table whose file is not of columns."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.analysis.explanation import FeatureExplanation
from trasunto.data.dialect import AS_FOUND, Layout
from trasunto.models.batches import find_source
from trasunto.models.reasons import reasons
from trasunto.models.streaming import Scored, in_order

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.models.model import Model

REASONS = 3


@dataclass(frozen=True)
class StrangeRow:
    """One of the strangest rows.

    Attributes
    ----------
    row
        Where it stands, as a reader would look for it.
    label
        What it is labelled; empty where there are no labels.
    score, flagged
        How strange it is, and whether that is above the threshold.
    reasons
        Its strangest columns, the strangest first.
    """

    row: str
    label: str
    score: float
    flagged: bool
    reasons: tuple[FeatureExplanation, ...]


def strangest_of_file(
    model: Model, path: Path, most: int, label: str | None = None, layout: Layout = AS_FOUND
) -> tuple[StrangeRow, ...]:
    """Return the `most` strangest rows of a file of columns, or of several, the strangest first, in constant memory.

    Raises
    ------
    TrasuntoError
        The file cannot be read, or its columns are not the model's.
    """
    import pandas as pd

    source = find_source(path, model.entrance, () if label is None else (label,), layout)
    found: list[tuple[float, int, Any]] = []
    with closing(in_order(model, source)) as batches:
        for scored in batches:
            # Of equal scores the earlier row stays; no two rows have one number, so that batches are never compared.
            found = heapq.nlargest(most, [*found, *_largest(scored, most)])
    if not found:
        return ()
    rows = []
    frame = pd.concat([source.frame(batch) for _, _, batch in found], ignore_index=True)
    for (score, _, batch), one in zip(found, model.explain(frame, REASONS), strict=True):
        called = "" if label is None else str(batch.rows.column(label)[0].as_py())
        where = batch.place.row(0).replace(f" of {path}", "")
        rows.append(StrangeRow(where, called, score, one.flagged, one.features))
    return tuple(rows)


def strangest_of_table(model: Model, table: Table, most: int) -> tuple[StrangeRow, ...]:
    """Return the `most` strangest rows of a table's parts, the strangest first."""
    found = []
    for name, part in (("training", table), ("test", table.test), ("anomaly", table.anomalies)):
        if part is None:
            continue
        x = part.values(dtype=model.networks[0].dtype)
        rows = np.argsort(-model.score_prepared(x), kind="stable")[:most]
        explained = reasons(model, model.entrance.restored(x[rows]), x[rows], REASONS)
        for row, one in zip(rows.tolist(), explained, strict=True):
            called = "" if part.y is None else str(part.y[row])
            found.append(StrangeRow(f"{name} row {row}", called, one.score, one.flagged, one.features))
    return tuple(sorted(found, key=lambda one: -one.score)[:most])


def _largest(scored: Scored, most: int) -> Iterator[tuple[float, int, Any]]:
    """Yield the score, minus the number, and a batch of its own of each of a batch's strangest rows."""
    for place in np.argsort(-scored.scores, kind="stable")[:most].tolist():
        first = scored.batch.first + place
        rows, where = scored.batch.rows.slice(place, 1), scored.batch.place.after(place)
        alone = scored.batch._replace(first=first, rows=rows, place=where)
        yield float(scored.scores[place]), -first, alone
