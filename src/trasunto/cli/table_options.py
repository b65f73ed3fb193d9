"""The options that say how columns become rows, as :func:`trasunto.api.rows.find_rows` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from trasunto.cli import options
from trasunto.cli.option_groups import takes
from trasunto.cli.values import read


def _text(metavar: str, help: str) -> Any:
    return Annotated[str | None, typer.Option(metavar=metavar, help=help)]


def _texts(help: str) -> Any:
    return Annotated[list[str] | None, typer.Option(metavar="COLUMN,...", help=help)]


OPTIONS: dict[str, Any] = {
    "label": _text("COLUMN", "The column of labels; it is no feature."),
    "normal": _text("LABEL", "The label of normal rows: only they are trained and tested on, others are set apart."),
    "drop": _texts(
        "Columns to leave out; repeat it for others. A column whose name holds a comma is named alone; '' names the "
        "column without a name."
    ),
    "header": options.Header,
    "encoding": options.Encoding,
    "drop_unusable": Annotated[
        bool | None,
        typer.Option(
            "--drop-unusable",
            help="Leave out columns that cannot serve: empty, constant, identifiers, without a name, texts all "
            "different.",
        ),
    ],
    "categorical": _texts("Columns of categories that look like numbers, as postal codes do; repeat it for others."),
    "numeric": _texts("Columns of numbers that look like categories or identifiers; repeat it for others."),
    "decimal": _text("MARK", "The decimal mark where numbers can be read in two ways: point or comma."),
    "thousands": _text(
        "MARK",
        "The mark between thousands where numbers can be read in two ways: comma, point, space or apostrophe.",
    ),
    "rows": _text("N|fit", "Draw so many rows at random, by --split-seed, or as many as fit into memory."),
    "weight": _text("COLUMN", "The column of row weights, above 0."),
    "group": _text("COLUMN", "The column of groups that --split group keeps together."),
    "time_column": _text("COLUMN", "The column of times that --split time goes by."),
    "scaling": _text("WORD", "How columns are scaled: standard, minmax, robust, none  [default: standard]"),
    "missing": _text("WORD", "For missing values: median, mean, most_frequent, or refuse them  [default: median]"),
    "split": _text("WORD", "Which rows are tested on: random, stratified, group, time, last  [default: random]"),
    "test_share": _text("SHARE", "The share of rows to test on, 0 to below 1  [default: 0.2]"),
    "split_seed": _text("N", "The seed of that, and of --rows  [default: 0]"),
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


def _value(option: str, typed: Any) -> Any:
    if isinstance(typed, list):
        return tuple(typed)
    if option == "rows":
        return int(typed) if typed.isascii() and typed.lstrip("-").isdecimal() else typed
    if option == "test_share":
        return read("--test-share", typed, float)
    return read("--split-seed", typed, int) if option == "split_seed" else typed
