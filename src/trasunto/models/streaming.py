"""Files of any length scored in constant memory: read, scored and written a batch at a time, side by side."""

from __future__ import annotations

import os
import reprlib
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trasunto.data.dialect import Layout
from trasunto.environment import cores
from trasunto.errors import DataError, TrasuntoError
from trasunto.files import refuse_taken, write_new
from trasunto.models.batches import Batch, Source, find_source
from trasunto.models.model import Model

ENDING = ".parquet"
SCORE, FLAG, ROW = "anomaly_score", "flagged", "row"

MOST_WORKERS = 8
"""Batches at work at the same time: more would not be read as fast."""


@dataclass(frozen=True)
class ScoringSummary:
    """What became of a file of rows.

    Attributes
    ----------
    path
        Where the scores are.
    rows, flagged
        How many rows were scored, and how many of them are above the threshold.
    unseen
        How many rows have a category that training did not know, by column; columns without any are left out.
    seconds
        Wall time.
    """

    path: Path
    rows: int
    flagged: int
    unseen: dict[str, int]
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Return how many rows were scored a second."""
        return self.rows / self.seconds if self.seconds else 0.0


class Scored(NamedTuple):
    """A batch with its scores (n,) and how many of its rows have unseen categories, by column."""

    batch: Batch
    scores: NDArray[np.float64]
    unseen: dict[str, int]


def score_file(
    model: Model,
    rows: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    ids: Sequence[str] | str = (),
    header: bool | None = None,
    encoding: str | None = None,
    observe: Callable[[float], None] | None = None,
) -> ScoringSummary:
    """Score every row of a file, or of several, and write what was found to a new one, in the rows' order.

    Parameters
    ----------
    rows
        A file of columns, as :func:`trasunto.read` takes it, a folder of such files or a pattern of their names, with
        the model's columns in whatever order; the label and what else training left aside may be there too.
    out
        A new Parquet file with the columns `ids`, or where none is named ``row`` (counted from 0); ``anomaly_score``,
        higher is stranger; and ``flagged``.
    ids
        Columns of the rows that are handed on, or one.
    header, encoding
        Of files of text, as :func:`trasunto.read` takes them.
    observe
        Told the share of the files that is done, 0 to 1, after every batch.

    Raises
    ------
    TrasuntoError
        The rows' columns are not the model's, a value cannot be used, or the file cannot be written; then there is no
        new file.
    """
    begun = time.monotonic()
    if not isinstance(model, Model):
        raise TrasuntoError(f"model must be a Model, as trasunto.open_model gives it, not {reprlib.repr(model)}")
    ids = (ids,) if isinstance(ids, str) else tuple(ids or ())
    place = refuse_taken(out, (ENDING,))
    source = find_source(rows, model.entrance, ids, Layout(header, encoding))
    if taken := {SCORE, FLAG} & set(ids):
        raise DataError(f"the id column '{min(taken)}' has a name that the scores need; rename it")
    counts: Counter[str] = Counter()
    unseen: Counter[str] = Counter()

    def write(aside: Path) -> None:
        with _Writer(aside, source) as writer, closing(in_order(model, source)) as batches:
            for scored in batches:
                flagged = model.threshold.flagged(scored.scores)
                writer.write(scored, flagged)
                counts.update(rows=len(flagged), flagged=int(flagged.sum()))
                unseen.update(scored.unseen)
                if observe is not None:
                    observe(scored.batch.share)

    write_new(place, write)
    return ScoringSummary(place, counts["rows"], counts["flagged"], dict(unseen), time.monotonic() - begun)


def in_order(model: Model, source: Source) -> Generator[Scored, None, None]:
    """Score batches side by side and yield them as they come in the file; only a few are in memory."""
    from threadpoolctl import threadpool_limits

    workers = min(len(cores()), MOST_WORKERS)
    at_work: deque[Future[Scored]] = deque()
    # A worker is a core's work: were numpy's products spread over all cores too, they would wait for each other.
    with threadpool_limits(1), ThreadPoolExecutor(workers, thread_name_prefix="trasunto") as threads:
        try:
            for batch in source.batches():
                at_work.append(threads.submit(_scored, model, source, batch))
                if len(at_work) > workers:
                    yield at_work.popleft().result()
            while at_work:
                yield at_work.popleft().result()
        finally:
            for future in at_work:
                future.cancel()


def _scored(model: Model, source: Source, batch: Batch) -> Scored:
    frame, way = source.frame(batch), model.entrance
    x = way.admit(frame, model.networks[0].dtype, batch.place)
    return Scored(batch, model.score_prepared(x), way.unseen(frame, batch.place))


class _Writer:
    """A Parquet file of scores, written as they come."""

    def __init__(self, path: Path, source: Source) -> None:
        self._path, self._ids = path, source.ids
        self._file: Any = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, scored: Scored, flagged: NDArray[np.bool_]) -> None:
        """Write a batch's rows."""
        import pyarrow
        from pyarrow import parquet

        rows = scored.batch.rows
        names: dict[str, Any] = {name: rows.column(name) for name in self._ids}
        if not names:
            names = {ROW: np.arange(scored.batch.first, scored.batch.first + len(flagged))}
        table = pyarrow.table({**names, SCORE: scored.scores, FLAG: flagged})
        if self._file is not None and table.schema != self._file.schema:
            table = _as_before(table, self._file.schema, scored.batch.place.name)
        if self._file is None:
            self._file = parquet.ParquetWriter(self._path, table.schema)
        self._file.write_table(table)


def _as_before(table: Any, schema: Any, name: str) -> Any:
    """Return scores with ids of the kinds that earlier files have."""
    import pyarrow

    try:
        return table.cast(schema)
    except (pyarrow.ArrowException, ValueError) as fault:
        differing = next(field.name for field in schema if table.schema.field(field.name).type != field.type)
        kinds = (table.schema.field(differing).type, schema.field(differing).type)
        raise DataError(
            f"the id column '{differing}' holds {kinds[0]} in {name} and {kinds[1]} in the files before; write both "
            "alike"
        ) from fault
