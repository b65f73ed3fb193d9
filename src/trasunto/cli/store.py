"""``trasunto store``: is everything there that was trained, and how to have again what is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trasunto.cli.option_groups import App
from trasunto.cli.options import Json, Store, examples
from trasunto.cli.printing import print_json, say
from trasunto.cli.progress import progress
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.wording import amount, byte_size

if TYPE_CHECKING:
    from trasunto.cohort.training import Step
    from trasunto.runs.checking import Condition
    from trasunto.runs.repairing import Repair

FAULTY = 1
"""The exit code where something is wrong with a store, or still is after a repair."""

SHOWN = 40
"""Faults that are printed; of more, their number is."""

CHECK_EXAMPLES = examples("trasunto store check", "trasunto store check --store demo/runs --json")
REPAIR_EXAMPLES = examples(
    "trasunto store repair",
    "trasunto store repair --store demo/runs --data folder-of-idx-files",
    "trasunto store repair --data cards.csv --label Class --drop Time --normal 0",
)

app = App(
    name="store",
    help="Check that a store is whole, and repair it.",
    epilog=examples("trasunto store check", "trasunto store repair"),
    no_args_is_help=False,
)


@app.command(epilog=CHECK_EXAMPLES)
def check(store: Store = Path("runs"), as_json: Json = False) -> None:
    """Read all of a store and say what is wrong with it; nothing is changed.

    Every file is compared with its checksum, and every network with what its curve promises. The exit code is 0 for a
    store without faults and 1 for one with some.
    """
    from trasunto.runs.checking import check as check_store

    condition = check_store(store)
    if as_json:
        print_json(_document(condition))
    else:
        say(_counted(condition), *_told(condition))
        if condition.faults:
            say(f"trasunto store repair --store {store} puts it right")
    if condition.faults:
        raise typer.Exit(FAULTY)


@app.command(epilog=REPAIR_EXAMPLES)
@takes_columns
def repair(
    context: typer.Context,
    store: Store = Path("runs"),
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH", help="Rows to train on, as for `trasunto train`  [default: where each run had them]"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Drop what is damaged in a store, and train again what is gone.

    A damaged database is put back from its copy. Networks are trained again on the rows that they were trained on,
    which is verified; how columns became rows is not in the store, so those options must be given as they were then.
    The exit code is 0 for a store that is without faults now, else 1.
    """
    from trasunto.api.stores import repair_store
    from trasunto.api.watching import Told

    with progress() as watch:

        def observe(step: Step) -> None:
            watch(Told("training again", step.share))

        done = repair_store(store, data, observe, **table_options(context.params))
    if as_json:
        print_json(
            {
                "before": _document(done.before),
                "after": _document(done.after),
                "database_restored": done.restored,
                "retrained": done.retrained,
                "left": done.left,
            }
        )
    else:
        _print(done)
    if done.after.faults or done.left:
        raise typer.Exit(FAULTY)


def _document(condition: Condition) -> dict[str, object]:
    return {
        "store": str(condition.store),
        "sound": not condition.faults,
        "members": condition.members,
        "runs": condition.runs,
        "files": condition.files,
        "bytes": condition.size,
        "sealed": condition.sealed,
        "faults": condition.faults,
    }


def _counted(condition: Condition) -> str:
    files = f"{amount(condition.files, 'file')} of weights ({byte_size(condition.size)})"
    return f"{condition.store}: {amount(condition.members, 'member')}, {amount(condition.runs, 'run')}, {files}"


def _told(condition: Condition) -> list[str]:
    """Say what is wrong, or that nothing is."""
    told = [fault.said for fault in condition.faults[:SHOWN]]
    if len(condition.faults) > SHOWN:
        told.append(f"and {len(condition.faults) - SHOWN:,} more")
    if not condition.sealed and condition.readable:
        told.append(
            "the database's last writer was killed; its structure is sound, and the next one completes its checksums"
        )
    return [*told, amount(len(condition.faults), "fault") if told and condition.faults else "everything is there"]


def _print(done: Repair) -> None:
    say(_counted(done.before), *_told(done.before))
    if done.restored:
        say("the database was put back from its copy")
    if done.retrained:
        epochs = sum(map(len, done.retrained.values()))
        say(f"trained again: {amount(epochs, 'epoch')} of {amount(len(done.retrained), 'member')}")
    say(*(f"not trained again: {why}" for why in done.left))
    if done.before.faults:
        say("now:", *_told(done.after))
