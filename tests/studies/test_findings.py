from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pytest

from trasunto.data import from_arrays
from trasunto.studies import STUDIES
from trasunto.studies.findings import Comparison, Request


@dataclass(frozen=True)
class Settings:
    epochs: int = 5


def test_the_ratio_is_ours_over_the_papers() -> None:
    assert Comparison("A6.epoch-10", "error", paper=0.05, ours=0.04).ratio == pytest.approx(0.8)


@pytest.mark.parametrize(("paper", "ours"), [(None, 0.1), (0.1, None), (0.0, 0.1)])
def test_there_is_no_ratio_without_two_numbers(paper: float | None, ours: float | None) -> None:
    assert Comparison("A2.untrained", "error", paper=paper, ours=ours).ratio is None


def test_findings_carry_their_studys_question_and_settings() -> None:
    study = STUDIES["long-run"]
    found = study.found(Settings(), Settings(7), verdict="Yes.", details=["Because."], seconds=1.5)
    assert (found.study, found.experiments, found.question) == ("long-run", ("A4",), study.question)
    assert (found.settings, found.details, found.paper_answer) == ({"epochs": 7}, ("Because.",), "")
    assert json.loads(json.dumps(asdict(found)))["seconds"] == 1.5


def test_a_request_asks_for_exactly_what_it_says() -> None:
    table = from_arrays(np.zeros((6, 3), dtype=np.float32), test=np.zeros((2, 3), dtype=np.float32))
    asked: list[Any] = []

    def train(*arguments: Any, **options: Any) -> str:
        asked.append((arguments, options))
        return "cohort"

    assert Request("recipes", seeds=3, epochs=20, snapshots=(5, 20), rows=4).carry_out(table, train) == "cohort"
    (recipes, rows), options = asked[0]
    assert (recipes, rows.n) == ("recipes", 4)
    assert options == {"seeds": 3, "epochs": 20, "snapshots": (5, 20)}
    Request("recipes", seeds=1, epochs=1).carry_out(table, train)
    assert asked[1][0][1] is table
