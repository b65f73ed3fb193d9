"""``trasunto report``: the page of a report, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trasunto.cli.options import Json, NoRows, examples
from trasunto.cli.printing import print_json, say
from trasunto.errors import TrasuntoError

EXAMPLES = examples(
    "trasunto report out",
    "trasunto report out --out reproduction.html",
    "trasunto report out --no-rows --out to-pass-on.html",
)


def report(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder with facts.json and figures/.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the page alone, to this file  [default: all of the report, in FOLDER]"
        ),
    ] = None,
    no_rows: NoRows = False,
    as_json: Json = False,
) -> None:
    """Make a report's page again.

    It is made from facts.json and the figures beside it; nothing is trained.
    """
    from trasunto.report import load_facts, without_rows, write_page, write_report

    if no_rows and out is None:
        raise TrasuntoError(f"--no-rows needs --out, a page of its own: what is in '{folder}' stays as it is")
    kept = load_facts(folder)
    if no_rows:
        kept = without_rows(kept)
    page = write_report(folder, kept) if out is None else write_page(out, kept)
    print_json({"report": str(page)}) if as_json else say(str(page))
