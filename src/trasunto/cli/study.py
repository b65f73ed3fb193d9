"""``trasunto study``: one question, asked of any rows."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trasunto.cli.again import command_again
from trasunto.cli.options import DryRun, Json, Log, NoRows, On, Store, examples
from trasunto.cli.printing import complain, note, print_cost, print_json, print_table, say
from trasunto.cli.progress import progress
from trasunto.cli.recipe_options import chosen_fields, takes_recipe
from trasunto.cli.table_options import table_options, takes_columns
from trasunto.cli.values import as_typed, assignments, refuse_page, setting
from trasunto.errors import TrasuntoError
from trasunto.wording import duration, number, ratio

if TYPE_CHECKING:
    from trasunto.api.answer import Answer
    from trasunto.studies import Study

EXAMPLES = examples(
    "trasunto study --list",
    "trasunto study hidden-size --epochs 20 --set hidden=16,32,64",
    "trasunto study hidden-size --data rows.csv --network '[{hidden} tanh] > linear' --optimizer adam",
    "trasunto study demonstration --image me.png --index test:485 --reduced",
    "trasunto study loss --data folder-of-idx-files --seeds 3 --dry-run",
    "trasunto study latent-loss --data cards.csv --label Class --drop Time --normal 0",
)


@takes_recipe(without=("epochs",))
@takes_columns
def study(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which study; --list names them.", show_default=False)
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the studies, their questions and their settings.")
    ] = False,
    data: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Rows, as for `trasunto train`  [default: the paper's]")
    ] = None,
    reduced: Annotated[bool, typer.Option("--reduced", help="A quick look, in place of the paper's size.")] = False,
    epochs: Annotated[str | None, typer.Option(metavar="N", help="How long to train.")] = None,
    seeds: Annotated[str | None, typer.Option(metavar="N", help="How many networks of each kind.")] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting of the study; lists with commas."),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK", help="Layers, with a place for what the study varies, as in '[{hidden} relu] > linear'."
        ),
    ] = None,
    image: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A picture to draw (demonstration); repeat it for several.")
    ] = None,
    index: Annotated[
        list[str] | None,
        typer.Option(metavar="SPLIT:NUMBER", help="An image of the data to draw (demonstration), as in test:485."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the report and its figures  [default: out/NAME]")
    ] = None,
    store: Store = Path("runs"),
    no_rows: NoRows = False,
    on: On = None,
    log: Log = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Ask one question of any rows, and report the answer.

    The answer is what was measured, a plain sentence that it supports, and figures.
    """
    from trasunto.api.question import find, price, refuse_unanswerable, settle
    from trasunto.api.question import study as ask
    from trasunto.api.sampled_rows import find_same_rows
    from trasunto.api.writers import log_to
    from trasunto.report import prepare_folder

    if listing:
        _list(as_json)
        return
    asked = find(_named(name))
    refuse_page(out)
    typed = [f"{option}={value}" for option, value in (("epochs", epochs), ("seeds", seeds)) if value is not None]
    changes = _changes(asked, [*typed, *(change or ())]) | _images(asked, image or (), index or ())
    settings = settle(asked, not reduced, changes)
    fields = {name: value for name, value in chosen_fields(context.params).items() if name != "epochs"}
    recipe = (fields if network is None else {"network": network, **fields}) or None
    data, rows = data or _data_of(asked), table_options(context.params)
    table = find_same_rows(data, store, **rows)
    note(table.remarks)
    asked = asked.on(table, recipe)
    if dry_run:
        print_cost(price([(asked, settings)], table, store), store, as_json)
        return
    refuse_unanswerable(asked, settings, table)  # before a folder is made
    folder = prepare_folder(out or Path("out") / asked.name)
    with log_to(*(log or ()), complain=complain) as observe, progress() as watch:
        answer = ask(
            asked.name,
            table,
            recipe=recipe,
            full=not reduced,
            store=store,
            watch=watch,
            on=on,
            observe=observe,
            **changes,
        )
    page = answer.report(folder, command_again(context, table), rows=not no_rows)
    _print_json(answer, page, no_rows) if as_json else _print(answer, page)


def _data_of(asked: Study[Any, Any]) -> str:
    if asked.paper is None:
        raise TrasuntoError(f"study '{asked.name}' has no rows of its own: name some with --data")
    return asked.paper.data


def _named(name: str | None) -> str:
    from trasunto.studies import STUDIES

    if name is None:
        raise TrasuntoError(f"which study is not said: name one of {', '.join(STUDIES)}")
    return name


def _changes(asked: Study[Any, Any], texts: Sequence[str]) -> dict[str, Any]:
    return assignments("--set", texts, lambda name, text: setting(asked.settings, name, text))


def _images(asked: Study[Any, Any], files: Sequence[str], rows: Sequence[str]) -> dict[str, Any]:
    """Return the setting that pictures and rows to draw amount to, none where none is given."""
    if not files and not rows:
        return {}
    from trasunto.studies.images import FileImage, parse_image

    if not hasattr(asked.settings(), "images"):
        raise TrasuntoError(f"study '{asked.name}' draws no images, so --image and --index are not for it")
    for text in rows:
        if text.partition(":")[0] not in ("train", "test"):
            raise TrasuntoError(f"--index '{text}' must say which rows it counts, as in train:485 or test:485")
    return {"images": (*map(FileImage, files), *map(parse_image, rows))}


def _list(as_json: bool) -> None:
    from trasunto.studies import STUDIES

    if as_json:
        print_json(
            [
                {
                    "study": one.name,
                    "question": one.question,
                    "settings": one.settings(),
                    "experiments": one.experiments,
                }
                for one in STUDIES.values()
            ]
        )
        return
    for one in STUDIES.values():
        say(one.name, f"  {one.question}")
        settings = vars(one.settings()).items()
        say(*(f"  --set {shlex.quote(f'{name}={as_typed(value)}')}" for name, value in settings), "")


def _print(answer: Answer, page: Path) -> None:
    say(answer.verdict, *answer.details)
    rows = [
        (one.what, one.paper_says or number(one.paper), number(one.ours), ratio(one.ratio))
        for one in answer.comparisons
    ]
    if rows:
        print_table(("", "paper", "here", "ratio"), rows, right=("paper", "here", "ratio"))
    say(f"took {duration(answer.findings.seconds)}", str(page))


def _print_json(answer: Answer, page: Path, no_rows: bool) -> None:
    facts = {name: fact for name, fact in vars(answer.facts).items() if name not in answer.findings.row_facts}
    print_json(
        {
            "study": answer.findings.study,
            "verdict": answer.verdict,
            "details": answer.details,
            "comparisons": answer.comparisons,
            "settings": answer.findings.settings,
            "facts": facts if no_rows else answer.facts,
            "seconds": answer.findings.seconds,
            "report": str(page),
        }
    )
