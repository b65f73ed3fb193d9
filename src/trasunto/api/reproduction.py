"""A whole paper, run again: its studies in one go, over one store, into one report."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from trasunto.api.account import account
from trasunto.api.answer import Answer
from trasunto.api.question import find, price, settle, work
from trasunto.api.trainer import Trainer
from trasunto.api.watching import Watcher
from trasunto.cluster import executor
from trasunto.cohort.cost import Cost
from trasunto.cohort.machine import product_rate
from trasunto.cohort.places import Executor
from trasunto.cohort.training import Observer
from trasunto.data import Table, load
from trasunto.errors import TrasuntoError, one_of
from trasunto.runs.store import folder_of
from trasunto.studies import Study
from trasunto.studies.papers import PAPERS

FULL = "At the paper's size."


@dataclass(frozen=True)
class Reproduction:
    """What a paper's studies answered, and where the report is.

    Attributes
    ----------
    answers
        By the study's name.
    page
        The report's page.
    seconds
        Wall time.
    """

    answers: dict[str, Answer]
    page: Path
    seconds: float


def reproduce(
    paper: str,
    *,
    full: bool = False,
    out: str | PathLike[str] = "out",
    store: str | PathLike[str] = "runs",
    parts: Sequence[str] | None = None,
    path: str | PathLike[str] | None = None,
    watch: Watcher | None = None,
    on: str | Executor | None = None,
    rows: bool = True,
    observe: Observer | None = None,
) -> Reproduction:
    """Run all studies of a paper and write the report.

    Parameters
    ----------
    paper
        ``"mnist"``: document A, on the embedded images. ``"fraud"``: document B, on the card transactions.
    full
        At the paper's size, which takes tens of times as long as the reduced one.
    out
        Folder of ``report.html``, ``report.md``, ``facts.json`` and ``figures/``.
    store
        Where members are looked up and kept. Called again with the same store, it goes on where it was.
    parts
        Names of the studies to run; by default all.
    path
        The file that the paper's rows are in, where the catalogue does not find them by itself.
    watch
        Told how far the training is.
    on
        Where to train, as `runs.train` takes it.
    rows
        False to leave out of the report everything in which rows of the data can be recognised.
    observe
        Called after every epoch of a chunk, as `runs.train` calls it; such as what `log_to` yields.

    Raises
    ------
    TrasuntoError
        There is no such paper or part, the folder cannot be written, or memory is short; nothing was trained.
    """
    from trasunto.report import compose, prepare_folder, write_report

    began, store = time.perf_counter(), folder_of(store)
    questions = questions_of(paper, full, parts)
    table = rows_of(paper, path)
    to_do = work(questions, table, store)  # refuses rows that a question cannot be asked of, before a folder is made
    answers = {}
    with executor(on) as workers:
        folder, peak = prepare_folder(out), product_rate()
        trainer = Trainer(store, to_do, watch, workers, networks=to_do.members, observe=observe)
        for asked, settings in questions:
            trainer.begin(asked.name)
            findings = asked.run(table, settings, trainer, paper=True)
            answers[asked.name] = Answer(findings, table, trainer, command_of(paper, full, [asked.name], path))
    trainer.begin("report")
    run = account(
        title=PAPERS[paper].title,
        subtitle=FULL if full else PAPERS[paper].reduced,
        command=command_of(paper, full, parts, path, rows=rows),
        seconds=time.perf_counter() - began,
        table=table,
        trainer=trainer,
        peak=peak,
    )
    page = write_report(folder, compose(run, [answer.findings for answer in answers.values()], rows=rows))
    return Reproduction(answers, page, time.perf_counter() - began)


def price_of(
    paper: str,
    *,
    full: bool,
    store: str | PathLike[str],
    parts: Sequence[str] | None = None,
    path: str | PathLike[str] | None = None,
) -> Cost:
    """Estimate what `reproduce` would cost, given what the store holds; nothing is trained or written."""
    return price(questions_of(paper, full, parts), rows_of(paper, path), store)


def rows_of(paper: str, path: str | PathLike[str] | None = None) -> Table:
    """Return the rows of a paper, from `path` where the catalogue shall not look for them.

    Raises
    ------
    TrasuntoError
        The rows are in the package and no file is wanted; or they are not to be found.
    """
    data = PAPERS[paper].data
    if path is None:
        return load(data)
    if data == "mnist":
        raise TrasuntoError("the images of paper 'mnist' are in the package, so --path is not for it")
    return load(data, path=path)


def questions_of(paper: str, full: bool, parts: Sequence[str] | None) -> list[tuple[Study[Any, Any], Any]]:
    """Return the studies of a paper, or some of them, with their settings.

    Raises
    ------
    TrasuntoError
        There is no such paper, or it has no such study.
    """
    if paper not in list(PAPERS):
        raise one_of("paper", paper, PAPERS)
    known = PAPERS[paper].studies
    several = parts if isinstance(parts, list | tuple) else [parts]
    wanted = known if parts is None else tuple(several)
    for part in wanted:
        if part not in known:
            raise one_of(f"part of the {paper} paper", part, known)
    studies = [find(name) for name in known if name in wanted]
    return [(asked, settle(asked, full, {})) for asked in studies]


def command_of(
    paper: str,
    full: bool,
    parts: Sequence[str] | None,
    path: str | PathLike[str] | None = None,
    *,
    rows: bool = True,
) -> str:
    """Return what to type to run the same again."""
    chosen = [word for part in parts or () for word in ("--part", part)]
    placed = [] if path is None else ["--path", os.fspath(path)]
    switches = [*(["--full"] if full else []), *([] if rows else ["--no-rows"])]
    return shlex.join(["trasunto", "reproduce", paper, *switches, *chosen, *placed])
