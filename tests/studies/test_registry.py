"""Studies from outside the package, which belong to no paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trasunto
from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES, Request, Study, registry
from trasunto.studies.registry import Registry
from trasunto.studies.subject import Subject


@dataclass(frozen=True)
class Settings:
    units: int = 2
    epochs: int = 1

    @classmethod
    def reduced(cls) -> Settings:
        return cls(units=1)


@dataclass(frozen=True)
class Facts:
    error: float


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    return (Request([trasunto.Recipe(f"[{settings.units} relu] > linear")], 1, settings.epochs),)


def investigate(table: Table, settings: Settings, train: Any) -> Facts:
    (request,) = requests(table, settings)
    return Facts(float(request.carry_out(table, train).history()["test_error"].iloc[-1]))


def conclude(facts: Facts, subject: Subject) -> tuple[str, tuple[str, ...]]:
    return f"The error is {facts.error:.4f} per {subject.per}.", ()


OWN: Study[Settings, Facts] = Study(
    name="own-question",
    question="How large is the error?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
)


@pytest.fixture
def registered() -> Iterator[None]:
    trasunto.register_study(OWN)
    yield
    del STUDIES._studies[OWN.name]


@pytest.mark.usefixtures("registered")
def test_a_study_of_ones_own_is_asked_like_any_other(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    answer = trasunto.study("own-question", from_arrays(rows[:30], test=rows[30:]), store=tmp_path / "runs")
    assert answer.verdict == f"The error is {answer.facts.error:.4f} per feature."
    assert (answer.findings.experiments, answer.findings.paper_answer, answer.comparisons) == ((), "", ())
    assert answer.figures == {}
    assert "own-question" in STUDIES
    assert answer.report(tmp_path / "out").exists()


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("name", "says"), [("own-question", "already"), ("loss", "already"), ("Own", "kebab case")])
def test_a_name_that_is_taken_or_odd_is_refused(name: str, says: str) -> None:
    from dataclasses import replace

    with pytest.raises(TrasuntoError, match=says):
        trasunto.register_study(replace(OWN, name=name))


def test_an_installed_package_names_its_studies_by_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("own-question", f"{__name__}:OWN", registry.ENTRY_POINTS),
        EntryPoint("loss", f"{__name__}:OWN", registry.ENTRY_POINTS),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "trasunto.studies" else [])
    studies = Registry({"loss": "trasunto.studies.loss:STUDY"})
    assert list(studies) == ["loss", "own-question"]
    assert studies["own-question"].question == "How large is the error?"
    assert studies["loss"].name == "loss"  # the project's own stands
