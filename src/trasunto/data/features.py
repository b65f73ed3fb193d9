"""Assignment of a raw frame's columns to features and other roles, and their conversion to records."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.data.columns import is_plain_number, named, no_column
from trasunto.data.number_formats import DECIMALS, THOUSANDS, NumberFormat
from trasunto.data.places import Place
from trasunto.data.preparation import VALUES_AT_ONCE, LeftOut
from trasunto.data.records import Records
from trasunto.data.roles import read_groups, read_labels, read_times, read_weights
from trasunto.data.settling import DeclaredColumns, format_remark, settle
from trasunto.data.table import Provenance
from trasunto.data.usefulness import IDENTIFIER, UNNAMED, cannot_serve, identifiers, of_too_many_texts, useless
from trasunto.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

ROLES: Mapping[str, Callable[[Any, Place], np.ndarray]] = {
    "label": read_labels,
    "weight": read_weights,
    "group": read_groups,
    "time": read_times,
}
"""Roles of columns other than features."""

MARKS = {"comma": ",", "point": ".", "space": " ", "apostrophe": "'"}
"""Words for marks that are awkward to type."""


@dataclass(frozen=True)
class ColumnOptions:
    """The user's options of columns, unresolved: see :func:`trasunto.data.read_records`."""

    drop: Sequence[str] | str = ()
    categorical: Sequence[str] | str = ()
    numeric: Sequence[str] | str = ()
    decimal: str | None = None
    thousands: str | None = None
    drop_unusable: bool = False

    def __post_init__(self) -> None:
        for what, legal in (("decimal", DECIMALS), ("thousands", THOUSANDS[1:])):
            mark = getattr(self, what)
            if mark is not None and (not isinstance(mark, str) or MARKS.get(mark, mark) not in legal):
                words = ", ".join(word for word, sign in MARKS.items() if sign in legal)
                raise DataError(
                    f"{what} {mark!r} is no mark of numbers (legal: {' '.join(legal)}, or in words {words})"
                )
            object.__setattr__(self, what, None if mark is None else MARKS.get(mark, mark))
        if self.decimal is not None and self.decimal == self.thousands:
            raise DataError(f"decimal and thousands are both {self.decimal!r}; one mark cannot be both")
        if not isinstance(self.drop_unusable, bool | np.bool_):
            raise DataError(f"drop_unusable is {self.drop_unusable!r}; it must be True or False")

    def resolved(self, what: str, columns: Sequence[str], place: Place) -> list[str]:
        """Return the columns named by `drop`, `categorical` or `numeric`.

        Each text is a column's name or, if there is no such column, several names separated by commas; names with
        commas may be in double quotes.

        Raises
        ------
        DataError
            If there is no such column.
        """
        given = getattr(self, what)
        if not isinstance(given, str | Iterable) or isinstance(given, bytes):
            raise DataError(f"{what} is {given!r}; it must be names of columns")
        known, found = set(columns), []
        for name in map(str, [given] if isinstance(given, str) else given):
            several = (
                [name] if name in known else [part.strip() for part in next(csv.reader([name]), []) if part.strip()]
            )
            for one in several or [name]:
                if one not in known:
                    raise no_column(one, columns, what, place)
                found.append(one)
        return found

    def asked(self, columns: Sequence[str], place: Place, formats: Mapping[str, NumberFormat]) -> DeclaredColumns:
        """Return the declared types and formats of columns."""
        categorical, numeric = (frozenset(self.resolved(what, columns, place)) for what in ("categorical", "numeric"))
        if both := sorted(categorical & numeric):
            raise DataError(f"{named(both)} of {place.name} cannot be both categorical and numeric")
        return DeclaredColumns(categorical, numeric, self.decimal, self.thousands, formats)


def records_of(
    frame: pd.DataFrame,
    place: Place,
    roles: Mapping[str, Any],
    column_options: ColumnOptions,
    origin: Provenance,
    formats: Mapping[str, NumberFormat],
) -> Records:
    """Make records of a frame: separate features from other roles, and infer each feature's type.

    Raises
    ------
    DataError
        As :func:`trasunto.data.read_records` does.
    """
    columns = list(frame.columns)
    found = {role: _role(frame, role, given, place) for role, given in roles.items()}
    taken = {role: str(column.name) for role, column in found.items() if column is not None and column.name in columns}
    for role, column in taken.items():
        others = [other for other, also in taken.items() if also == column and other != role]
        if others:
            raise DataError(f"column '{column}' of {place.name} cannot be both {role} and {others[0]}")
    aside = {*column_options.resolved("drop", columns, place), *taken.values()}
    kept = [column for column in columns if column not in aside]
    if not kept:
        raise DataError(
            f"no column of {place.name} is left to be a feature: {named(columns)} are dropped or not features"
        )
    asked = column_options.asked(columns, place, formats)
    numbers = _numbers(frame, [column for column in kept if column.strip()], asked)
    ready = {*numbers.columns}
    settled = {c: settle(frame[c], place, asked) for c in kept if c.strip() and c not in ready}
    unserving = [LeftOut(column, UNNAMED) for column in kept if not column.strip()]
    unserving += [LeftOut(column, one.why) for column, one in settled.items() if one.values is None]
    rest = {column: one.values for column, one in settled.items() if one.values is not None}
    features = _joined(numbers, rest, [column for column in kept if column in ready or column in rest])
    meant = asked.numeric | asked.categorical
    known = [LeftOut(column, IDENTIFIER) for column in identifiers(frame[list(features)]) if column not in meant]
    if (unserving and not column_options.drop_unusable) or not len(features.columns):
        unfit = [*known, *of_too_many_texts(features), *useless(features)]
        raise cannot_serve([*unserving, *unfit], columns, place)
    values = {role: None if column is None else ROLES[role](column, place) for role, column in found.items()}
    forms = {column: one.form for column, one in settled.items() if one.form is not None}
    return Records(
        features,
        values["label"],
        values["weight"],
        values["group"],
        values["time"],
        origin,
        place,
        unusable=(*unserving, *known),
        drop_unusable=bool(column_options.drop_unusable),
        found=tuple(columns),
        formats=forms,
        truths=frozenset(column for column, one in settled.items() if one.truth),
        remarks=tuple(format_remark(column, form) for column, form in forms.items()),
    )


def _numbers(frame: pd.DataFrame, columns: Sequence[str], asked: DeclaredColumns) -> pd.DataFrame:
    """Return the columns of numeric dtype and finite values as float64: they need no type inference."""
    dtypes = frame.dtypes.to_dict()
    plain = [column for column in columns if is_plain_number(dtypes[column])]
    plain = [column for column in plain if column not in asked.categorical]
    at_once = max(VALUES_AT_ONCE // max(len(frame), 1), 1)
    finite: list[str] = []
    for first in range(0, len(plain), at_once):
        some = plain[first : first + at_once]
        infinite = np.isinf(frame[some].to_numpy(dtype=np.float64)).any(axis=0)
        finite += [column for column, bad in zip(some, infinite, strict=True) if not bad]
    return frame[finite].astype(np.float64)


def _joined(numbers: pd.DataFrame, others: Mapping[str, pd.Series], order: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    if not others:
        return numbers
    return pd.concat([numbers, pd.DataFrame(dict(others), index=numbers.index)], axis="columns")[list(order)]


def _role(frame: pd.DataFrame, role: str, given: Any, place: Place) -> pd.Series | None:
    """Return a role's column, or the values given for it."""
    import pandas as pd

    if given is None:
        return None
    if isinstance(given, str | int):
        if str(given) not in frame.columns:
            raise no_column(str(given), list(frame.columns), role, place)
        return frame[str(given)]
    values = pd.Series(np.asarray(given).reshape(-1) if not isinstance(given, pd.Series) else given.to_numpy())
    if len(values) != len(frame):
        raise DataError(f"{place.name} has {len(frame)} rows and {len(values)} values of {role}; one a row is needed")
    return values.rename(f"({role})")
