"""Fitted preprocessing of one column: a scaled number, a one-hot category, or a part of a date."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from trasunto.data.columns import categories, numbers, truths, word_key
from trasunto.data.dates import PARTS, dates, part_of
from trasunto.data.number_formats import NumberFormat, format_from_json
from trasunto.data.places import Place
from trasunto.data.scale import Scale
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
"""Category of missing values, if the training rows had some."""

UNSEEN = "(unseen)"
"""Restored value of a block of zeros."""


class PreparedColumn(Protocol):
    """Fitted preprocessing of a raw column, or of a part of one, to `width` features."""

    @property
    def name(self) -> str:
        """Name of the raw column, or of its part."""

    @property
    def source(self) -> str:
        """The raw column's name."""

    @property
    def absent(self) -> int:
        """Number of training rows without a value."""

    @property
    def width(self) -> int:
        """Number of features."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features' names."""

    @property
    def as_text(self) -> bool:
        """Whether the cells of a CSV file are handed to `read` as text; else as numbers."""

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Convert a raw column to this column's type."""

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Write the features of a column from `read` into zeros, ``(n, width)``."""

    def shown(self, column: pd.Series) -> np.ndarray:
        """Return a column from `read` in its own unit, ``(n,)``, comparable with :meth:`restore`."""

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return prepared rows ``(n, width)`` as raw values, ``(n,)``."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""


@dataclass(frozen=True)
class PreparedNumber:
    """A number, prepared as ``(value - centre) / spread``.

    Attributes
    ----------
    name
        The raw column.
    centre, spread
        In the column's unit; `spread` is above 0.
    fill
        Replacement of a missing number, in the column's unit.
    absent
        Number of training rows without a value.
    format
        Number format, unless Python's own.
    truth
        Whether the column holds booleans, 1 where true.
    """

    name: str
    centre: float
    spread: float
    fill: float
    absent: int = 0
    format: NumberFormat | None = None
    truth: bool = False

    def __post_init__(self) -> None:
        self._scale.refuse_nonsense(self.name, self.absent)
        if type(self.truth) is not bool or (self.truth and self.format is not None):
            raise DataError(f"column '{self.name}' cannot hold truth values and numbers of a format")

    @property
    def source(self) -> str:
        """The column's own name."""
        return self.name

    @property
    def width(self) -> int:
        """One."""
        return 1

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The column's own name."""
        return (self.name,)

    @property
    def as_text(self) -> bool:
        """Whether numbers have a format, or are booleans."""
        return self.truth or self.format is not None

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return float64, NaN where a number is missing."""
        return truths(raw, place) if self.truth else numbers(raw, place, self.format)

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Fill and scale."""
        out[:, 0] = self._scale.prepare(column.to_numpy())

    def shown(self, column: pd.Series) -> np.ndarray:
        """Return the numbers."""
        return column.to_numpy()

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return numbers in the column's unit."""
        return self._scale.restore(x[:, 0])

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, in which floats round-trip exactly."""
        return {"kind": "number"} | asdict(self)

    @property
    def _scale(self) -> Scale:
        return Scale(self.centre, self.spread, self.fill)


@dataclass(frozen=True)
class PreparedCategory:
    """A category, prepared as its one-hot code.

    Attributes
    ----------
    name
        The raw column.
    words
        Categories of the training rows, in the order of their features.
    fill
        Replacement of a missing category, or None to code it as unseen.
    absent
        Number of training rows without a value.
    """

    name: str
    words: tuple[str, ...]
    fill: str | None = None
    absent: int = 0

    def __post_init__(self) -> None:
        texts = all(isinstance(word, str) for word in self.words) and len({*self.words}) == len(self.words) > 0
        if not texts or self.fill not in (None, *self.words) or type(self.absent) is not int:
            raise DataError(
                f"column '{self.name}' is prepared with the categories {self.words} and fill {self.fill!r}; they must "
                "be different texts, the fill one of them"
            )

    @property
    def source(self) -> str:
        """The column's own name."""
        return self.name

    @property
    def width(self) -> int:
        """The number of categories."""
        return len(self.words)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """``column=category``."""
        return tuple(f"{self.name}={word}" for word in self.words)

    @property
    def as_text(self) -> bool:
        """Always: a code may look like a number with leading zeros."""
        return True

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return text, None where a category is missing."""
        return categories(raw, place)

    def codes(self, column: pd.Series) -> np.ndarray:
        """Return the index of each row's category, ``(n,)``; -1 if unseen."""
        import pandas as pd

        codes, words = pd.factorize(column.where(column.notna(), self.fill))
        known = np.array([self._place(word) for word in words] + [-1])
        found: np.ndarray = known[codes]
        return found

    def _place(self, word: str) -> int:
        """Return the index of a category, ignoring surrounding blanks if necessary; -1 if unseen."""
        found = self._places.get(word_key(word))
        return self._stripped.get(word_key(word.strip()), -1) if found is None else found

    @cached_property
    def _stripped(self) -> dict[str, int]:
        return {word_key(word.strip()): place for place, word in reversed(tuple(enumerate(self.words)))}

    @cached_property
    def _places(self) -> dict[str, int]:
        """Index of each category by `word_key`; the first of equal ones."""
        return {word_key(word): place for place, word in reversed(tuple(enumerate(self.words)))}

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Write a 1 at the row's category."""
        codes = self.codes(column)
        seen = np.flatnonzero(codes >= 0)
        out[seen, codes[seen]] = 1.0

    def shown(self, column: pd.Series) -> np.ndarray:
        """Return the text of each row, None where it is missing."""
        return column.to_numpy(dtype=object)

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return the category with the largest value; where all are 0, ``(unseen)``."""
        words = np.array(self.words, dtype=object)[x.argmax(axis=1)]
        return np.where(x.any(axis=1), words, UNSEEN)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"kind": "category"} | asdict(self) | {"words": list(self.words)}


@dataclass(frozen=True)
class PreparedDate:
    """A part of a date as a number, prepared as ``(value - centre) / spread``.

    Attributes
    ----------
    source
        The raw column of dates.
    part
        One of :data:`trasunto.data.dates.PARTS`.
    first
        First date of the training rows, from which days are counted; ISO 8601.
    centre, spread, fill
        As in :class:`PreparedNumber`, in the part's unit.
    absent
        Number of training rows without a date.
    """

    source: str
    part: str
    first: str
    centre: float
    spread: float
    fill: float
    absent: int = 0

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise DataError(f"column '{self.source}' is prepared as its {self.part!r} (legal: {', '.join(PARTS)})")
        try:
            known = not np.isnat(np.datetime64(self.first, "us"))
        except (TypeError, ValueError):
            known = False
        if not known or not isinstance(self.first, str):
            raise DataError(f"column '{self.source}' is counted from {self.first!r}, which is no date")
        self._scale.refuse_nonsense(self.name, self.absent)

    @property
    def name(self) -> str:
        """``column.part``."""
        return f"{self.source}.{self.part}"

    @property
    def width(self) -> int:
        """One."""
        return 1

    @property
    def feature_names(self) -> tuple[str, ...]:
        """``column.part``."""
        return (self.name,)

    @property
    def as_text(self) -> bool:
        """Always."""
        return True

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return dates, NaT where one is missing."""
        return dates(raw, place)

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Fill and scale."""
        out[:, 0] = self._scale.prepare(self.shown(column))

    def shown(self, column: pd.Series) -> np.ndarray:
        """Return the part of each date, NaN where it is missing."""
        return part_of(column, self.part, np.datetime64(self.first, "us"))

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return the part in its unit."""
        return self._scale.restore(x[:, 0])

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"kind": "date"} | asdict(self)

    @property
    def _scale(self) -> Scale:
        return Scale(self.centre, self.spread, self.fill)


def column_from_json(content: Any) -> PreparedColumn:
    """Restore a prepared column from the value of its `to_json`, of this format or an earlier one.

    Raises
    ------
    DataError
        If it is invalid.
    """
    try:
        fields = dict(content)
        kind = fields.pop("kind")
        if not isinstance(fields["source" if kind == "date" else "name"], str):
            raise TypeError("its name is no text")
        if kind == "number":
            return PreparedNumber(**fields | {"format": format_from_json(fields.get("format"))})
        if kind == "category":
            return PreparedCategory(**fields | {"words": tuple(fields["words"])})
        if kind == "date":
            return PreparedDate(**fields)
        raise ValueError(f"its kind {kind!r} is neither number nor category nor date")
    except DataError:
        raise
    except (TypeError, ValueError, KeyError) as fault:
        raise DataError(f"a column of the stored preparation cannot be read: {fault}") from fault
