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
        context.obj.debug = bool(asked)
    return asked


def _place(on: str | None) -> str | None:
    from trasunto.cluster import legal

    return None if on is None else legal(on)


def examples(*commands: str, at_end: str = "") -> str:
    """Return the end of a command's help: what one may type."""
    lines = ["\b", "Examples:", *(f"  {command}" for command in commands)]
    return "\n".join([*lines, "", at_end] if at_end else lines)


ROWS = "Rows: a name of `trasunto data list`; .csv, .tsv, .parquet, .npz, .npy or IDX; a folder, or 'rows/*.csv'."

Data = Annotated[str, typer.Option(metavar="NAME|PATH", help=ROWS)]
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether the first row of a file of text holds the columns' names; without, they are called x0, x1, ...",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="WORD",
        help="How a file of text is encoded, such as latin-1 or cp1252  [default: utf-8, or utf-16 if the file tells]",
    ),
]
Store = Annotated[
    Path, typer.Option(metavar="DIR", help="Folder that keeps what is trained; what it holds is not trained again.")
]
On = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        callback=_place,
        help="Train elsewhere: local:N (so many processes), ray or ray:ADDRESS (a Ray cluster).",
    ),
]
Log = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TOOL[:PLACE]",
        help="Write curves for another tool too: mlflow[:URI] or tensorboard[:FOLDER]; repeat it for both.",
    ),
]
NoRows = Annotated[
    bool,
    typer.Option("--no-rows", help="Leave out of the report all in which rows of the data can be recognised."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what it would take (time, memory, disk) and train nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_remember, is_eager=True, help="Show a traceback when something goes wrong."),
]
