"""What Arrow finds wrong with a file, in the words of this project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from trasunto.data.columns import named
from trasunto.data.dialect import ONE_BYTE, Dialect
from trasunto.errors import DataError


def refuse_names_twice(names: Iterable[str], name: str) -> None:
    """Refuse columns of the same name.

    Raises
    ------
    DataError
        If there are some.
    """
    counts = Counter(names)
    twice = [column for column, count in counts.items() if count > 1]
    if twice:
        raise DataError(f"{name} has more than one {named(twice)}; every column needs a name of its own")


def needs_longer_blocks(fault: Exception) -> bool:
    """Say whether Arrow found a row that is longer than what it reads at once."""
    return "straddling object" in str(fault) or "cannot infer number of columns" in str(fault)


def reason_of(fault: Exception, dialect: Dialect | None = None) -> str:
    """Return what Arrow found, in one line."""
    said = re.sub(r"^CSV parse error: ", "", str(fault).partition("\n")[0]).rstrip(".")
    if isinstance(fault, UnicodeDecodeError) or "invalid UTF8" in said:
        encoding = "utf-8" if dialect is None else dialect.written.encoding
        return f"it is not written in UTF-8, {ONE_BYTE}" if encoding == "utf-8" else f"it is no {encoding}: {said}"
    if dialect is None:
        return said or type(fault).__name__
    # Arrow counts as we do: its row 1 is the first line.
    counting = dialect.counting
    return re.sub(r"Row #(\d+): (Expected)", rf"row \1, where {counting}: expected", said) or type(fault).__name__
