"""Requests and findings of a study, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from trasunto.studies.subject import OWN, Subject

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

    @property
    def row_facts(self) -> tuple[str, ...]:
        """The names of the facts that hold rows of the data."""
        if not is_dataclass(self.facts):
            return ()
        return tuple(one.name for one in fields(self.facts) if one.metadata.get("rows"))


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
