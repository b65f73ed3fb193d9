"""``trasunto sweep``: a search over designs, described in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.again import command_again
from trasunto.cli.options import DryRun, Json, Log, On, Store, examples
from trasunto.cli.printing import complain, note, print_cost, print_json, print_table, say
from trasunto.cli.progress import progress
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.cli.values import read, refuse_page
from trasunto.errors import TrasuntoError
from trasunto.wording import duration, interval, number

if TYPE_CHECKING:
    from trasunto.api.answer import Answer
    from trasunto.search.facts import Facts, Ranked

SHOWN = 10
"""Designs that are printed."""

EXAMPLES = examples(
    "trasunto sweep digits.toml --dry-run",
    "trasunto sweep digits.toml",
    "trasunto sweep digits.toml --networks 96",
    "trasunto sweep cards.toml --sampler random --data cards.csv --label Class --normal 0",
    at_end="What a file says is described in docs/search.md. The same command goes on where it was stopped.",
)


@takes_columns
def sweep(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What is searched, as TOML.", show_default=False)],
    data: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Rows, as for `trasunto train`  [default: the file's]")
    ] = None,
    networks: Annotated[
        str | None, typer.Option(metavar="N", help="Train at most so many networks, over all calls, seeds included.")
    ] = None,
    network_epochs: Annotated[
        str | None, typer.Option(metavar="N", help="Train at most so many epochs, over all networks and calls.")
    ] = None,
    minutes: Annotated[str | None, typer.Option(metavar="N", help="Train for at most so long, over all calls.")] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N", help="How many networks of each design.")] = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who proposes: grid, random, or a class of optuna.samplers.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Under which the search is kept  [default: the file's]")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the report and its figures  [default: out/NAME]")
    ] = None,
    store: Store = Path("runs"),
    on: On = None,
    log: Log = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Search for the best design: propose, train whole cohorts, measure, rank.

    A limit on the command line stands in place of the file's budget.
    """
    from trasunto.api.sweep import carry_out, describe, price, ready, rows_of
    from trasunto.api.writers import log_to
    from trasunto.report import prepare_folder

    refuse_page(out)
    columns = table_options(context.params)
    changes = _changes(networks, network_epochs, minutes, seeds, sampler, name) | _data(data, columns)
    asked = describe(file, changes)
    table = rows_of(asked, store)
    note(table.remarks)
    ready(asked.sweep, table, store)
    if dry_run:
        print_cost(price(asked.sweep, table, store), store, as_json)
        return
    folder = prepare_folder(out or Path("out") / asked.sweep.name)
    with log_to(*(log or ()), complain=complain) as observe, progress() as watch:
        answer = carry_out(asked.sweep, table, store=store, watch=watch, on=on, observe=observe)
    page = answer.report(folder, command_again(context, None if data is None else table))
    _print_json(answer, page) if as_json else _print(answer, page)


def _changes(
    networks: str | None,
    epochs: str | None,
    minutes: str | None,
    seeds: str | None,
    sampler: str | None,
    name: str | None,
) -> dict[str, Any]:
    typed = (
        ("networks", "--networks", networks, int),
        ("epochs", "--network-epochs", epochs, int),
        ("minutes", "--minutes", minutes, float),
    )
    budget = {key: read(option, text, kind) for key, option, text, kind in typed if text is not None}
    changes: dict[str, Any] = {"budget": budget} if budget else {}
    if seeds is not None:
        changes["seeds"] = read("--seeds", seeds, int)
    named = (("sampler", sampler), ("name", name))
    return changes | {key: text for key, text in named if text is not None}


def _data(data: str | None, columns: dict[str, Any]) -> dict[str, Any]:
    if data is None and columns:
        raise TrasuntoError(f"options of columns ({', '.join(columns)}) are for rows that --data names, beside it")
    return {} if data is None else {"data": {"source": data, **columns}}


def _print(answer: Answer, page: Path) -> None:
    facts: Facts = answer.facts
    say(answer.verdict, *answer.details)
    if facts.ranking:
        say("")
        measures = list(facts.measures)
        size = [] if "parameters" in measures else ["parameters"]
        shown = facts.ranking[:SHOWN]
        ended = ["status"] if len({"finished", *(one.status for one in shown)}) > 1 else []
        heads = ["rank", "trial", "design", *size, measures[0], "95 % interval", *measures[1:], *ended]
        rows = [[*_line(one, sized=not size), *([one.status] if ended else [])] for one in shown]
        print_table(heads, rows, right=("rank", "trial", "parameters", *measures))
        if len(facts.designs) > SHOWN:
            say(f"and {len(facts.designs) - SHOWN:,} more")
    say("", f"took {duration(answer.findings.seconds)}", str(page))


def _line(one: Ranked, *, sized: bool) -> list[str]:
    """Return the cells of a design; one whose size is among the measures is `sized` already."""
    size = [] if sized else [f"{one.parameters:,}"]
    scored = [number(one.mean), interval(one.low, one.high), *map(number, one.others)]
    return [one.rank, str(one.trial), one.design, *size, *scored]


def _print_json(answer: Answer, page: Path) -> None:
    print_json(
        {
            "sweep": answer.findings.study,
            "verdict": answer.verdict,
            "details": answer.details,
            "settings": answer.findings.settings,
            "facts": answer.facts,
            "seconds": answer.findings.seconds,
            "report": str(page),
        }
    )
