"""``trasunto reproduce``: a whole paper, run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasunto.cli.options import DryRun, Json, Log, NoRows, On, Store, examples
from trasunto.cli.printing import complain, print_cost, print_json, say
from trasunto.cli.progress import progress
from trasunto.wording import duration

if TYPE_CHECKING:
    from trasunto.api.reproduction import Reproduction

EXAMPLES = examples(
    "trasunto reproduce mnist",
    "trasunto reproduce mnist --full --out paper",
    "trasunto reproduce mnist --part hidden-size --part demonstration",
    "trasunto reproduce mnist --full --dry-run",
    "trasunto reproduce fraud --path creditcard.csv",
)


def reproduce(
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="Which paper: mnist or fraud.", show_default=False)],
    full: Annotated[
        bool,
        typer.Option("--full", help="At the paper's size, tens of times the work; `--dry-run` says how long."),
    ] = False,
    part: Annotated[
        list[str] | None,
        typer.Option(metavar="STUDY", help="Only this study; repeat it for several (see trasunto study --list)."),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The paper's rows, where they are not found by themselves (fraud)."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for report.html, report.md, facts.json and figures/.")
    ] = Path("out"),
    store: Store = Path("runs"),
    no_rows: NoRows = False,
    on: On = None,
    log: Log = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run a paper's studies again and write the report.

    Called again, it goes on where it was stopped.
    """
    from trasunto.api.reproduction import price_of
    from trasunto.api.reproduction import reproduce as run_again
    from trasunto.api.writers import log_to

    if dry_run:
        print_cost(price_of(paper, full=full, store=store, parts=part, path=path), store, as_json)
        return
    with log_to(*(log or ()), complain=complain) as observe, progress() as watch:
        done = run_again(
            paper,
            full=full,
            out=out,
            store=store,
            parts=part,
            path=path,
            watch=watch,
            on=on,
            rows=not no_rows,
            observe=observe,
        )
    _print_json(paper, full, done) if as_json else _print(done)


def _print(done: Reproduction) -> None:
    say(*(f"{name}: {answer.verdict}" for name, answer in done.answers.items()))
    say(f"took {duration(done.seconds)}", str(done.page))


def _print_json(paper: str, full: bool, done: Reproduction) -> None:
    print_json(
        {
            "paper": paper,
            "full": full,
            "studies": [
                {
                    "study": name,
                    "verdict": answer.verdict,
                    "details": answer.details,
                    "comparisons": answer.comparisons,
                    "seconds": answer.findings.seconds,
                }
                for name, answer in done.answers.items()
            ],
            "seconds": done.seconds,
            "report": str(done.page),
        }
    )
