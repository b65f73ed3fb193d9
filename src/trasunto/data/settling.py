"""Type inference for raw columns: numbers, booleans, categories or dates.

A column of numbers, booleans or dates keeps its type. A column declared categorical (by the user, as pandas'
``category`` or a dictionary in Parquet) holds categories whatever they look like. A column of text holds

- numbers, if all cells are numbers, or at least 99 % fit one format and the others have no digits ("unknown"), which
  then count as missing; if most are numbers and some are not, the first that is not is refused;
- dates, if all cells are dates in ISO 8601 or times of day;
- categories, otherwise.

Missing values are ignored.
"""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from trasunto.data.columns import TRUTHS, categories, numbers, other_than_numbers_and_text, plain, truths, word_key
from trasunto.data.dates import dates, read_dates
from trasunto.data.number_formats import FITTING, Guess, NumberFormat, guess_format
from trasunto.data.places import Place
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

MOSTLY = 0.5
"""Share of numbers in a text column above which the other cells count as errors."""

MOST_BLANKS = 20
"""Distinct texts that may stand for missing numbers in one column: models store them."""

INFINITE = ("inf", "infinity")


@dataclass(frozen=True)
class DeclaredColumns:
    """Types and formats of columns that the user declared.

    Attributes
    ----------
    categorical, numeric
        Columns of categories, and of numbers.
    decimal, thousands
        Decimal mark and thousands separator, or None.
    formats
        Number formats known from other rows: those of the training rows, for test rows.
    """

    categorical: frozenset[str] = frozenset()
    numeric: frozenset[str] = frozenset()
    decimal: str | None = None
    thousands: str | None = None
    formats: Mapping[str, NumberFormat] = field(default_factory=dict)


NOTHING = DeclaredColumns()


@dataclass(frozen=True)
class Settled:
    """A column converted to its inferred type.

    Attributes
    ----------
    values
        n numbers (float64, NaN where missing), categories (text, None where missing) or dates (NaT where missing);
        None if the column is none of these.
    form
        Number format, unless Python's own.
    truth
        Whether the numbers are booleans.
    why
        Reason if it is none of these, for readers.
    """

    values: pd.Series | None
    form: NumberFormat | None = None
    truth: bool = False
    why: str = ""


def settle(column: pd.Series, place: Place, asked: DeclaredColumns = NOTHING) -> Settled:
    """Infer the type of a raw column and convert it.

    Raises
    ------
    DataError
        If a value is infinite, most but not all values are numbers of one format, or the format is ambiguous.
    """
    column = plain(column)
    name, kind = str(column.name), column.dtype.kind
    if name in asked.categorical:
        return Settled(categories(column.dt.strftime("%Y-%m-%dT%H:%M:%S") if kind == "M" else column, place))
    if kind == "b":
        return Settled(numbers(column, place), truth=True)
    if kind in "iuf":
        return Settled(numbers(column, place))
    if kind == "M":
        return Settled(dates(column, place))
    if kind not in "OU" and str(column.dtype) != "category":
        return Settled(None, why=f"{column.dtype}, neither numbers nor text")
    if other := other_than_numbers_and_text(column):
        if _all_are_dates(column):
            return Settled(dates(column, place))
        return Settled(None, why=f"{other[1]}, neither numbers nor text")
    if str(column.dtype) == "category" and name not in asked.numeric:
        return Settled(categories(column, place))
    return _text(column.astype(object), place, asked)


def _text(column: pd.Series, place: Place, asked: DeclaredColumns) -> Settled:
    """Infer the type of a column of text, of numbers as Python objects, or of both."""
    import pandas as pd

    name = str(column.name)
    if name in asked.formats:
        return Settled(numbers(column, place, asked.formats[name]), asked.formats[name])
    codes, words = pd.factorize(column)
    if not len(words):
        return Settled(numbers(column, place))
    if all(isinstance(word, bool | np.bool_) for word in words):
        return Settled(truths(column, place), truth=True)
    numeric = name in asked.numeric
    if numeric and all(word_key(str(word)) in TRUTHS for word in words):
        return Settled(truths(column, place), truth=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    read = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").notna().to_numpy()
    share = float(counts[read].sum() / counts.sum())
    told = (asked.decimal, asked.thousands) != (None, None)
    if share == 1 and not told:
        return Settled(numbers(column, place))
    texts = [str(word) for word in words]
    guess = guess_format(texts, counts, asked.decimal, asked.thousands)
    if share == 1 and guess.share < 1:
        return Settled(numbers(column, place))
    if guess.share > share or (told and guess.share == share):
        if guess.rival is not None and guess.share >= MOSTLY:
            raise _two_ways(column, texts, guess, place)
        guess = _with_blanks(guess, texts)
        if guess.share >= MOSTLY:
            return Settled(_formatted(column, guess, place), guess.form)
    if numeric or share >= MOSTLY:
        plain_guess = _with_blanks(Guess(NumberFormat(), share, None), texts)
        if plain_guess.form.blanks:
            return Settled(_formatted(column, plain_guess, place), plain_guess.form)
        try:
            return Settled(numbers(column, place))
        except DataError as fault:
            raise DataError(f"{fault}; {_as_codes(name)}") from None
    found = read_dates(column)
    if found.notna().to_numpy()[column.notna().to_numpy()].all():
        return Settled(found)
    return Settled(categories(column, place))


def _with_blanks(guess: Guess, texts: list[str]) -> Guess:
    """Add to a guess the few texts that do not fit it, as markers of missing numbers.

    They have no digits, such as "unknown". A text with digits may be a malformed number, and is not dropped.
    """
    blanks = tuple(text for text, value in zip(texts, guess.form.read(texts), strict=True) if np.isnan(value))
    if guess.share < FITTING or len(blanks) > MOST_BLANKS or any(map(_may_be_a_number, blanks)):
        return guess
    return guess._replace(form=replace(guess.form, blanks=blanks))


def _may_be_a_number(text: str) -> bool:
    return any(map(str.isdigit, text)) or text.strip(" +-").lower() in INFINITE


def _formatted(column: pd.Series, guess: Guess, place: Place) -> pd.Series:
    """Parse numbers of a format; refuse others with their place."""
    try:
        return numbers(column, place, guess.form)
    except DataError as fault:
        raise DataError(
            f"{fault}; {guess.share:.3g} of the cells are numbers written so; say how they are written with --decimal "
            f"and --thousands (decimal, thousands), or {_as_codes(str(column.name))}"
        ) from None


def _two_ways(column: pd.Series, texts: list[str], guess: Guess, place: Place) -> DataError:
    """Return the error for numbers of an ambiguous format."""
    assert guess.rival is not None
    one, other = guess.form.read(texts), guess.rival.read(texts)
    which = int(np.flatnonzero(~np.isnan(one + other) & (one != other))[0])
    position = int(np.flatnonzero((column.astype(object).map(str) == texts[which]).to_numpy())[0])
    ways = " or ".join(
        f"{value:.10g} ({_option(form)})" for form, value in ((guess.form, one[which]), (guess.rival, other[which]))
    )
    return DataError(
        f"column '{column.name}' holds {texts[which]!r} in {place.row(position)}, which may be {ways}; say which, "
        f"in Python with thousands or decimal, or {_as_codes(str(column.name))}"
    )


def _option(form: NumberFormat) -> str:
    """Return the option that selects a format over one with the other decimal mark."""
    return f"--thousands {form.thousands}" if form.decimal == "." else f"--decimal {form.decimal}"


def _as_codes(name: str) -> str:
    return f"keep a column of codes as text with --categorical {shlex.quote(name)} (categorical)"


def _all_are_dates(column: pd.Series) -> bool:
    """Say whether a column of objects holds only dates or times of day."""
    return all(isinstance(value, datetime.date | datetime.time) for value in column[column.notna()])


def format_remark(name: str, form: NumberFormat) -> str:
    """Return a remark on a column's format."""
    return f"Column '{name}' is read as numbers: {form.said}."
