"""A search over designs: what it would cost, and what it finds."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trasunto.api.sampled_rows import find_same_rows
from trasunto.api.sweep_answer import SweepAnswer
from trasunto.api.trainer import Trainer
from trasunto.api.watching import Watcher
from trasunto.cluster import executor
from trasunto.cohort.cost import Cost
from trasunto.cohort.places import Executor
from trasunto.cohort.reach import refuse_outside_shares
from trasunto.cohort.request import make_request, warned
from trasunto.cohort.timing import REFERENCE, Machine
from trasunto.cohort.training import Observer
from trasunto.data import Table, as_table, held_out_remark
from trasunto.data.records import TEST_SHARE
from trasunto.errors import RecipeError
from trasunto.runs.database import refuse_foreign
from trasunto.runs.forecast import forecast
from trasunto.runs.store import folder_of
from trasunto.search import Sweep
from trasunto.search.reading import SweepFile, changed, read_file, read_sweep
from trasunto.spec import Recipe
from trasunto.studies import Findings

Described = str | os.PathLike[str] | Mapping[str, Any] | Sweep


def sweep(
    described: Described,
    table: Any = None,
    *,
    store: str | os.PathLike[str] = "runs",
    watch: Watcher | None = None,
    on: str | Executor | None = None,
    observe: Observer | None = None,
    **changes: Any,
) -> SweepAnswer:
    """Search over designs: propose, train whole cohorts, measure, until the budget is spent.

    What was tried is kept in the store under the sweep's name: the same call goes on where it was, and with a larger
    budget further. No network is trained twice.

    Parameters
    ----------
    described
        A TOML file, a dictionary of what such a file says, or a ``trasunto.search.Sweep``.
    table
        Rows to train on; by default those that the file names. In place of a table, what
        :func:`trasunto.data.as_table` takes: an array, lists or a data frame, of which a random fifth is then held out
        to test on; a name of the catalogue or a path.
    store
        Where networks, and what was tried, are looked up and kept.
    watch
        Told how far the training is.
    on
        Where to train, as `runs.train` takes it.
    observe
        Called after every epoch of a chunk, as `runs.train` calls it.
    changes
        Keys of the file that shall differ, such as ``budget={"networks": 96}`` or ``sampler="random"``.

    Returns
    -------
    Facts, one plain sentence, figures, a report on demand, and the designs as a table and the best as a network.

    Raises
    ------
    TrasuntoError
        It does not describe a sweep, the rows do not have its measures, or its name stands for another search.
    Interrupted
        Ctrl-C; what was done is kept, and the same call goes on.

    Examples
    --------
    >>> import tempfile, numpy, trasunto
    >>> rows = numpy.random.default_rng(0).normal(size=(60, 4))
    >>> table = trasunto.from_arrays(rows[:40], test=rows[40:])
    >>> asked = {
    ...     "recipe": {"network": "[2 linear] > linear", "epochs": 2},
    ...     "space": {"learning_rate": [0.001, 0.01, 0.1]},
    ...     "budget": {"networks": 6},
    ...     "seeds": 2,
    ...     "sampler": "grid",
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     answer = trasunto.sweep(asked, table, store=folder)
    ...     answer.facts.finished, sorted(answer.frame()["learning_rate"]), answer.best().reconstruct(rows[:2]).shape
    (3, [0.001, 0.01, 0.1], (2, 4))
    """
    asked = describe(described, changes)
    rows = rows_of(asked, store) if table is None else as_table(table, TEST_SHARE)
    said = () if table is None else held_out_remark(table, rows)
    call = _call(described, changes, named=table is not None)
    return carry_out(asked.sweep, rows, store=store, watch=watch, on=on, observe=observe, call=call, said=said)


def carry_out(
    asked: Sweep,
    table: Table,
    *,
    store: str | os.PathLike[str],
    watch: Watcher | None = None,
    on: str | Executor | None = None,
    observe: Observer | None = None,
    call: str = "",
    said: tuple[str, ...] = (),
) -> SweepAnswer:
    """Search, and return what was found.

    Parameters and errors as for :func:`sweep`; `call` is what to type for it, and `said` what there is to say of the
    rows.
    """
    from trasunto.figures.sweep import pictures
    from trasunto.search.facts import measure
    from trasunto.search.journal import keeping
    from trasunto.search.loop import gather, search
    from trasunto.search.verdict import conclude, question

    begun, store = time.perf_counter(), folder_of(store)
    ready(asked, table, store)
    to_do = price(asked, table, store, REFERENCE)
    total = to_do.members if not asked.rungs else 0  # one that goes on from a rung is counted again
    with keeping(store, asked.name, asked.identity(table)) as journal, executor(on) as workers:
        trainer = Trainer(store, to_do, watch, workers, networks=total, observe=observe)
        trainer.begin(asked.name)
        over = search(asked, table, trainer, journal)
        cohort = gather(asked, table, trainer, journal.trials)
        facts = measure(asked, table, journal.trials, over, journal.seconds, cohort)
    verdict, details = conclude(facts)
    findings = Findings(
        study=asked.name,
        experiments=(),
        question=question(facts),
        verdict=verdict,
        details=(*details, *said),
        facts=facts,
        comparisons=(),
        settings=asked.settings,
        paper_answer="",
        seconds=time.perf_counter() - begun,
    )
    return SweepAnswer(findings, table, trainer, call, pictures, asked, cohort)


def describe(described: Described, changes: Mapping[str, Any] | None = None) -> SweepFile:
    """Return a sweep and the rows that it names, read but not looked for.

    Raises
    ------
    TrasuntoError
        It does not describe a sweep.
    """
    changes = dict(changes or {})
    if isinstance(described, Sweep):
        return SweepFile(changed(described, changes), None, {})
    if isinstance(described, Mapping):
        return read_sweep({**described, **changes})
    if not isinstance(described, str | os.PathLike):
        raise RecipeError(f"a sweep is a TOML file, a dictionary or a Sweep, not {described!r}")
    return read_file(described, changes)


def _call(described: Described, changes: Mapping[str, Any], *, named: bool) -> str:
    """Return the call that gave an answer, as far as it can be written."""
    what = "asked" if isinstance(described, Mapping | Sweep) else repr(os.fspath(described))
    words = [what, *(["table"] if named else []), *(f"{name}={value!r}" for name, value in changes.items())]
    return f"trasunto.sweep({', '.join(words)})"


def rows_of(asked: SweepFile, store: str | os.PathLike[str]) -> Table:
    """Return the rows that a sweep names; as many as fit are those that it had before, where the store has it.

    Raises
    ------
    TrasuntoError
        It names none, or they cannot be read.
    """
    if asked.source is None:
        raise RecipeError("the sweep does not name its rows: write data = 'mnist' in it, or hand over a table")
    return find_same_rows(asked.source, store, **asked.options)


def ready(asked: Sweep, table: Table, store: str | os.PathLike[str]) -> None:
    """Refuse, before anything is made or trained, a sweep that could not be carried out with these rows.

    Raises
    ------
    TrasuntoError
        A measure is not there, the loss means nothing on these rows, a sampler or pruner is not known, a package is
        missing, the store is none, or another sweep has this name.
    """
    from trasunto.search.journal import look
    from trasunto.search.measures import refuse_unmeasurable
    from trasunto.search.proposing import proposer_of
    from trasunto.search.pruning import pruner_of

    refuse_unmeasurable(asked.measured, asked.space, table)
    if asked.space.fields.get("loss") == "bce":
        refuse_outside_shares("loss 'bce'", table)
    refuse_foreign(Path(store))
    proposer_of(asked).propose((), 1)
    pruner_of(asked)
    look(Path(store), asked.name, asked.identity(table))


def price(asked: Sweep, table: Table, store: str | os.PathLike[str], machine: Machine | None = None) -> Cost:
    """Estimate what a sweep would still cost; nothing is trained or made.

    What it has tried is in the estimate where the store does not hold it any more: a sweep ends with all its networks.

    Raises
    ------
    StoreError
        Another sweep has this name.
    """
    from trasunto.search.forecasting import expected
    from trasunto.search.journal import look
    from trasunto.search.loop import measured
    from trasunto.search.trials import RUNNING

    trials = look(Path(store), asked.name, asked.identity(table)).trials
    left = expected(asked, trials, table)

    def cost(recipes: list[Recipe], epochs: list[int]) -> Cost:
        requests = [warned(make_request(recipes, table, asked.seeds, epochs, (), None))] if recipes else []
        return forecast(requests, Path(store), machine)

    again = cost(*measured(asked, [trial for trial in trials if trial.state != RUNNING]))
    return again + cost(left.recipes, left.epochs).times(left.weight)
