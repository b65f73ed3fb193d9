"""The options that say how columns become rows, as :func:`trasunto.api.rows.find_rows` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trasunto.cli.values import read

NAMES = {
    "label": "label",
    "drop": "drop",
    "weight": "weight",
    "group": "group",
    "time_column": "time",
    "scaling": "scaling",
    "missing": "missing",
    "normal": "normal",
    "split": "split",
    "test_share": "test",
    "split_seed": "seed",
}
"""What each option of the command line is called in Python."""


def table_options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of columns among a command's parameters, as far as they were typed, as values.

    Raises
    ------
    TrasuntoError
        One that must be a number is none.

    Examples
    --------
    >>> table_options({"label": "Class", "drop": ["Time,Amount"], "test_share": "0.25", "split": None, "epochs": "3"})
    {'label': 'Class', 'drop': ('Time', 'Amount'), 'test': 0.25}
    """
    return {name: _value(option, parameters[option]) for option, name in NAMES.items() if parameters.get(option)}


def table_words(options: Mapping[str, Any]) -> list[str]:
    """Return what to type for these options: what `table_options` reads back.

    Examples
    --------
    >>> table_words({"label": "Class", "drop": ("Time", "Amount"), "test": 0.25})
    ['--label', 'Class', '--drop', 'Time,Amount', '--test-share', '0.25']
    """
    options_of = {name: option.replace("_", "-") for option, name in NAMES.items()}
    texts = {name: ",".join(given) if isinstance(given, tuple) else str(given) for name, given in options.items()}
    return [word for name, text in texts.items() for word in (f"--{options_of[name]}", text)]


def _value(option: str, typed: Any) -> Any:
    if option == "drop":
        return tuple(column.strip() for text in typed for column in text.split(",") if column.strip())
    if option == "test_share":
        return read("--test-share", typed, float)
    return read("--split-seed", typed, int) if option == "split_seed" else typed
