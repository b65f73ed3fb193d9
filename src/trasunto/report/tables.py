"""A study's facts as tables, as far as a reader gains from them; the rest stays in ``facts.json`` and is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ROWS = 40
"""Longest table on a page: 361 cells are looked at in a figure, and computed with from facts.json."""

_LISTED = 12
"""Longest list that is still read as one value."""


@dataclass(frozen=True)
class FactTable:
    """A title, column names and rows of single values; in `pairs`, the first of each row is a fact's name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    pairs: bool = False


def tabulate(facts: Mapping[str, Any]) -> tuple[tuple[FactTable, ...], tuple[str, ...]]:
    """Return the tables of `facts` (plain values), and the names of those facts that no table could hold.

    Single values share the first table. A list of records, a record, and a record of equally long columns each become
    a table of their own.
    """
    singles = tuple((name, fact) for name, fact in facts.items() if _is_single(fact))
    tables = [FactTable("", ("fact", "value"), singles, pairs=True)] if singles else []
    left_out = []
    for name, fact in facts.items():
        if _is_single(fact):
            continue
        table = _table(name, fact)
        if table:
            tables.append(table)
        else:
            left_out.append(name)
    return tuple(tables), tuple(left_out)


def _table(name: str, fact: Any) -> FactTable | None:
    if isinstance(fact, list):
        return _of_records(name, fact)
    if all(_is_single(entry) for entry in fact.values()):
        return FactTable(name, ("", "value"), tuple(fact.items()), pairs=True) if len(fact) <= _ROWS else None
    if all(isinstance(entry, dict) for entry in fact.values()):
        return _of_records(name, [{"": key} | entry for key, entry in fact.items()])
    return _of_columns(name, fact)


def _of_records(name: str, records: list[Any]) -> FactTable | None:
    if len(records) > _ROWS or not all(isinstance(record, dict) for record in records):
        return None
    columns = tuple(records[0])
    if any(tuple(record) != columns or not all(map(_is_single, record.values())) for record in records):
        return None
    return FactTable(name, columns, tuple(tuple(record.values()) for record in records))


def _of_columns(name: str, columns: Mapping[str, Any]) -> FactTable | None:
    lengths = {len(column) if isinstance(column, list) else -1 for column in columns.values()}
    if len(lengths) != 1 or not 0 < min(lengths) <= _ROWS or not all(map(_is_single, _entries(columns))):
        return None
    return FactTable(name, tuple(columns), tuple(zip(*columns.values(), strict=True)))


def _entries(columns: Mapping[str, list[Any]]) -> Iterator[Any]:
    for column in columns.values():
        yield from column


def _is_single(fact: Any) -> bool:
    """Whether `fact` fits into one cell: a scalar, or a short list of scalars."""
    if isinstance(fact, list):
        return len(fact) <= _LISTED and not any(isinstance(entry, list | dict) for entry in fact)
    return not isinstance(fact, dict)
