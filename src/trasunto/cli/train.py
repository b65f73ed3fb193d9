"""``trasunto train``: many networks as one program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.options import Data, DryRun, Json, Log, On, Store, examples
from trasunto.cli.printing import complain, note, print_cost, print_json, print_members, say
from trasunto.cli.progress import progress
from trasunto.cli.python_lines import how_to_look
from trasunto.cli.recipe_options import axis, chosen_fields, takes_recipe
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.cli.values import assignments, listed, read
from trasunto.wording import amount

if TYPE_CHECKING:
    import pandas as pd

    from trasunto.runs.cohort import Cohort
    from trasunto.spec import Grid, Recipe, Stopping

SHOWN = 20
"""Members that are printed; of more, how they ended is counted."""

EXAMPLES = examples(
    "trasunto train '[64 sigmoid drop=0.1] > sigmoid' --epochs 5",
    "trasunto train '[64 sigmoid] > sigmoid' --optimizer sgd --vary learning_rate=0.1,0.5 --vary momentum=0,0.9",
    "trasunto train '128 relu > [32 relu] > mirror > sigmoid' --vary loss=mse,bce --seeds 5 --out members.csv",
    "trasunto train '[8 linear] > linear' --data rows.npz --dry-run",
    "trasunto train '64 relu > [8 relu] > mirror > linear' --data cards.csv --label Class --normal 0 --patience 5",
)


@takes_recipe()
@takes_columns
def train(
    context: typer.Context,
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK",
            help="Layers from input to output, the latent one in brackets: '64 relu > [16 relu] > mirror > sigmoid'.",
            show_default=False,
        ),
    ],
    data: Data = "mnist",
    patience: Annotated[
        str | None,
        typer.Option(
            metavar="EPOCHS", help="Stop when the held-out loss has not fallen for so long, and keep the best epoch."
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="N", help="How many networks of each kind.")] = "1",
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE,...",
            help="Train one network for each value of this number or word; repeat it for all combinations.",
        ),
    ] = None,
    snapshots: Annotated[
        str | None, typer.Option(metavar="EPOCH,...", help="Epochs whose weights are kept  [default: 1, 2, 5, 10, ...]")
    ] = None,
    store: Store = Path("runs"),
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the run  [default: made from its members]")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the table of members here: a new file, .csv or .parquet."),
    ] = None,
    on: On = None,
    log: Log = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Train one autoencoder, or hundreds as one program.

    They may differ in numbers, words and seeds. What the store holds already is not trained again, and a run that was
    stopped goes on.
    """
    from trasunto.api.members import BEST, FORMATS, order, price_of_members, request_members, save_members, standings
    from trasunto.api.sampled_rows import as_drawn, find_same_rows
    from trasunto.api.trainer import Trainer
    from trasunto.api.writers import log_to
    from trasunto.cohort.timing import REFERENCE
    from trasunto.files import refuse_taken
    from trasunto.spec.legal import WORDS

    fields = {"network": network, **chosen_fields(context.params)}
    columns = assignments("--vary", vary or (), axis)
    fields |= {name: values[0] for name, values in columns.items() if name in WORDS and values}
    recipes, copies = _recipes(fields, columns), read("--seeds", seeds, int)
    kept = None if snapshots is None else listed("--snapshots", snapshots, int)
    if out is not None:
        refuse_taken(out, FORMATS)
    rows = table_options(context.params)
    table, stopping = find_same_rows(data, store, **rows), _stopping(patience)
    note(table.remarks)
    request = request_members(recipes, table, copies, kept, stopping)
    if dry_run:
        print_cost(price_of_members(request, store), store, as_json)
        return
    with log_to(*(log or ()), complain=complain) as observe, progress() as watch:
        trainer = Trainer(store, price_of_members(request, store, REFERENCE), watch, on, observe=observe)
        trainer.stage = "training"  # told with the first epoch: until then it may be refused
        cohort = trainer.complete(request, name or request.usual_name)
    members = standings(cohort)
    written = None if out is None else save_members(members, out)
    options = {"seeds": copies, "store": str(store), "name": name, "stopping": stopping}
    if as_json:
        _print_json(cohort, members, store, written)
        return
    _print(cohort, members, store)
    decides = None if order(members) == BEST else "test_error"
    say(
        "",
        "In Python:",
        *(f"    {line}" for line in how_to_look(data, as_drawn(rows, table), fields, columns, options, decides)),
    )
    if written is not None:
        say("", str(written))


def _stopping(patience: str | None) -> Stopping | None:
    from trasunto.spec import Stopping

    return None if patience is None else Stopping(patience=read("--patience", patience, int))


def _recipes(fields: dict[str, Any], columns: dict[str, Any]) -> Recipe | Grid:
    from trasunto.spec import Recipe

    recipe = Recipe(**fields)
    return recipe.grid(**columns) if columns else recipe


def _print_json(cohort: Cohort, members: pd.DataFrame, store: Path, written: Path | None) -> None:
    from trasunto.api.members import order

    known = members.astype(object).where(members.notna(), None)  # what was not measured is null
    print_json(
        {
            "run": cohort.name,
            "store": str(store),
            "epochs": cohort.epochs,
            "order": order(members),
            "members": known.to_dict("records"),
            "table": None if written is None else str(written),
        }
    )


def _print(cohort: Cohort, members: pd.DataFrame, store: Path) -> None:
    from trasunto.api.members import measured, order, varied

    shown, rest = members.head(SHOWN), members.iloc[SHOWN:]
    say(f"{cohort.name} in {store}: {amount(len(members), 'member')}, {order(members)}")
    print_members(shown, [*varied(members), *measured(members), "status", "id"])
    if len(rest):
        ends = ", ".join(f"{count:,} {status}" for status, count in rest["status"].value_counts().items())
        say(f"and {len(rest):,} more: {ends}")
    told = shown[shown["status"] != "finished"]
    say(
        *(
            f"{id} {status}: {reason}"
            for id, status, reason in zip(told["id"], told["status"], told["reason"], strict=True)
        )
    )
