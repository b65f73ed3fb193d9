"""The parts of a report as values: what the templates print and ``facts.json`` stores, nothing computed twice.

Field names are the keys of ``facts.json``. Renaming one breaks whoever reads those files: raise
:data:`VERSION` with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 2
"""Of facts.json: raised when a key changes its name or its meaning; new keys do not raise it."""

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Machine:
    """What a report tells of the machine: enough to judge the speed, nothing that names it.

    Attributes
    ----------
    cores
        Cores that this process may use.
    memory_gib
        Memory of the machine, in GiB.
    peak_gflops
        Matrix products per second measured in the same run, in GFLOP/s (float32); None where it was not measured.
    """

    cores: int
    memory_gib: float
    peak_gflops: float | None = None


@dataclass(frozen=True)
class DataUsed:
    """One table that was trained on.

    Attributes
    ----------
    name, sha256, source, licence
        As its provenance says; the checksum is that of the decoded rows.
    rows, test_rows, features
        Training rows (n), test rows and features (d).
    sample
        Which rows were drawn, of how many, in words; empty where they are all that there are.
    """

    name: str
    sha256: str
    rows: int
    test_rows: int = 0
    features: int = 0
    source: str = ""
    licence: str = ""
    sample: str = ""


@dataclass(frozen=True)
class Work:
    """How much was trained: members from scratch or further, members taken from the store, epochs over all members."""

    members_trained: int
    members_reused: int
    network_epochs: int


@dataclass(frozen=True)
class Run:
    """What was run, on what, and what it took.

    Attributes
    ----------
    title, subtitle
        The report's name, and what was reduced or changed against the paper, if anything.
    command
        What to type to get the same report.
    started
        ISO 8601, with its offset from UTC.
    seconds
        Wall time of the whole run.
    versions
        Version of each package that the numbers depend on, and of Python.
    outcomes
        Members by how they ended (``finished``, ``stopped``, ``stalled``, ``diverged``, ``damaged``).
    remarks
        One sentence for each thing a reader should know, such as a member that diverged.
    """

    title: str
    subtitle: str
    command: str
    started: str
    seconds: float
    machine: Machine
    work: Work
    versions: dict[str, str]
    data: tuple[DataUsed, ...] = ()
    outcomes: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """A number of the paper beside ours.

    `ratio` is ours over the paper's; `low` and `high` bound ours over seeds; None is what does not exist.
    """

    id: str
    what: str
    paper: float | None
    ours: float | None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    paper_says: str = ""
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure, kept as ``figures/NAME.png``.

    Attributes
    ----------
    name
        Kebab case, without ending, different from every other in the report.
    caption
        What it shows and what its intervals cover; also its text for readers who cannot see it.
    sha256
        Of the PNG file, so that a page is never re-made with the picture of another run.
    width, height
        Size on the page in CSS pixels, 96 to the inch.
    shows_rows
        Whether rows of the data (pictures, say) can be recognised in it.
    """

    name: str
    caption: str
    sha256: str
    width: int
    height: int
    shows_rows: bool = False

    def __post_init__(self) -> None:
        # The name becomes a file's: a facts.json that was edited must not reach outside its folder.
        if not _KEBAB.fullmatch(self.name):
            raise ValueError(f"figure name '{self.name}' is not kebab case (small letters, digits, hyphens)")


@dataclass(frozen=True)
class StudySection:
    """What one study asked, found and drew.

    `facts` and `settings` hold plain JSON values only; `row_facts` names the facts that hold rows of the data.
    """

    study: str
    experiments: tuple[str, ...]
    question: str
    verdict: str
    paper_answer: str
    details: tuple[str, ...]
    numbers: tuple[Number, ...]
    figures: tuple[Drawing, ...]
    settings: dict[str, Any]
    facts: dict[str, Any]
    seconds: float
    row_facts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The study's name as a heading."""
        return self.study.replace("-", " ").capitalize()


@dataclass(frozen=True, eq=False)
class Report:
    """A whole report.

    Attributes
    ----------
    run, studies
        Everything that is said.
    pictures
        PNG files by figure name.
    version
        Of the keys within it: that of the file which it was read from.
    """

    run: Run
    studies: tuple[StudySection, ...]
    pictures: Mapping[str, bytes] = field(repr=False)
    version: int = VERSION

    def __post_init__(self) -> None:
        names = [figure.name for figure in self.figures]
        if len(set(names)) < len(names):
            raise ValueError(f"two figures share a name among {', '.join(sorted(names))}")

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """All figures, in the order of the page."""
        return tuple(figure for study in self.studies for figure in study.figures)

    @property
    def from_store(self) -> bool:
        """Whether its networks are kept in a store, which those of a detector are not."""
        return any(study.study != "detection" for study in self.studies)

    @property
    def order(self) -> dict[str, int]:
        """The number of each figure, from 1, by name."""
        return {figure.name: number for number, figure in enumerate(self.figures, start=1)}

    @property
    def row_figures(self) -> tuple[int, ...]:
        """The numbers of the figures in which rows of the data can be recognised."""
        return tuple(self.order[figure.name] for figure in self.figures if figure.shows_rows)

    @property
    def row_facts(self) -> tuple[str, ...]:
        """The names of the facts that hold rows of the data."""
        return tuple(name for study in self.studies for name in study.row_facts)
