"""Arrow's parse errors, translated into this project's sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from trasunto.data.columns import named
from trasunto.data.dialect import ONE_BYTE, Dialect
from trasunto.errors import DataError


def refuse_names_twice(names: Iterable[str], name: str) -> None:
    """Refuse duplicate column names with a `DataError`."""
    counts = Counter(names)
    twice = [column for column, count in counts.items() if count > 1]
    if twice:
        raise DataError(f"{name} has more than one {named(twice)}; every column needs a name of its own")


def needs_longer_blocks(fault: Exception) -> bool:
    """Say whether Arrow failed because a row is longer than its block."""
    return "straddling object" in str(fault) or "cannot infer number of columns" in str(fault)


def reason_of(fault: Exception, dialect: Dialect | None = None) -> str:
    """Return Arrow's reason in one line."""
    said = re.sub(r"^CSV parse error: ", "", str(fault).partition("\n")[0]).rstrip(".")
    if isinstance(fault, UnicodeDecodeError) or "invalid UTF8" in said:
        encoding = "utf-8" if dialect is None else dialect.written.encoding
        return f"it is not UTF-8, {ONE_BYTE}" if encoding == "utf-8" else f"it is no {encoding}: {said}"
    if dialect is None:
        return said or type(fault).__name__
    # Arrow counts rows as we do: row 1 is the first line.
    counting = dialect.counting
    return re.sub(r"Row #(\d+): (Expected)", rf"row \1, where {counting}: expected", said) or type(fault).__name__
