"""``trasunto data``: which rows there are, and what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasunto.cli.option_groups import App
from trasunto.cli.options import ROWS, Json, examples
from trasunto.cli.printing import print_json, print_table, say
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.errors import TrasuntoError
from trasunto.wording import amount, number

if TYPE_CHECKING:
    from trasunto.api.rows import Description
    from trasunto.data import Entry
    from trasunto.studies.images import RowImage

MANY = 20
"""Labels that are written out; of more, their number is."""

LIST_EXAMPLES = examples("trasunto data list", "trasunto data list --json")
SHOW_EXAMPLES = examples(
    "trasunto data show mnist",
    "trasunto data show mnist --index train:485 --out eight.png",
    "trasunto data show folder-of-idx-files --json",
    "trasunto data show cards.csv --label Class --drop Time --normal 0",
)

app = App(
    name="data",
    help="List the data sets there are, and show what is in one.",
    epilog=examples("trasunto data list", "trasunto data show mnist"),
    no_args_is_help=False,
)


@app.command("list", epilog=LIST_EXAMPLES)
def list_(as_json: Json = False) -> None:
    """List the data sets that have a name."""
    from trasunto.data import catalogue, where_files_go

    entries = catalogue()
    if as_json:
        print_json(
            [{"name": entry.name, "present": entry.present, "place": entry.place} | _told(entry) for entry in entries]
        )
        return
    rows = [
        (entry.name, entry.description, entry.licence, "here" if entry.present else f"fetch it from {entry.source}")
        for entry in entries
    ]
    print_table(("name", "rows", "licence", "where"), rows)
    say(where_files_go())


@app.command(epilog=SHOW_EXAMPLES)
@takes_columns
def show(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME|PATH",
            help=ROWS,
            show_default=False,
        ),
    ],
    index: Annotated[
        str | None,
        typer.Option(metavar="[SPLIT:]NUMBER", help="An image, counted from 0: 485 or train:485, or test:485."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Where that image is written, as a picture of its own size.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is in a data set.

    Rows, labels, where they come from, their licence and their checksum; the columns of a table, and which values are
    missing; one image of it as a picture, if asked for.
    """
    from trasunto.api.rows import describe_rows, find_rows, save_picture

    if (index is None) != (out is None):
        raise TrasuntoError("--index and --out belong together: which image, and the file to write it to")
    table = find_rows(source, **table_options(context.params))
    picture = save_picture(table, _row(index), out) if index is not None and out is not None else None
    description = describe_rows(table)
    if as_json:
        print_json({"data": description, "picture": None if picture is None else str(picture)})
        return
    say(*_lines(description))
    if picture is not None:
        say(str(picture))


def _told(entry: Entry) -> dict[str, str]:
    return {"description": entry.description, "source": entry.source, "licence": entry.licence}


def _row(text: str) -> RowImage:
    from trasunto.studies.images import RowImage

    split, _, number = text.rpartition(":")
    if split not in ("", "train", "test") or not number.isdecimal():
        raise TrasuntoError(f"--index '{text}' is no row: write its number from 0 on, as in train:485 or test:485")
    return RowImage("test" if split == "test" else "train", int(number))


def _lines(told: Description) -> list[str]:
    size = "" if told.image_shape is None else " ({} x {} pixels)".format(*told.image_shape)
    origin = told.provenance
    apart = f", {told.anomalies:,} apart" if told.anomalies else ""
    return [
        f"name:         {origin.name}",
        f"rows:         {told.rows:,} to train on, {told.test_rows:,} to test on{apart}",
        f"features:     {amount(told.features, 'feature')}{size}, stored as {told.stored_as}",
        *_column_lines(told),
        f"values:       {number(told.lowest)} to {number(told.highest)}, as networks see them",
        f"labels:       {_labels(told.labels)}",
        f"test labels:  {_labels(told.test_labels)}",
        *([f"apart:        {_labels(told.anomaly_labels)}"] if told.anomalies else []),
        f"path:         {origin.path or 'none'}",
        f"source:       {origin.source or 'not known'}",
        f"licence:      {origin.licence or 'not known'}",
        f"sha-256:      {origin.sha256}  (of the training rows)",
        *(f"remark:       {remark}" for remark in told.remarks),
    ]


def _column_lines(told: Description) -> list[str]:
    """Say what the raw columns hold, and how many training rows lack a value."""
    if not told.columns:
        return []
    words = [column for column in told.columns if column.categories is not None]
    coded = f" of categories ({', '.join(f'{column.name}: {column.categories}' for column in words)})"
    dates = sum(column.kind == "date" for column in told.columns)
    kinds = [
        f"{len(told.columns) - len(words) - dates:,} of numbers",
        *([f"{amount(dates, 'part')} of dates"] if dates else []),
        f"{len(words):,}{coded if words else ' of categories'}",
    ]
    lacking = [f"{column.name}: {column.missing:,}" for column in told.columns if column.missing]
    weighted = ", rows are weighted" if told.weighted else ""
    return [
        f"columns:      {amount(len(told.columns), 'column')}, {', '.join(kinds[:-1])} and {kinds[-1]}{weighted}",
        f"missing:      {', '.join(lacking) or 'nothing'}",
    ]


def _labels(counts: dict[str, int] | None) -> str:
    if counts is None:
        return "none"
    if len(counts) > MANY:
        return f"{len(counts):,} different ones"
    return ", ".join(f"{label}: {count:,}" for label, count in counts.items())
