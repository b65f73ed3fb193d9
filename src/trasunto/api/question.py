"""A study asked of a table: what it would cost, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from os import PathLike
from pathlib import Path
from typing import Any

from trasunto.api.answer import Answer
from trasunto.api.settings import checked
from trasunto.api.trainer import Trainer
from trasunto.api.watching import Watcher
from trasunto.cluster import executor
from trasunto.cohort.cost import Cost
from trasunto.cohort.places import Executor
from trasunto.cohort.reach import check_outputs
from trasunto.cohort.request import listed, make_request, warned
from trasunto.cohort.timing import REFERENCE, Machine
from trasunto.cohort.training import Observer
from trasunto.data import Table, as_table, held_out_remark
from trasunto.data.records import TEST_SHARE
from trasunto.errors import RecipeError, one_of
from trasunto.runs.forecast import forecast
from trasunto.runs.store import folder_of
from trasunto.spec import Recipe
from trasunto.spec.rules import Switch
from trasunto.studies import STUDIES, Study

STUDY_SECONDS = 2.0
"""What the reference machine takes to measure a study's networks, and to draw its figures."""

REPORT_SECONDS = 5.0
"""What it takes to read the rows, and to write the report."""


def study(
    name: str,
    table: Any,
    *,
    recipe: Recipe | Mapping[str, Any] | None = None,
    full: bool = True,
    store: str | PathLike[str] = "runs",
    watch: Watcher | None = None,
    on: str | Executor | None = None,
    observe: Observer | None = None,
    **settings: Any,
) -> Answer:
    """Ask one of the questions of `trasunto.studies` of a table.

    Parameters
    ----------
    name
        Such as ``"hidden-size"``; `trasunto.STUDIES` lists them.
    table
        Rows to train on, with test rows. In place of a table, what :func:`trasunto.data.as_table` takes: an array,
        lists or a data frame, of which a random fifth is then held out to test on; a name of the catalogue or a path,
        as :func:`trasunto.load` and :func:`trasunto.read` take them.
    recipe
        The networks to ask of, where the study takes them: a recipe, whose latent units give way to the size that is
        varied, or some of its fields, as ``{"network": "[{hidden} relu] > linear", "optimizer": "adam"}``. By default
        the paper's networks on the paper's own rows, and on others those that fit them.
    full
        At the paper's size; False for the reduced size of a quick look.
    store
        Where members are looked up and kept.
    watch
        Told how far the training is.
    on
        Where to train, as `runs.train` takes it.
    observe
        Called after every epoch of a chunk, as `runs.train` calls it; such as what `log_to` yields.
    settings
        Fields of the study's settings that shall differ, such as ``epochs=20`` or ``seeds=6``.

    Returns
    -------
    Facts, one plain sentence, figures, and a report on demand.

    Raises
    ------
    TrasuntoError
        There is no such study or setting, or the table does not allow it.
    """
    asked = find(name)
    chosen, folder = settle(asked, full, settings), folder_of(store)
    given, table = table, as_table(table, TEST_SHARE)
    asked = asked.on(table, recipe)
    to_do = work([(asked, chosen)], table, folder)
    with executor(on) as workers:
        trainer = Trainer(folder, to_do, watch, workers, networks=to_do.members, observe=observe)
        trainer.begin(name)
        findings = asked.run(table, chosen, trainer)
    findings = replace(findings, details=(*findings.details, *held_out_remark(given, table)))
    asked_for = {"full": full} | settings if recipe is None else {"recipe": recipe, "full": full} | settings
    changes = "".join(f", {key}={value!r}" for key, value in asked_for.items())
    return Answer(findings, table, trainer, f'trasunto.study("{name}", table{changes})')


def find(name: str) -> Study[Any, Any]:
    """Return the study of that name.

    Raises
    ------
    TrasuntoError
        There is none; the message lists those there are.
    """
    if name not in list(STUDIES):
        raise one_of("study", name, STUDIES)
    return STUDIES[name]


def settle(asked: Study[Any, Any], full: bool, changes: dict[str, Any]) -> Any:
    """Return a study's settings with some fields changed.

    Raises
    ------
    RecipeError
        The study has no such setting, or it is of another kind.
    """
    settings = asked.settings() if Switch("the paper's size").check("full", full) else asked.settings.reduced()
    legal = [field.name for field in fields(settings)]
    for change in changes:
        if change not in legal:
            raise one_of(f"setting of study {asked.name}", change, legal, RecipeError)
    kinds = type(settings)
    return replace(settings, **{name: checked(kinds, name, value) for name, value in changes.items()})


def refuse_unanswerable(asked: Study[Any, Any], settings: Any, table: Table) -> None:
    """Refuse rows that a question cannot be asked of, or that its networks cannot be trained on.

    Raises
    ------
    TrasuntoError
        Saying why; nothing was trained or made.
    """
    for wanted in asked.requests(table, settings):
        check_outputs(listed(wanted.recipes), table)


def price(
    questions: Sequence[tuple[Study[Any, Any], Any]],
    table: Table,
    store: str | PathLike[str],
    machine: Machine | None = None,
) -> Cost:
    """Estimate what studies with these settings would cost, given what the store holds; nothing is trained."""
    requests = []
    for asked, settings in questions:
        for wanted in asked.requests(table, settings):
            rows = table if wanted.rows is None else table.take(slice(0, wanted.rows))
            request = make_request(wanted.recipes, rows, wanted.seeds, wanted.epochs, wanted.snapshots, None)
            requests.append(warned(request))
    cost = forecast(requests, Path(store), machine)
    return replace(cost, beside=REPORT_SECONDS + STUDY_SECONDS * len(questions))


def work(questions: Sequence[tuple[Study[Any, Any], Any]], table: Table, store: str | PathLike[str]) -> Cost:
    """Return how much there is to train, on the reference machine."""
    return price(questions, table, store, REFERENCE)
