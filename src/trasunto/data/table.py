"""Table: immutable training rows with labels, held-out rows and provenance."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike

from trasunto.data.sampling import Sample
from trasunto.data.splits import split_point
from trasunto.errors import DataError

if TYPE_CHECKING:
    from trasunto.data.preparation import Preparation

STORED_AS = ("uint8", "float32", "float64")


@dataclass(frozen=True)
class Provenance:
    """Origin of rows.

    Attributes
    ----------
    name
        Name of the rows in figures and errors.
    path
        File or folder they were read from; empty for rows from memory.
    sha256
        SHA-256 of the decoded rows' bytes (not of the file, which may be compressed), in hex.
    source
        Their author, or where they were fetched.
    licence
        Their licence.
    sample
        The sample that they are; None for all rows.
    """

    name: str
    path: str
    sha256: str
    source: str = ""
    licence: str = ""
    sample: Sample | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.path})" if self.path else self.name


@dataclass(frozen=True, eq=False)
class Table:
    """Training rows with labels, weights and held-out rows.

    Arrays are read-only through the table, so that its fingerprint stays valid.

    Attributes
    ----------
    x
        Training rows, ``(n, d)``: uint8 for pixels, else float32 or float64.
    y
        Labels, ``(n,)``, or None.
    test
        Rows to test on, as a table of the same features, or None.
    image_shape
        Height and width in pixels, for rows that are images.
    feature_names
        d names.
    provenance
        Origin of the rows.
    scale
        Networks see ``x * scale``: 1/255 for uint8 pixels.
    validation
        Rows held out of the training rows, or None.
    weights
        Row weights, ``(n,)``, finite and above 0, or None for equal ones; normalised to a mean of 1 when used.
    blocks
        Spans ``[start, stop)`` of one-hot blocks, from left to right.
    anomalies
        Anomalies as a table of the same features, or None: only scored, neither trained nor evaluated on. Not in the
        fingerprint.
    preparation
        Preprocessing of raw columns, fitted on the training rows alone; None if features are raw.
    remarks
        Sentences on how the rows were read, for reports; not in the fingerprint.

    Raises
    ------
    DataError
        If parts contradict each other.

    Examples
    --------
    >>> import trasunto.data
    >>> table = trasunto.data.from_arrays([[0.0, 0.1], [0.2, 0.3], [0.4, 0.5]], [7, 8, 9])
    >>> table.n, table.d
    (3, 2)
    >>> table.take([2, 0]).y
    array([9, 7])
    """

    x: np.ndarray
    y: np.ndarray | None
    test: Table | None
    image_shape: tuple[int, int] | None
    feature_names: tuple[str, ...]
    provenance: Provenance
    scale: float = 1.0
    validation: Table | None = None
    weights: np.ndarray | None = None
    blocks: tuple[tuple[int, int], ...] = ()
    anomalies: Table | None = None
    preparation: Preparation | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if fault := next(self._faults(), None):
            raise DataError(f"{self.provenance} {fault}")
        for name in ("x", "y", "weights"):
            if (array := getattr(self, name)) is not None:
                object.__setattr__(self, name, _read_only(array))

    def __len__(self) -> int:
        return self.n

    @property
    def n(self) -> int:
        """The number of training rows."""
        return int(self.x.shape[0])

    @property
    def d(self) -> int:
        """The number of features; for images, of pixels."""
        return int(self.x.shape[1])

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of a row: (height, width, 1) for images, else (d,)."""
        return (self.d,) if self.image_shape is None else (*self.image_shape, 1)

    @cached_property
    def classes(self) -> np.ndarray:
        """Classes of all labels, held-out rows included, sorted; empty if there are none."""
        labels = [part.y for _, part in self._parts() if part.y is not None]
        return np.unique(np.concatenate(labels)) if labels else np.array([])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all rows' values, their scale and the split, without names, paths or labels.

        Weights and blocks are included if there are any; anomalies are not.
        """
        digest = hashlib.sha256()
        for role, part in self._parts():
            digest.update(f"{role} {part.x.dtype.str} {part.x.shape} {part.scale!r}\n".encode())
            digest.update(np.ascontiguousarray(part.x).data)
            # Only if there are any, so that fingerprints from before tables had weights and blocks stay valid.
            if part.weights is not None:
                digest.update(f"{role} weights\n".encode())
                digest.update(part.weights.tobytes())
        if self.blocks:
            digest.update(f"blocks {self.blocks}\n".encode())
        return digest.hexdigest()

    @cached_property
    def label_fingerprint(self) -> str:
        """SHA-256 of the labels of all rows; empty if the training rows have none."""
        if self.y is None:
            return ""
        digest = hashlib.sha256()
        for role, part in self._parts():
            if part.y is not None:
                digest.update(f"{role} {part.y.dtype.str} {part.y.shape}\n".encode())
                digest.update(part.y.tobytes())
        return digest.hexdigest()

    def row(self, index: int) -> np.ndarray:
        """Return training row `index`, counted from 0, as stored, ``(d,)``.

        Raises
        ------
        DataError
            If there is no such row.
        """
        if not 0 <= index < self.n:
            kind = "row" if self.image_shape is None else "image"
            raise DataError(f"{self.provenance} has no {kind} {index} (legal: 0 to {self.n - 1})")
        row: np.ndarray = self.x[index]
        return row

    def take(self, rows: Sequence[int] | np.ndarray | slice) -> Table:
        """Keep only some training rows, in the order given; held-out rows, test rows and anomalies stay.

        Raises
        ------
        DataError
            If a row number is not an integer from 0 to n - 1, or none is given.
        """
        rows = self._checked(rows)
        y, weights = (None if part is None else part[rows] for part in (self.y, self.weights))
        return replace(self, x=self.x[rows], y=y, weights=weights)

    def hold_out(self, fraction: float) -> Table:
        """Make the last `fraction` of the training rows the validation rows, unshuffled, as Keras's `validation_split`.

        Raises
        ------
        DataError
            If `fraction` is outside [0, 1) or leaves a side without rows, or if rows are held out already.
        """
        if self.validation is not None:
            raise DataError(f"{self.provenance} has {self.validation.n} rows held out already; hold out once")
        kept = split_point(self.n, fraction)
        if kept == self.n:
            return self
        called = replace(self.provenance, name=f"{self.provenance.name} validation")
        held = replace(self.take(slice(kept, None)), test=None, anomalies=None, provenance=called)
        return replace(self.take(slice(kept)), validation=held)

    def values(
        self, rows: Sequence[int] | np.ndarray | slice | None = None, dtype: DTypeLike = np.float32
    ) -> np.ndarray:
        """Return training rows as networks see them, ``x * scale``, ``(n, d)``, in a new array.

        Raises
        ------
        DataError
            As :meth:`take` does.
        """
        chosen = self.x if rows is None else self.x[self._checked(rows)]
        seen = chosen.astype(dtype)
        seen *= self.scale
        return seen

    def _parts(self) -> Iterator[tuple[str, Table]]:
        for role, part in (("train", self), ("validation", self.validation), ("test", self.test)):
            if part is not None:
                yield role, part

    def _checked(self, rows: Sequence[int] | np.ndarray | slice) -> np.ndarray | slice:
        if isinstance(rows, slice):
            return rows
        rows = np.asarray(rows)
        legal = f"(legal: 0 to {self.n - 1})"
        if rows.size and (rows.ndim != 1 or rows.dtype.kind not in "iu"):
            raise DataError(f"rows of {self.provenance} are chosen by a list of row numbers {legal}")
        outside = rows[(rows < 0) | (rows >= self.n)]
        if outside.size:
            raise DataError(f"{self.provenance} has no row {outside[0]} {legal}")
        return rows.astype(np.int64)

    def _faults(self) -> Iterator[str]:
        """Yield contradictions between parts as sentences; each check may rely on those before it."""
        if self.x.ndim != 2 or self.x.dtype not in STORED_AS:
            yield f"has rows of shape {self.x.shape}, {self.x.dtype}; (n, d) of {' or '.join(STORED_AS)} is needed"
        if self.x.size == 0:
            yield f"is empty: {self.n} rows of {self.d} features"
        if self.y is not None and self.y.ndim != 1:
            yield f"has labels of shape {self.y.shape}; one label a row, (n,), is needed"
        if self.y is not None and len(self.y) != self.n:
            yield f"has {self.n} rows and {len(self.y)} labels; one label a row is needed"
        if self.image_shape is not None and math.prod(self.image_shape) != self.d:
            yield f"has {self.d} pixels a row, which is no image of {_size(self)}"
        if len(self.feature_names) != self.d:
            yield f"has {self.d} features and {len(self.feature_names)} feature names"
        if not 0 < self.scale < math.inf:
            yield f"has scale {self.scale}; it must be finite and above 0"
        yield from self._faults_of_weights()
        yield from self._faults_of_blocks()
        apart = () if self.anomalies is None else (("anomaly", self.anomalies),)
        for role, part in (*self._parts(), *apart):
            if (part.d, part.image_shape) != (self.d, self.image_shape):
                yield f"has {role} rows of {_size(part)}, but training rows of {_size(self)}"
            if part.scale != self.scale:
                yield f"has {role} rows of scale {part.scale:.6g}, but training rows of scale {self.scale:.6g}"
            if part.blocks != self.blocks:
                yield f"has {role} rows with the one-hot blocks {part.blocks}, but training rows with {self.blocks}"

    def _faults_of_weights(self) -> Iterator[str]:
        if self.weights is None:
            return
        if self.weights.shape != (self.n,) or self.weights.dtype != np.float64:
            found = f"{self.weights.shape}, {self.weights.dtype}"
            yield f"has weights of shape {found}; one float64 a row, ({self.n},), is needed"
        bad = np.flatnonzero(~(np.isfinite(self.weights) & (self.weights > 0)))
        if bad.size:
            yield f"has the weight {self.weights[bad[0]]} in row {bad[0]}; a weight must be finite and above 0"

    def _faults_of_blocks(self) -> Iterator[str]:
        before = 0
        for start, stop in self.blocks:
            if not before <= start < stop <= self.d:
                legal = f"(legal: [start, stop) from left to right within 0 to {self.d})"
                yield f"has the one-hot block {(start, stop)} {legal}"
            before = stop


def _size(table: Table) -> str:
    if table.image_shape is None:
        return f"{table.d} features"
    return "{} x {} pixels".format(*table.image_shape)


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
