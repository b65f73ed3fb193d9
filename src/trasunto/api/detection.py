"""A detector made of rows in one go: trained, kept as a file, measured, and reported."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasunto.api.account import account
from trasunto.api.sampled_rows import find_same_rows
from trasunto.api.trainer import Trainer
from trasunto.api.watching import Watcher
from trasunto.cluster import executor
from trasunto.cohort.cost import Cost
from trasunto.cohort.outcome import FAILED
from trasunto.cohort.places import Executor
from trasunto.cohort.reach import check_outputs
from trasunto.cohort.request import Request
from trasunto.cohort.timing import REFERENCE, Machine
from trasunto.cohort.training import Observer
from trasunto.data import Table
from trasunto.data.dialect import AS_FOUND, Layout
from trasunto.data.options import layout_of
from trasunto.data.parts import is_pattern, is_tabular
from trasunto.errors import DataError
from trasunto.files import refuse_taken
from trasunto.models import defaults
from trasunto.models.batches import names_of
from trasunto.models.file import ENDING, save
from trasunto.models.fitting import Fitting, fit_model, in_store
from trasunto.models.goals import Goal, cross_fitted
from trasunto.models.model import Model
from trasunto.models.scoring import legal_score
from trasunto.runs.cohort import Cohort
from trasunto.runs.forecast import forecast
from trasunto.runs.store import folder_of
from trasunto.spec import Recipe
from trasunto.spec.seeds import read_seeds
from trasunto.studies import Findings

if TYPE_CHECKING:
    from trasunto.models.strangest import StrangeRow

STUDY = "detection"
QUESTION = "Which rows are strange, and are anomalies told better than by an isolation forest?"
STRANGEST = 10


@dataclass(frozen=True)
class Plan:
    """What a detector is made of, read and checked; nothing is trained yet.

    Attributes
    ----------
    source, table
        Where the rows are, and the rows.
    recipe, seeds
        What its networks are, and how many.
    score, goal, calibration
        How rows are scored, what the threshold shall do, and the share of rows kept to set it by.
    label
        The column of labels, where one was named.
    layout
        What was said of files of text.
    """

    source: str
    table: Table
    recipe: Recipe
    seeds: int
    score: str
    goal: Goal
    calibration: float
    label: str | None
    layout: Layout = AS_FOUND

    @property
    def file(self) -> Path | None:
        """Return the file of columns that the rows came from, or the folder or pattern of such, if it was one."""
        path = Path(self.table.provenance.path) if self.table.provenance.path else None
        return path if path is not None and is_tabular(path) and (path.exists() or is_pattern(path)) else None

    @property
    def fitting(self) -> Fitting:
        """Return what is trained, of the networks and of those that set the threshold."""
        seeds = tuple(range(self.seeds))
        return Fitting(self.table, (self.recipe,), seeds, self.goal, self.calibration, defaults.stopping())

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the columns of that file which are no features."""
        if self.file is None or self.table.preparation is None:
            return ()
        return tuple(name for name in names_of(self.file, self.layout) if name not in self.table.preparation.columns)

    @property
    def settings(self) -> dict[str, Any]:
        """Return what was asked for, as a report lists it."""
        return {
            "recipe": self.recipe.to_json(),
            "seeds": self.seeds,
            "score": self.score,
            "threshold": self.goal.kind,
            "rate": None if self.goal.kind == "labels" else self.goal.rate,
            "confidence": self.goal.confidence,
            "recall": self.goal.recall,
            "costs": self.goal.costs,
            "calibration": self.calibration if self.goal.keeps_rows else None,
        }


@dataclass(frozen=True, eq=False)
class Detected:
    """A detector that was made.

    Attributes
    ----------
    model
        The detector.
    path
        Its file.
    findings
        What was found about it.
    page
        The report's page.
    """

    model: Model
    path: Path
    findings: Findings
    page: Path


def plan_detector(
    source: str,
    *,
    fields: Mapping[str, Any] | None = None,
    seeds: int = defaults.SEEDS,
    score: str = defaults.SCORE,
    threshold: Goal | None = None,
    calibration: float = defaults.CALIBRATION,
    store: str | os.PathLike[str] = "runs",
    **options: Any,
) -> Plan:
    """Read the rows that a detector shall be trained on.

    Parameters
    ----------
    source
        A name of the catalogue, or a path.
    fields
        Fields of the recipe that shall differ from those of a usual detector.
    seeds, score, threshold, calibration
        As :func:`trasunto.models.fitting.fit_model` takes them.
    store
        Folder of the runs: with ``rows="fit"``, one that was interrupted there keeps its rows.
    **options
        How columns become rows, as :func:`trasunto.read` takes them.

    Raises
    ------
    TrasuntoError
        There are no such rows, or they do not fit what is asked.
    """
    if options.get("label") is not None and options.get("normal") is None:
        raise DataError(
            f"a label column is named ({options['label']}) and not which of its labels is that of normal rows: name it "
            "with normal, or drop the column to train on all rows"
        )
    seeds = len(read_seeds(seeds))
    table = find_same_rows(source, store, **options)
    goal = threshold or cross_fitted(defaults.RATE)
    recipe = defaults.recipe(table.d).replace(**(fields or {}))
    check_outputs([recipe], table)
    label, layout = options.get("label"), layout_of(options)
    return Plan(source, table, recipe, seeds, legal_score(score), goal, calibration, label, layout)


def price_of_detector(plan: Plan, store: str | os.PathLike[str] = "runs", machine: Machine | None = None) -> Cost:
    """Estimate what training a detector would cost, given what the store holds, with the networks for its threshold."""
    return forecast(plan.fitting.requests, folder_of(store), machine)


def make_detector(
    plan: Plan,
    out: str | os.PathLike[str],
    *,
    report: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] = "runs",
    on: str | Executor | None = None,
    watch: Watcher | None = None,
    command: str = "",
    rows: bool = True,
    observe: Observer | None = None,
) -> Detected:
    """Train a detector, write its file, measure it and report.

    Parameters
    ----------
    out
        A new file that ends in ``.trasunto``.
    report
        The report's folder; by default the file's name with ``-report``, beside it.
    store
        Folder in which the networks are looked up and kept, as a run, and those of each part of the rows that sets the
        threshold as one more: what was interrupted is gone on with by the same call.
    on
        Where to train, as `runs.train` takes it.
    watch
        Told how far it is.
    command
        What to type to get the same.
    rows
        False to leave the strangest rows out of what is found and of the report: no row can be recognised then.
    observe
        Called after every epoch of a chunk of the detector's own networks, as `runs.train` calls it; such as what
        `log_to` yields.

    Raises
    ------
    TrasuntoError
        It cannot be trained or written; then no file and no report is left behind.
    Interrupted
        Ctrl-C or SIGTERM while networks are trained; what was done is kept in the store.
    """
    begun, place = time.monotonic(), refuse_taken(out, (ENDING,))
    cost = None if watch is None else price_of_detector(plan, store, REFERENCE)
    with (
        _folder(Path(report) if report is not None else place.with_name(f"{place.stem}-report")) as folder,
        executor(on) as workers,
    ):
        trainer = Trainer(store, cost, watch, workers, networks=cost.members if cost else 0, observe=observe)
        model = fit_model(
            plan.table,
            plan.recipe,
            seeds=plan.seeds,
            score=plan.score,
            threshold=plan.goal,
            calibration=plan.calibration,
            stopping=defaults.stopping(),
            ignored=plan.ignored,
            train=in_store(partial(_complete, trainer)),
        )
        trainer.begin("measuring")
        findings = _findings(plan, model, begun, rows)
        save(model, place)
        try:
            page = _write(plan, model, findings, folder, trainer, begun, command, rows)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
    return Detected(model, place, findings, page)


def _complete(trainer: Trainer, request: Request, name: str, fold: int) -> Cohort:
    """Train a detector's networks, or those that only set its threshold by a fold of the rows."""
    stage = "cross-fitting" if fold else "training"
    if trainer.stage != stage:
        trainer.begin(stage)
    return trainer.complete(request, name, apart=fold > 0)


def _findings(plan: Plan, model: Model, begun: float, rows: bool) -> Findings:
    from trasunto.models.detection_facts import measure
    from trasunto.models.detection_verdict import conclude

    facts = measure(model, plan.table, _strangest(plan, model) if rows else ())
    verdict, details = conclude(facts)
    details = (*details, *_unlearnt(model))
    return Findings(
        study=STUDY,
        experiments=(),
        question=QUESTION,
        verdict=verdict,
        details=details,
        facts=facts,
        comparisons=(),
        settings=plan.settings,
        paper_answer="",
        seconds=time.monotonic() - begun,
    )


def _unlearnt(model: Model) -> tuple[str, ...]:
    """Say how many of a detector's networks are no better than they were before training, if any."""
    courses = model.courses
    stalled = [course for course in courses if course.status in FAILED]
    if all(course.epochs == 0 for course in courses):
        return ("Its networks were not trained: it was asked for 0 epochs.",)
    if not stalled:
        return ()
    how_many = f"{len(stalled)} of its {len(courses)} networks"
    return (f"{how_many} stalled, and the scores are averaged over all of them: {stalled[0].reason}.",)


def _strangest(plan: Plan, model: Model) -> tuple[StrangeRow, ...]:
    from trasunto.models.strangest import strangest_of_file, strangest_of_table

    if plan.file is None or plan.table.preparation is None:
        return strangest_of_table(model, plan.table, STRANGEST)
    return strangest_of_file(model, plan.file, STRANGEST, plan.label, plan.layout)


def _write(
    plan: Plan,
    model: Model,
    findings: Findings,
    folder: Path,
    trainer: Trainer,
    begun: float,
    command: str,
    rows: bool,
) -> Path:
    from trasunto.figures.detection import pictures
    from trasunto.report import compose, write_report

    run = account(
        title="Detector",
        subtitle=f"Trained on {plan.table.provenance.name}.",
        command=command,
        seconds=time.monotonic() - begun,
        table=plan.table,
        trainer=trainer,
        remarks=tuple(f"{one.recipe.network}, seed {one.seed}: {one.reason}." for one in model.courses if one.reason),
    )
    return write_report(folder, compose(run, [findings], pictures, rows=rows))


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """Yield a folder that a report can be written into; if nothing comes of it and it is new, it is gone again."""
    from trasunto.report import prepare_folder

    new = not path.exists()
    folder = prepare_folder(path)
    try:
        yield folder
    except BaseException:
        if new:
            with suppress(OSError):  # not empty, or gone
                folder.rmdir()
        raise
