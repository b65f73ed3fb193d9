"""A study: a question, what to train for it, what to measure, and the sentence that the facts support."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trasunto.errors import RecipeError
from trasunto.studies.findings import Comparison, Findings, Request, Train
from trasunto.studies.papers import Paper, paper_of
from trasunto.studies.subject import OWN, Subject, subject_of

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.spec import Recipe
    from trasunto.studies.networks import Place

S = TypeVar("S")
F = TypeVar("F")


def _none(facts: Any) -> tuple[Comparison, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Study(Generic[S, F]):
    """A question that can be asked of any rows.

    Attributes
    ----------
    name
        In kebab case; what the command line and reports call it.
    question
        In plain words.
    settings
        A frozen dataclass whose defaults are the full size, with a class method ``reduced()`` for a quick look.
    requests
        What is trained.
    investigate
        Trains and measures. The facts are a frozen dataclass of plain values; a field that holds rows of the data says
        so with ``field(metadata={"rows": True})``.
    conclude
        The verdict and further sentences, of facts alone: they turn when the facts do. The subject says what the rows
        are called and whether they are the paper's, without which no sentence may speak of it.
    comparisons
        A paper's numbers beside ours.
    place
        The place of the size that it varies in a network's text; None where it takes no recipe. `requests` and
        `investigate` then take the networks by size as `network`, the paper's by default.
    remark
        A sentence on the networks, which the answer repeats.
    pictures
        ``module:function`` that draws the findings; empty for none.
    """

    name: str
    question: str
    settings: type[S]
    requests: Callable[..., tuple[Request, ...]]
    investigate: Callable[..., F]
    conclude: Callable[[F, Subject], tuple[str, tuple[str, ...]]]
    comparisons: Callable[[F], tuple[Comparison, ...]] = _none
    pictures: str = ""
    place: Place | None = None
    remark: str = ""

    @property
    def paper(self) -> Paper | None:
        """The paper that asks this question, or None."""
        return paper_of(self.name)

    @property
    def experiments(self) -> tuple[str, ...]:
        """The paper's experiments."""
        return self.paper.answers[self.name].experiments if self.paper else ()

    def on(
        self, table: Table, recipe: Recipe | Mapping[str, Any] | None = None, *, paper: bool | None = None
    ) -> Study[S, F]:
        """Return the study with the networks that it trains on `table`.

        Those of `recipe`, a recipe or some of its fields; else the paper's on its own rows, and on others those that
        fit them (see :class:`~trasunto.studies.networks.Place`).

        Raises
        ------
        RecipeError
            The study takes no recipe, or the recipe has no place for what it varies.
        """
        if self.place is None:
            if recipe is not None:
                raise RecipeError(f"study '{self.name}' chooses its networks itself, so it takes no recipe")
            return self
        if recipe is None and subject_of(table, self.paper.data if self.paper else None, paper=paper).paper:
            return self
        fields = self.place.fields(recipe, table)
        network = self.place.filled(fields)
        why = "given" if recipe is not None else "chosen for these rows, which are not the paper's"
        optimizer = f"{fields['optimizer']}, minibatches of {fields['batch_size']}"
        return replace(
            self,
            requests=partial(self.requests, network=network),
            investigate=partial(self.investigate, network=network),
            remark=f"Networks: {fields['network']}, {optimizer} ({why}).",
        )

    def run(self, table: Table, settings: S, train: Train, *, paper: bool | None = None) -> Findings:
        """Train what is missing, measure and conclude; what the paper says stands beside its own rows only.

        `paper` says whether `table` holds those; by default its content does.
        """
        began = time.perf_counter()
        subject = subject_of(table, self.paper.data if self.paper else None, paper=paper)
        facts = self.investigate(table, settings, train)
        verdict, details = self.conclude(facts, subject)
        details = (*details, self.remark) if self.remark else details
        seconds = time.perf_counter() - began
        return self.found(facts, settings, verdict=verdict, details=details, seconds=seconds, subject=subject)

    def found(
        self,
        facts: F,
        settings: Any,
        *,
        verdict: str = "",
        details: Sequence[str] = (),
        seconds: float = 0.0,
        subject: Subject = OWN,
    ) -> Findings:
        """Return findings that carry this study's name and question and, of the paper's rows, what it says."""
        paper = self.paper if subject.paper else None
        return Findings(
            study=self.name,
            experiments=self.experiments,
            question=self.question,
            verdict=verdict,
            details=tuple(details),
            facts=facts,
            comparisons=self.comparisons(facts) if paper else (),
            settings=asdict(settings),
            paper_answer=paper.answers[self.name].answer if paper else "",
            seconds=seconds,
            subject=subject,
        )
