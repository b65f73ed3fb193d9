"""``trasunto runs``: what a store keeps of what was trained."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.option_groups import App
from trasunto.cli.options import Json, Store, examples
from trasunto.cli.printing import print_json, print_members, print_table, say
from trasunto.errors import TrasuntoError
from trasunto.wording import amount, byte_size, interval, legible, moment, number
from trasunto.wording import value as worded

if TYPE_CHECKING:
    from trasunto.api.comparison import RunComparison
    from trasunto.api.runs import Deletion, RunDescription, RunSummary

SHOWN = 20
"""Members that are printed; of more, how they ended is counted."""

LIST_EXAMPLES = examples("trasunto runs list", "trasunto runs list --store my-runs --json")
SHOW_EXAMPLES = examples("trasunto runs show run-0123456789", "trasunto runs show wide --json")
COMPARE_EXAMPLES = examples("trasunto runs compare narrow wide", "trasunto runs compare narrow wide wider --json")
DELETE_EXAMPLES = examples("trasunto runs delete wide", "trasunto runs delete wide --yes")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `trasunto runs list`.", show_default=False)]

app = App(
    name="runs",
    help="List, show, compare and delete the runs that a store keeps.",
    epilog=examples("trasunto runs list", "trasunto runs compare narrow wide"),
    no_args_is_help=False,
)


@app.command("list", epilog=LIST_EXAMPLES)
def list_(store: Store = Path("runs"), as_json: Json = False) -> None:
    """List the runs, oldest first: their rows, members, epochs, how these ended, and what they take on disk."""
    from trasunto.api.runs import list_runs

    found = list_runs(store)
    if as_json:
        print_json(found)
        return
    if not found:
        say(f"{store} has no runs yet")
        return
    rows = [
        (
            one.name,
            one.rows,
            f"{one.members:,}",
            f"{one.epochs:,}",
            _ended(one),
            moment(one.created),
            byte_size(one.bytes),
        )
        for one in found
    ]
    numbers = ("members", "epochs", "on disk")
    print_table(("run", "rows", "members", "epochs", "ended", "created", "on disk"), rows, right=numbers)


@app.command(epilog=SHOW_EXAMPLES)
def show(name: Name, store: Store = Path("runs"), as_json: Json = False) -> None:
    """Show one run: what was asked for, its members, and where their weights are."""
    from trasunto.api.runs import describe_run

    told = describe_run(name, store)
    _show_json(told) if as_json else _show(told)


@app.command(epilog=COMPARE_EXAMPLES)
def compare(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME NAME...", help="Names of `trasunto runs list`; the first is compared with each."),
    ],
    store: Store = Path("runs"),
    as_json: Json = False,
) -> None:
    """Compare runs on the same rows: what each reached, and whether they differ.

    Networks are paired where they share their seed and all else that varies within the runs.
    """
    from trasunto.api.comparison import compare_runs

    found = compare_runs(names, store)
    print_json(found) if as_json else _compare(found)


@app.command(epilog=DELETE_EXAMPLES)
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    store: Store = Path("runs"),
    as_json: Json = False,
) -> None:
    """Delete one run, and those of its members that no other run names, with their curves and weights."""
    from trasunto.api.runs import delete_run, price_of_deletion

    price = price_of_deletion(name, store)
    if not yes:
        _ask(price, store)
    done = delete_run(name, store)
    print_json(done) if as_json else say(_deleted(done, store))


def _ask(price: Deletion, store: Path) -> None:
    if not sys.stdin.isatty():
        raise TrasuntoError(
            f"run '{price.name}' is deleted only if you say so: there is no terminal to ask on, add --yes"
        )
    typer.echo(
        legible(f"run '{price.name}' in {store} names {amount(price.members, 'member')}. {_others(price)}"), err=True
    )
    if not typer.confirm("Delete it?", err=True):
        raise TrasuntoError(f"run '{price.name}' is kept, and nothing was deleted")


def _others(price: Deletion) -> str:
    """Say what goes and what stays."""
    kept = price.members - price.alone
    goes = f"{amount(price.alone, 'member')} with curves and weights ({byte_size(price.bytes)})"
    if not price.alone:
        return "Other runs name all of them: only the name goes."
    return (
        f"All of them go, with curves and weights ({byte_size(price.bytes)})."
        if not kept
        else (f"{goes} go; {kept:,} stay, for other runs name them.")
    )


def _deleted(done: Deletion, store: Path) -> str:
    return (
        f"run '{done.name}' is deleted from {store}, with {done.alone:,} of its {amount(done.members, 'member')} "
        f"and {byte_size(done.bytes)} of weights"
    )


def _show(told: RunDescription) -> None:
    from trasunto.api.members import measured, order, varied
    from trasunto.data.sampling import Sample

    asked, members = told.request, told.members
    origin = f", from {asked['path']}" if asked.get("path") else ""
    say(
        f"run:       {told.summary.name}, of {moment(told.summary.created)}",
        f"rows:      {asked['rows']}{origin}",
        *([f"sample:    {Sample(**asked['sample'])}"] if asked.get("sample") else []),
        f"asked:     {amount(len(members), 'member')} to {_epochs(asked)}{_rule(asked.get('stopping'))}",
        f"networks:  {', '.join(dict.fromkeys(members['network']))}",
        f"ended:     {_ended(told.summary)}",
        f"weights:   {byte_size(told.summary.bytes)} in {told.folder}, {_kept(told)}",
        "",
    )
    shown, rest = members.head(SHOWN), members.iloc[SHOWN:]
    say(f"{order(members)}:")
    print_members(shown, [*varied(members), *measured(members), "status", "id"])
    if len(rest):
        say(f"and {len(rest):,} more: {_counts(Counter(rest['status']))}")
    say(*asked.get("remarks", {}).values())


def _epochs(asked: dict[str, Any]) -> str:
    each = asked.get("epochs_each")
    return f"epochs of their own, {min(each):,} to {max(each):,}" if each else f"epoch {asked['epochs']:,}"


def _show_json(told: RunDescription) -> None:
    from trasunto.api.members import order

    known = told.members.astype(object).where(told.members.notna(), None)  # what was not measured is null
    print_json(
        {
            "run": told.summary,
            "request": told.request,
            "folder": str(told.folder),
            "order": order(told.members),
            "members": [row | {"weights": told.weights.get(row["id"], {})} for row in known.to_dict("records")],
        }
    )


def _compare(found: RunComparison) -> None:
    rows = []
    for one in found.standings:
        mean = one.over_seeds
        bounds = "" if mean is None else interval(mean.low, mean.high)
        of = f"{one.measured:,} of {one.members:,}"
        centre = number(None if mean is None else mean.mean)
        rows.append((one.name, of, number(one.best), number(one.median), centre, bounds))
    say(f"{found.measure}, lower is better; the last columns are of the best recipe, over its seeds")
    heads = ("run", "measured", "best", "median", "mean", "95 % interval")
    print_table(heads, rows, right=heads[1:])
    for difference in found.differences:
        differs = [f"{name} {number_or_word(a)} and {number_or_word(b)}" for name, (a, b) in difference.differs.items()]
        differs += [f"the values of {name}" for name in difference.apart]
        told = f"'{found.standings[0].name}' and '{difference.name}' differ in {', '.join(differs) or 'nothing'}."
        say("", told, difference.sentence)
        if difference.left_out:
            say(f"Pairs left out because a network of them has no finite loss: {difference.left_out:,}.")


def number_or_word(value: object) -> str:
    """Return a recipe's number or word in words."""
    return "none" if value in (None, "") else worded(value)


def _ended(summary: RunSummary) -> str:
    return _counts(summary.outcomes)


def _counts(outcomes: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {status}" for status, count in outcomes.items())


def _rule(stopping: dict[str, object] | None) -> str:
    return "" if not stopping else f", stopped after {stopping['patience']} epochs without a lower loss"


def _kept(told: RunDescription) -> str:
    epochs = sorted({epoch for files in told.weights.values() for epoch in files})
    return f"of {_listed(epochs)}" if epochs else "none"


def _listed(epochs: Iterable[int]) -> str:
    return f"epochs {worded(list(epochs))}"
