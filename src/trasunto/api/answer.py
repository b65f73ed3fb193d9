"""The answer to a question: facts and a sentence at once, pictures and a report when they are asked for."""

from __future__ import annotations

from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasunto.api.account import account
from trasunto.data import Table
from trasunto.studies import Comparison, Findings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trasunto.api.trainer import Trainer
    from trasunto.report.composition import Draw


class Answer:
    """What a study found about a table.

    Attributes
    ----------
    findings
        Everything that was found, as one value.
    """

    def __init__(self, findings: Findings, table: Table, trainer: Trainer, call: str, draw: Draw | None = None) -> None:
        self.findings = findings
        self._table, self._trainer, self._call, self._draw = table, trainer, call, draw

    def __repr__(self) -> str:
        return f"Answer({self.findings.study}: {self.verdict})"

    @property
    def verdict(self) -> str:
        """Return the answer as one plain sentence, which the facts support."""
        return self.findings.verdict

    @property
    def details(self) -> tuple[str, ...]:
        """Return further plain sentences."""
        return self.findings.details

    @property
    def facts(self) -> Any:
        """Return what was measured, as the study's own frozen value."""
        return self.findings.facts

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Return the paper's numbers beside ours."""
        return self.findings.comparisons

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Return the study's figures by name, drawn when first asked for."""
        from trasunto.figures import pictures

        return {picture.name: picture.figure for picture in (self._draw or pictures)(self.findings)}

    def report(self, path: str | PathLike[str], command: str | None = None, *, rows: bool = True) -> Path:
        """Write the answer as a report and return its page.

        Parameters
        ----------
        path
            A folder, or a file that ends in ``.html`` for the page alone.
        command
            What to type to get the same; by default the call in Python that gave this answer.
        rows
            False to leave out everything in which rows of the data can be recognised.

        Raises
        ------
        TrasuntoError
            It cannot be written there, or something that trasunto did not write is in the way.
        """
        from trasunto.report import compose, write_page, write_report

        name = self.findings.study
        run = account(
            title=name.replace("-", " ").capitalize(),
            subtitle=f"One question, asked of {self._table.provenance.name}.",
            command=command or self._call,
            seconds=self.findings.seconds,
            table=self._table,
            trainer=self._trainer,
        )
        report = compose(run, [self.findings], self._draw, rows=rows)
        return write_page(path, report) if Path(path).suffix == ".html" else write_report(path, report)
