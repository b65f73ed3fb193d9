"""One raw column as networks see it: a scaled number, or the one-hot code of a category."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from trasunto.data.columns import categories, numbers
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
"""The category that a missing one becomes, where the training rows had missing ones."""

UNSEEN = "(unseen)"
"""What a block of zeros is restored as."""


class PreparedColumn(Protocol):
    """A raw column with what was fitted on the training rows; it fills `width` features."""

    @property
    def name(self) -> str:
        """The raw column's name."""

    @property
    def absent(self) -> int:
        """How many training rows had no value."""

    @property
    def width(self) -> int:
        """How many features it fills."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features' names."""

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return a raw column as what it must hold."""

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Write n rows of a column that was read into zeros, ``(n, width)``."""

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
        What stands in for a missing number, in the column's unit.
    absent
        How many training rows had none.
    """

    name: str
    centre: float
    spread: float
    fill: float
    absent: int = 0

    def __post_init__(self) -> None:
        finite = all(
            isinstance(value, float) and math.isfinite(value) for value in (self.centre, self.spread, self.fill)
        )
        if not finite or self.spread <= 0 or type(self.absent) is not int:
            raise DataError(
                f"column '{self.name}' is prepared with centre {self.centre}, spread {self.spread} and fill {self.fill}"
                "; they must be finite numbers, the spread above 0"
            )

    @property
    def width(self) -> int:
        """One."""
        return 1

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The column's own name."""
        return (self.name,)

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return float64, NaN where a number is missing."""
        return numbers(raw, place)

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Fill and scale."""
        values = column.to_numpy()
        out[:, 0] = (np.where(np.isnan(values), self.fill, values) - self.centre) / self.spread

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return numbers in the column's unit."""
        restored: np.ndarray = x[:, 0] * self.spread + self.centre
        return restored

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON; Python writes floats shortest, so that they are read back as they were."""
        return {"kind": "number"} | asdict(self)


@dataclass(frozen=True)
class PreparedCategory:
    """A category, prepared as its one-hot code.

    Attributes
    ----------
    name
        The raw column.
    words
        The categories of the training rows, in the order of their features.
    fill
        Which of them a missing category is, or None: then it is coded as one that was not seen.
    absent
        How many training rows had none.
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
    def width(self) -> int:
        """The number of categories."""
        return len(self.words)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """``column=category``."""
        return tuple(f"{self.name}={word}" for word in self.words)

    def read(self, raw: pd.Series, place: Place) -> pd.Series:
        """Return text, None where a category is missing."""
        return categories(raw, place)

    def codes(self, column: pd.Series) -> np.ndarray:
        """Return which category each row has, ``(n,)``; -1 for one that was not seen."""
        import pandas as pd

        known = column.where(column.notna(), self.fill)
        codes: np.ndarray = pd.Index(self.words, dtype=object).get_indexer(pd.Index(known, dtype=object))
        return codes

    def prepare(self, column: pd.Series, out: np.ndarray) -> None:
        """Write a 1 at the row's category."""
        codes = self.codes(column)
        seen = np.flatnonzero(codes >= 0)
        out[seen, codes[seen]] = 1.0

    def restore(self, x: np.ndarray) -> np.ndarray:
        """Return the category with the largest value; where all are 0, ``(unseen)``."""
        words = np.array(self.words, dtype=object)[x.argmax(axis=1)]
        return np.where(x.any(axis=1), words, UNSEEN)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"kind": "category"} | asdict(self) | {"words": list(self.words)}


def column_from_json(content: Any) -> PreparedNumber | PreparedCategory:
    """Read what a prepared column's `to_json` wrote.

    Raises
    ------
    DataError
        If it is not that.
    """
    try:
        fields = dict(content)
        kind = fields.pop("kind")
        if not isinstance(fields["name"], str):
            raise TypeError("its name is no text")
        if kind == "number":
            return PreparedNumber(**fields)
        if kind == "category":
            return PreparedCategory(**fields | {"words": tuple(fields["words"])})
        raise ValueError(f"its kind {kind!r} is neither number nor category")
    except DataError:
        raise
    except (TypeError, ValueError, KeyError) as fault:
        raise DataError(f"a column of the stored preparation cannot be read: {fault}") from fault
