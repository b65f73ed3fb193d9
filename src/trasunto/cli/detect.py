"""``trasunto detect``: a detector of strange rows, as a file, with a report."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.again import command_again
from trasunto.cli.options import ROWS, DryRun, Json, Log, NoRows, On, Store, examples
from trasunto.cli.printing import complain, note, print_cost, print_json, print_table, say
from trasunto.cli.progress import progress
from trasunto.cli.recipe_options import chosen_fields, takes_recipe
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.cli.values import listed, read
from trasunto.errors import TrasuntoError
from trasunto.wording import number

if TYPE_CHECKING:
    from trasunto.api.detection import Detected
    from trasunto.models.goals import Goal
    from trasunto.spec import Recipe

SHOWN = 5

EXAMPLES = examples(
    "trasunto detect rows.csv --out rows.trasunto",
    "trasunto detect cards.parquet --label Class --normal 0 --drop Time --false-alarms 0.001 --out cards.trasunto",
    "trasunto detect cards.csv --label Class --normal 0 --from-labels --recall 0.9 --out cards.trasunto",
    "trasunto detect rows.csv --network '64 relu > [8 linear] > mirror > linear' --out rows.trasunto --dry-run",
    at_end="Then: trasunto score rows.trasunto new-rows.csv --out scores.parquet",
)


def _usual() -> Recipe:
    from trasunto.models import defaults

    return defaults.recipe(1)


@takes_recipe(_usual)
@takes_columns
def detect(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="NAME|PATH",
            help=ROWS,
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.trasunto", help="The new file that the detector is written to.", show_default=False),
    ],
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the report  [default: FILE-report]")
    ] = None,
    contamination: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="Flag this share of the training rows  [default: about 0.01 of later normal rows, by cross-fitting]",
        ),
    ] = None,
    false_alarms: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="Flag at most this share of normal rows to come, by conformal calibration."),
    ] = None,
    confidence: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="How sure --false-alarms shall be of this very threshold."),
    ] = None,
    from_labels: Annotated[
        bool, typer.Option("--from-labels", help="Set the threshold where it tells the labelled anomalies best (F1).")
    ] = False,
    recall: Annotated[
        str | None, typer.Option(metavar="SHARE", help="With --from-labels: find at least this share of the anomalies.")
    ] = None,
    costs: Annotated[
        str | None,
        typer.Option(metavar="ALARM,MISS", help="With --from-labels: what a false alarm and a missed anomaly cost."),
    ] = None,
    calibration: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Normal rows kept from training to set such thresholds  [default: 0.2]"),
    ] = None,
    score: Annotated[
        str | None, typer.Option(metavar="WORD", help="How rows are scored: mse, standardised, latent or mahalanobis.")
    ] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N", help="Networks, whose scores are averaged.")] = None,
    network: Annotated[
        str | None,
        typer.Option(metavar="NETWORK", help="Layers of the networks, as in `trasunto train`."),
    ] = None,
    no_rows: NoRows = False,
    store: Store = Path("runs"),
    on: On = None,
    log: Log = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Train a detector of strange rows.

    Writes one file, which `trasunto score` and `trasunto.open_model` take, and a report: how well it detects where
    labels are known, what its threshold promises, and why the strangest rows are strange. Its networks are kept in a
    store: what was interrupted is gone on with by the same command.
    """
    from trasunto.api.detection import make_detector, plan_detector, price_of_detector
    from trasunto.api.writers import log_to
    from trasunto.files import refuse_taken
    from trasunto.models.file import ENDING

    goal = _goal(contamination, false_alarms, confidence, from_labels, recall, costs)
    chosen: dict[str, Any] = {
        "seeds": None if seeds is None else read("--seeds", seeds, int),
        "score": score,
        "calibration": None if calibration is None else read("--calibration", calibration, float),
    }
    refuse_taken(out, (ENDING,))
    plan = plan_detector(
        source,
        threshold=goal,
        store=store,
        fields={**({} if network is None else {"network": network}), **chosen_fields(context.params)},
        **{name: value for name, value in chosen.items() if value is not None},
        **table_options(context.params),
    )
    note(plan.table.remarks)
    if dry_run:
        print_cost(price_of_detector(plan, store), store, as_json)
        return
    with log_to(*(log or ()), complain=complain) as observe, progress() as watch:
        made = make_detector(
            plan,
            out,
            report=report,
            store=store,
            on=on,
            watch=watch,
            command=command_again(context, plan.table, "out"),
            rows=not no_rows,
            observe=observe,
        )
    _print_json(made) if as_json else _print(made, source)


def _goal(
    contamination: str | None,
    false_alarms: str | None,
    confidence: str | None,
    from_labels: bool,
    recall: str | None,
    costs: str | None,
) -> Goal | None:
    """Return what the threshold shall do, None where nothing was said."""
    from trasunto.models.goals import Goal

    ways = {"--contamination": contamination, "--false-alarms": false_alarms, "--from-labels": from_labels or None}
    named = [option for option, typed in ways.items() if typed is not None]
    if len(named) > 1:
        raise TrasuntoError(f"{' and '.join(named)} are different thresholds: name one of them")
    if confidence is not None and false_alarms is None:
        raise TrasuntoError("--confidence belongs to --false-alarms")
    if (recall is not None or costs is not None) and not from_labels:
        raise TrasuntoError("--recall and --costs belong to --from-labels")
    if contamination is not None:
        return Goal("contamination", read("--contamination", contamination, float))
    if false_alarms is not None:
        sure = None if confidence is None else read("--confidence", confidence, float)
        return Goal("false_alarms", read("--false-alarms", false_alarms, float), sure)
    if not from_labels:
        return None
    share = None if recall is None else read("--recall", recall, float)
    return Goal("labels", recall=share, costs=None if costs is None else _costs(costs))


def _costs(text: str) -> tuple[float, float]:
    numbers = listed("--costs", text, float)
    if len(numbers) != 2:
        raise TrasuntoError(f"--costs takes two numbers, of a false alarm and of a miss, as in 1,50, not '{text}'")
    return numbers[0], numbers[1]


def _print(made: Detected, source: str) -> None:
    say(made.findings.verdict, *made.findings.details)
    strangest = made.findings.facts.strangest[:SHOWN]
    if strangest:
        say("", "The strangest rows:")
        rows = [(row.row, row.label, number(row.score), row.reasons[0].sentence) for row in strangest]
        labelled = any(row.label for row in strangest)
        heads = ("row", "label", "score", "first reason") if labelled else ("row", "score", "first reason")
        print_table(heads, [row if labelled else (row[0], *row[2:]) for row in rows], right=("score",))
    score = shlex.join(["trasunto", "score", str(made.path), source, "--out", "scores.parquet"])
    say("", f"Score rows with: {score}", str(made.path), str(made.page))


def _print_json(made: Detected) -> None:
    print_json(
        {
            "model": str(made.path),
            "report": str(made.page),
            "verdict": made.findings.verdict,
            "details": made.findings.details,
            "settings": made.findings.settings,
            "facts": made.findings.facts,
            "seconds": made.findings.seconds,
        }
    )
