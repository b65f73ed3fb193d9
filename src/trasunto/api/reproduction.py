"""A whole paper, run again: its studies in one go, over one store, into one report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from trasunto.api.account import account
from trasunto.api.answer import Answer
from trasunto.api.question import find, price, settle, work
from trasunto.api.trainer import Trainer, Watcher
from trasunto.cohort.cost import Cost, product_rate
from trasunto.data import load
from trasunto.errors import one_of
from trasunto.studies import Study

PAPERS: dict[str, tuple[str, ...]] = {
    "mnist": ("learning-rate-momentum", "long-run", "hidden-size", "demonstration", "loss", "pretraining"),
}
"""The studies of each paper, in the order in which they can use what the ones before have trained."""

REDUCED = (
    "Reduced to about two minutes on two cores: all images, but fewer cells, epochs and seeds than the paper; "
    "each study's settings say which. Add --full for the paper's size."
)
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
    watch: Watcher | None = None,
) -> Reproduction:
    """Run all studies of a paper and write the report.

    Parameters
    ----------
    paper
        ``"mnist"``: document A, on the embedded images.
    full
        At the paper's size, which takes most of an hour on two cores; else reduced to about two minutes.
    out
        Folder of ``report.html``, ``report.md``, ``facts.json`` and ``figures/``.
    store
        Where members are looked up and kept. Called again with the same store, it goes on where it was.
    parts
        Names of the studies to run; by default all.
    watch
        Told how far the training is.

    Raises
    ------
    TrasuntoError
        There is no such paper or part, the folder cannot be written, or memory is short; nothing was trained.
    """
    from trasunto.report import compose, prepare_folder, write_report

    began = time.perf_counter()
    questions = questions_of(paper, full, parts)
    folder = prepare_folder(out)
    table, peak = load(paper), product_rate()
    trainer = Trainer(store, work(questions, table, store), watch)
    answers = {}
    for asked, settings in questions:
        trainer.begin(asked.name)
        answers[asked.name] = Answer(
            asked.run(table, settings, trainer), table, trainer, command_of(paper, full, [asked.name])
        )
    trainer.begin("report")
    run = account(
        title=f"The {paper.upper()} autoencoder study, run again",
        subtitle=FULL if full else REDUCED,
        command=command_of(paper, full, parts),
        seconds=time.perf_counter() - began,
        table=table,
        trainer=trainer,
        peak=peak,
    )
    page = write_report(folder, compose(run, [answer.findings for answer in answers.values()]))
    return Reproduction(answers, page, time.perf_counter() - began)


def price_of(paper: str, *, full: bool, store: str | PathLike[str], parts: Sequence[str] | None = None) -> Cost:
    """Estimate what `reproduce` would cost, given what the store holds; nothing is trained or written."""
    return price(questions_of(paper, full, parts), load(paper), store)


def questions_of(paper: str, full: bool, parts: Sequence[str] | None) -> list[tuple[Study, Any]]:
    """Return the studies of a paper, or some of them, with their settings.

    Raises
    ------
    TrasuntoError
        There is no such paper, or it has no such study.
    """
    if paper not in PAPERS:
        raise one_of("paper", paper, PAPERS)
    wanted = PAPERS[paper] if parts is None else tuple(parts)
    for part in wanted:
        if part not in PAPERS[paper]:
            raise one_of(f"part of the {paper} paper", part, PAPERS[paper])
    studies = [find(name) for name in PAPERS[paper] if name in wanted]
    return [(asked, settle(asked, full, {})) for asked in studies]


def command_of(paper: str, full: bool, parts: Sequence[str] | None) -> str:
    """Return what to type to run the same again."""
    chosen = "".join(f" --part {part}" for part in parts or ())
    return f"trasunto reproduce {paper}{' --full' if full else ''}{chosen}"
