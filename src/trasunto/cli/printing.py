"""Output of commands: sentences, tables, costs, and one JSON document for machines."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trasunto.errors import TrasuntoWarning
from trasunto.wording import amount, byte_size, duration, legible, number, value

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.cohort.cost import Cost

UNFETCHED = (
    "some compiled programs cannot be read from their folder or kept there, and are compiled anew; where this is said "
    "again, delete that folder (docs/scaling.md says which it is)"
)

WIDE = 240
"""Characters a line may have where no terminal says how wide it is."""


def say(*lines: str) -> None:
    """Print lines as they are, but for characters that would command the terminal: they may come from data."""
    for line in lines:
        typer.echo(legible(line))


def complain(sentence: str) -> None:
    """Print a sentence on stderr about something that went wrong while the rest goes on."""
    typer.echo(legible(f"trasunto: {sentence}"), err=True)


@contextmanager
def warnings_as_sentences() -> Iterator[None]:
    """Print each of our own warnings on stderr, once; those of other packages go their way.

    JAX warns for every program that it cannot fetch or keep: that is said once, with what to do.
    """
    told: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", TrasuntoWarning)
        otherwise = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            said = UNFETCHED if "persistent compilation cache" in str(message) else str(message)
            if said != UNFETCHED and not issubclass(category, TrasuntoWarning):
                otherwise(message, category, *where, **more)
            elif said not in told:
                told.add(said)
                complain(said)

        warnings.showwarning = show
        yield


def note(sentences: Iterable[str]) -> None:
    """Print sentences on stderr about what was made of the rows, each once."""
    for sentence in dict.fromkeys(sentences):
        typer.echo(legible(sentence), err=True)


def print_json(document: Any) -> None:
    """Print one strict JSON document; dataclasses become objects, and what is not finite becomes a string."""
    from trasunto.report.facts import plain

    typer.echo(json.dumps(plain(document), indent=1, ensure_ascii=False, allow_nan=False))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()) -> None:
    """Print rows under their heads; those of `right` are aligned there, as numbers are read."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(Text(head), justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(legible(cell)) for cell in row))  # Text: brackets in a cell are no markup
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def print_members(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Print some columns of a table of members, numbers to the right."""

    def cell(content: Any) -> str:
        if isinstance(content, str | bool):
            return value(content) or "none"  # an empty word is the choice of nothing
        return number(content) if isinstance(content, int | float) else str(content)

    rows = [[cell(content) for content in row] for row in frame[list(columns)].astype(object).itertuples(index=False)]
    numbers = [name for name in columns if frame[name].dtype.kind in "iuf"]
    print_table(columns, rows, right=numbers)


def print_cost(cost: Cost, store: Path, as_json: bool) -> None:
    """Print what a dry run found."""
    if as_json:
        print_json(
            {
                "members": cost.members,
                "programs": cost.programs,
                "programs_to_compile": cost.anew,
                "network_epochs": cost.epochs,
                "minutes": cost.seconds / 60,
                "memory_bytes": cost.memory,
                "disk_bytes": cost.disk,
                "store": str(store),
            }
        )
        return
    if not cost.members:
        say(f"nothing is left to train: {store} holds it all")
        return
    say(
        f"to train: {amount(cost.members, 'member')} in {amount(cost.programs, 'program')}, "
        f"{amount(cost.epochs, 'network-epoch')}",
        f"time:     about {duration(cost.seconds)}",
        f"memory:   about {byte_size(cost.memory)}",
        f"disk:     about {byte_size(cost.disk)} in {store}",
    )
