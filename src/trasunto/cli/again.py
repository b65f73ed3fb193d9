"""The command that gives the same again, as reports record it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    from trasunto.data import Table

LEFT_OUT = ("out", "store", "on", "log", "dry_run", "as_json", "debug")
"""Parameters that say where something goes, and nothing of what it is."""


def command_again(context: typer.Context, table: Table | None, *also: str) -> str:
    """Return what to type to get the same again.

    Parameters
    ----------
    table
        Its rows, where the command says how many to draw: as many as fit are then a number.
    also
        Parameters that belong to the command, of those that are left out elsewhere.
    """
    from trasunto.api.sampled_rows import as_drawn

    words = ["trasunto", str(context.command.name)]
    given = context.params if table is None else as_drawn(context.params, table)
    for parameter in context.command.params:
        name = str(parameter.name)
        typed = given.get(name)
        if typed in (None, [], ()) or typed == parameter.default or (name in LEFT_OUT and name not in also):
            continue
        option = [] if parameter.param_type_name == "argument" else [parameter.opts[0]]
        if isinstance(typed, bool):
            words += option if typed else parameter.secondary_opts[:1]
        else:
            values = typed if isinstance(typed, list | tuple) else [typed]
            words += [word for value in values for word in (*option, str(value))]
    return shlex.join(words)
