"""A small report made of fake findings, with figures that take no time to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from matplotlib.figure import Figure

from trasunto.figures.theme import Picture, canvas, themed
from trasunto.report import DataUsed, Machine, Report, Run, Work, compose
from trasunto.studies.findings import Comparison, Findings

Build = Callable[..., Report]


@dataclass(frozen=True)
class Cell:
    """One row of a study's facts."""

    units: int
    error: float


@dataclass(frozen=True)
class Facts:
    """What a study might have measured."""

    cells: tuple[Cell, ...]
    best: int
    p: float | None


@themed
def draw() -> Figure:
    figure, axes = canvas(width=2, height=1)
    axes[0, 0].plot([1, 2], [2, 1])
    return figure


def pictured(found: Findings) -> list[Picture]:
    """Draw one picture, and say that rows can be recognised in it where the study is the one that draws some."""
    return [Picture(f"{found.study}-curve", f"How {found.study} went.", draw(), found.study == "demonstration")]


@pytest.fixture
def findings() -> Findings:
    return Findings(
        study="hidden-size",
        experiments=("A5",),
        question="How many hidden units are enough?",
        verdict="64 are too few.",
        details=("The gain goes on to 512.",),
        facts=Facts(cells=(Cell(64, 0.0125), Cell(128, 0.0081)), best=128, p=None),
        comparisons=(
            Comparison("A5.gap", "Gap between 64 and 128", paper=0.05, ours=0.051, low=0.049, high=0.053),
            Comparison("A5.few", "Too few", paper=None, ours=64.0, paper_says="64 is too few"),
        ),
        settings={"units": (64, 128), "learning_rate": 0.95},
        paper_answer="256 and 512 hardly differ.",
        seconds=61.0,
    )


@pytest.fixture
def run() -> Run:
    return Run(
        title="Autoencoders for MNIST",
        subtitle="Reduced: 30 epochs instead of 150.",
        command="trasunto reproduce mnist --out out",
        started="2026-03-01T09:30:00+01:00",
        seconds=112.0,
        machine=Machine(cores=2, memory_gib=7.7, peak_gflops=158.2),
        work=Work(members_trained=12, members_reused=3, network_epochs=360),
        versions={"python": "3.11.7", "trasunto": "0.1.0"},
        data=(DataUsed("mnist", "ab" * 32, rows=60000, test_rows=10000, features=784, licence="CC BY-SA 3.0"),),
        outcomes={"finished": 11, "diverged": 1},
        remarks=("Member 1f diverged at epoch 3.",),
    )


@pytest.fixture
def build(run: Run, findings: Findings) -> Build:
    """Make a report of findings and a run in which some fields are others."""

    def build(studies: tuple[Findings, ...] | None = None, **changed: object) -> Report:
        return compose(replace(run, **changed), studies or (findings,), draw=pictured)  # type: ignore[arg-type]

    return build


@pytest.fixture
def report(build: Build) -> Report:
    return build()
