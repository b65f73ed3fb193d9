"""The options that say how columns become rows, as :func:`trasunto.api.rows.find_rows` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trasunto.cli import options
from trasunto.cli.option_groups import takes
from trasunto.cli.values import read

OPTIONS: dict[str, Any] = {
    "label": options.Label,
    "normal": options.Normal,
    "drop": options.Drop,
    "header": options.Header,
    "encoding": options.Encoding,
    "drop_unusable": options.DropUnusable,
    "categorical": options.Categorical,
    "numeric": options.Numeric,
    "decimal": options.Decimal,
    "thousands": options.Thousands,
    "rows": options.Rows,
    "weight": options.Weight,
    "group": options.Group,
    "time_column": options.TimeColumn,
    "scaling": options.Scaling,
    "missing": options.Missing,
    "split": options.Split,
    "test_share": options.TestShare,
    "split_seed": options.SplitSeed,
}
"""What a command takes that reads columns, as typer declares it."""

NAMES = {name: name for name in OPTIONS} | {"time_column": "time", "test_share": "test", "split_seed": "seed"}
"""What each option of the command line is called in Python."""


takes_columns = takes("Columns", lambda: OPTIONS)


def table_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of columns among a command's parameters, as far as they were typed, as values.

    Raises
    ------
    TrasuntoError
        One that must be a number is none.

    Examples
    --------
    >>> table_options({"label": "Class", "drop": ["Time,Amount"], "test_share": "0.25", "split": None, "epochs": "3"})
    {'label': 'Class', 'drop': ('Time,Amount',), 'test': 0.25}
    """
    given = {
        option: parameters[option] for option in NAMES if parameters.get(option) or parameters.get(option) is False
    }
    return {NAMES[option]: _value(option, value) for option, value in given.items()}


def table_words(options: Mapping[str, Any]) -> list[str]:
    """Return what to type for these options: what `table_options` reads back.

    Examples
    --------
    >>> table_words({"label": "Class", "drop": ("Time,Amount", "id"), "drop_unusable": True, "test": 0.25})
    ['--label', 'Class', '--drop', 'Time,Amount', '--drop', 'id', '--drop-unusable', '--test-share', '0.25']
    """
    options_of = {name: option.replace("_", "-") for option, name in NAMES.items()}
    words: list[str] = []
    for name, given in options.items():
        if isinstance(given, bool):
            words.append(f"--{'' if given else 'no-'}{options_of[name]}")
        else:
            values = given if isinstance(given, tuple) else (given,)
            words += [word for value in values for word in (f"--{options_of[name]}", str(value))]
    return words


def _value(option: str, typed: Any) -> Any:
    if isinstance(typed, list):
        return tuple(typed)
    if option == "rows":
        return int(typed) if typed.isascii() and typed.lstrip("-").isdecimal() else typed
    if option == "test_share":
        return read("--test-share", typed, float)
    return read("--split-seed", typed, int) if option == "split_seed" else typed
