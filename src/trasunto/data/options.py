"""Options of reading columns into a table, and their use by one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypedDict

from trasunto.data.dialect import Layout
from trasunto.data.features import ColumnOptions
from trasunto.data.reading import read_with_test
from trasunto.data.records import TEST_SHARE
from trasunto.data.sampling import Drawing
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError, one_of

ROLES = ("label", "weight", "group", "time")
LAYOUT = ("header", "encoding")
COLUMN_OPTIONS = tuple(field.name for field in fields(ColumnOptions))


class TableOptions(TypedDict, total=False):
    """The options of :func:`trasunto.data.read_records` and of :meth:`trasunto.data.Records.table`."""

    label: Any
    drop: Sequence[str] | str
    header: bool
    encoding: str
    weight: Any
    group: Any
    time: Any
    categorical: Sequence[str] | str
    numeric: Sequence[str] | str
    decimal: str
    thousands: str
    drop_unusable: bool
    scaling: str
    missing: str
    split: str
    normal: Any
    rows: int | str
    seed: int


NAMES = tuple(TableOptions.__annotations__)


def refuse_unknown(options: Mapping[str, Any]) -> None:
    """Refuse unknown options with a `DataError` that names the nearest one."""
    for name in options:
        if name not in NAMES:
            raise one_of("option", name, (*NAMES, "test"), DataError)


def layout_of(options: Mapping[str, Any]) -> Layout:
    """Return the options of text files, header and encoding; an invalid one raises a `DataError`."""
    return Layout(**{name: options[name] for name in LAYOUT if name in options})


def drawing_of(options: Mapping[str, Any]) -> Drawing:
    """Return the requested sample of rows, seeded as the split is; invalid numbers raise a `DataError`."""
    return Drawing(options.get("rows"), options.get("seed", 0))


def beside_drawing(options: Mapping[str, Any]) -> list[str]:
    """Return the options other than the size and seed of a sample.

    Examples
    --------
    >>> beside_drawing({"rows": 1000, "seed": 1}), beside_drawing({"seed": 1})
    ([], ['seed'])
    """
    drawing = ("rows",) if options.get("rows") is None else ("rows", "seed")
    return [name for name in options if name not in drawing]


def table_of(rows: Any, options: Mapping[str, Any], test: Any, origin: Provenance) -> Table:
    """Read columns and make a table of them.

    Parameters
    ----------
    rows
        Rows as for :func:`trasunto.data.read_records`.
    options
        The options given.
    test
        Share to test on, or other rows of the same columns, or None for the test rows of `rows` or the default share.
    origin
        Origin of the rows, as far as known.

    Raises
    ------
    DataError
        If the columns cannot be read, split or prepared so.
    """
    roles = {role: options.get(role) for role in ROLES}
    settings: dict[str, Any] = {
        name: given for name, given in options.items() if name not in (*ROLES, *LAYOUT, *COLUMN_OPTIONS, "rows")
    }
    column_options = ColumnOptions(**{name: given for name, given in options.items() if name in COLUMN_OPTIONS})
    layout = layout_of(options)
    records, own_test = read_with_test(rows, roles, column_options, origin, layout, drawing=drawing_of(options))
    if test is None:
        test = TEST_SHARE if own_test is None else own_test
    elif not isinstance(test, int | float):
        test = read_with_test(test, roles, column_options, Provenance("", "", ""), layout, records.formats)[0]
    return records.table(test=test, **settings)
