"""Options that several commands share, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer


@dataclass
class Session:
    """What is known of one call of the program, whatever becomes of it."""

    debug: bool = False


def _remember(context: typer.Context, asked: bool) -> bool:
    if isinstance(context.obj, Session):
        context.obj.debug = asked
    return asked


def examples(*commands: str, at_end: str = "") -> str:
    """Return the end of a command's help: what one may type."""
    lines = ["\b", "Examples:", *(f"  {command}" for command in commands)]
    return "\n".join([*lines, "", at_end] if at_end else lines)


Data = Annotated[
    str,
    typer.Option(
        metavar="NAME|PATH",
        help="Rows: a name of `trasunto data list`, a folder of IDX files, or an IDX, .npz or .npy file.",
    ),
]
Store = Annotated[
    Path, typer.Option(metavar="DIR", help="Folder that keeps what is trained; what it holds is not trained again.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what it would take (time, memory, disk) and train nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_remember, is_eager=True, help="Show a traceback when something goes wrong."),
]
