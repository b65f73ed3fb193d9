"""What can be asked of columns while a table is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypedDict

from trasunto.data.dialect import Layout
from trasunto.data.features import Wishes
from trasunto.data.reading import read_with_test
from trasunto.data.records import TEST_SHARE
from trasunto.data.sampling import Drawing
from trasunto.data.table import Provenance, Table
from trasunto.errors import DataError, one_of

ROLES = ("label", "weight", "group", "time")
LAYOUT = ("header", "encoding")
WISHES = tuple(field.name for field in fields(Wishes))


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
    """Refuse an option that there is not.

    Raises
    ------
    DataError
        With the nearest one.
    """
    for name in options:
        if name not in NAMES:
            raise one_of("option", name, (*NAMES, "test"), DataError)


def layout_of(options: Mapping[str, Any]) -> Layout:
    """Return what the options say of files of text.

    Raises
    ------
    DataError
        If it is not known.
    """
    return Layout(**{name: options[name] for name in LAYOUT if name in options})


def drawing_of(options: Mapping[str, Any]) -> Drawing:
    """Return how many rows the options ask for; the seed of the split is that of the draw.

    Raises
    ------
    DataError
        They are no number.
    """
    return Drawing(options.get("rows"), options.get("seed", 0))


def beside_drawing(options: Mapping[str, Any]) -> list[str]:
    """Return the options that say more than how many rows are drawn, and with which seed.

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
        What :func:`trasunto.data.read_records` reads.
    options
        Those given.
    test
        The share to test on, or other rows of the same columns, or None for what there is: test rows that come with
        `rows`, or the usual share.
    origin
        Where the rows come from, as far as it is known.

    Raises
    ------
    DataError
        If the columns cannot be read, split or prepared so.
    """
    roles = {role: options.get(role) for role in ROLES}
    settings: dict[str, Any] = {
        name: given for name, given in options.items() if name not in (*ROLES, *LAYOUT, *WISHES, "rows")
    }
    wishes = Wishes(**{name: given for name, given in options.items() if name in WISHES})
    layout = layout_of(options)
    records, own_test = read_with_test(rows, roles, wishes, origin, layout, drawing=drawing_of(options))
    if test is None:
        test = TEST_SHARE if own_test is None else own_test
    elif not isinstance(test, int | float):
        test = read_with_test(test, roles, wishes, Provenance("", "", ""), layout, records.formats)[0]
    return records.table(test=test, **settings)
