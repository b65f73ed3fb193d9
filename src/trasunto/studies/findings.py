"""What a study asks for and what it hands back, as values.

A study is a module with ``Settings`` (a frozen dataclass whose defaults are the paper's size, and ``reduced()``),
``Facts``, ``requests(table, settings)`` (what it trains), ``investigate(table, settings, train) -> Facts``, and, of
facts alone, ``conclude(facts, subject) -> (verdict, details)`` and ``comparisons(facts)``. Those two are pure: a
verdict is built from facts, so that it turns when they do; the subject says what the rows are called and whether they
are the paper's, without which no sentence may speak of it.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from trasunto.studies.subject import OWN, PAPER_DATA, Subject, subject_of

if TYPE_CHECKING:
    from trasunto.data import Table

Train: TypeAlias = Callable[..., Any]
"""`runs.train` with its store already bound: (recipes, table, *, seeds, epochs, snapshots, ...) -> Cohort."""


@dataclass(frozen=True)
class Comparison:
    """One number of the paper beside ours.

    Attributes
    ----------
    id
        Stable key, such as ``"A6.epoch-10"``.
    what
        What the number is, with its unit.
    paper, ours
        The two numbers; None where the paper gave none, or where ours could not be had.
    paper_says
        The paper's own words or range where a single number would not be fair to it.
    note
        One sentence the reader needs to compare them.
    low, high
        Interval over seeds of ours; None with one seed.
    """

    id: str
    what: str
    paper: float | None
    ours: float | None
    paper_says: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the paper's, or None where either is missing or the paper's is zero."""
        return self.ours / self.paper if self.ours is not None and self.paper else None


@dataclass(frozen=True)
class Findings:
    """What a study found: facts, one plain sentence they support, and the paper's numbers beside ours.

    `facts` is the study's own frozen dataclass; ``dataclasses.asdict`` turns it into plain JSON values (a number that
    does not exist is None, never NaN). `seconds` is the wall time that the study took. `subject` says whether the rows
    are the paper's, and images; for others than the paper's, `paper_answer` is empty and there are no `comparisons`.
    """

    study: str
    experiments: tuple[str, ...]
    question: str
    verdict: str
    details: tuple[str, ...]
    facts: Any
    comparisons: tuple[Comparison, ...]
    settings: dict[str, Any]
    paper_answer: str
    seconds: float
    subject: Subject = OWN


@dataclass(frozen=True)
class Request:
    """Members to be trained: what a dry run counts and what `run` asks for, so that they cannot differ.

    `rows` is how many training rows are used, from the first; None means all of the table's.
    """

    recipes: Any
    seeds: int | Sequence[int]
    epochs: int
    snapshots: tuple[int, ...] = ()
    rows: int | None = None

    def carry_out(self, table: Table, train: Train) -> Any:
        """Train what is asked on `table` and return the cohort."""
        rows = table if self.rows is None else table.take(slice(0, self.rows))
        return train(self.recipes, rows, seeds=self.seeds, epochs=self.epochs, snapshots=self.snapshots)


@dataclass(frozen=True)
class Study:
    """A question of the registry; its module is imported only when the study is used.

    `data` is what the rows of its paper are called in the catalogue.
    """

    name: str
    experiments: tuple[str, ...]
    question: str
    paper_answer: str
    module: str
    data: str = PAPER_DATA

    @property
    def settings(self) -> type[Any]:
        """The study's settings type: its defaults are the paper's size, its ``reduced()`` the quick one."""
        settings: type[Any] = self._imported.Settings
        return settings

    def requests(self, table: Table, settings: Any) -> tuple[Request, ...]:
        """Return what the study would train."""
        requests: tuple[Request, ...] = self._imported.requests(table, settings)
        return requests

    def run(self, table: Table, settings: Any, train: Train, *, paper: bool | None = None) -> Findings:
        """Train what is missing, measure and conclude; what the paper says stands beside its own rows only.

        `paper` says whether `table` holds those; by default its content does.
        """
        began = time.perf_counter()
        subject = subject_of(table, self.data, paper=paper)
        facts = self._imported.investigate(table, settings, train)
        verdict, details = self._imported.conclude(facts, subject)
        return self.found(
            verdict=verdict,
            details=details,
            facts=facts,
            settings=settings,
            comparisons=self._imported.comparisons(facts) if subject.paper else (),
            seconds=time.perf_counter() - began,
            subject=subject,
        )

    def found(
        self,
        *,
        verdict: str,
        details: Sequence[str],
        facts: Any,
        settings: Any,
        comparisons: Sequence[Comparison],
        seconds: float,
        subject: Subject = OWN,
    ) -> Findings:
        """Return findings that carry this study's name and question and, of the paper's rows, the paper's answer."""
        return Findings(
            study=self.name,
            experiments=self.experiments,
            question=self.question,
            verdict=verdict,
            details=tuple(details),
            facts=facts,
            comparisons=tuple(comparisons),
            settings=asdict(settings),
            paper_answer=self.paper_answer if subject.paper else "",
            seconds=seconds,
            subject=subject,
        )

    @property
    def _imported(self) -> ModuleType:
        return importlib.import_module(self.module)
