from __future__ import annotations

from pathlib import Path
from typing import Any

import trasunto
from trasunto.cli.python_lines import how_to_look


def test_the_lines_find_the_members_that_the_command_trained(tiny: Path, tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "network": "[2 relu drop=0.1] > linear",
        "epochs": 1,
        "batch_size": 16,
        "optimizer": "sgd",
    }
    columns = {"1.drop": [0.1, 0.2]}
    lines = how_to_look(str(tiny), fields, columns, 2, tmp_path / "runs", "mine")
    names: dict[str, object] = {}
    for line in lines[:4]:
        exec(line, names)  # noqa: S102 (what a reader would paste)
    trained = trasunto.train(
        trasunto.Recipe(**fields).grid(**columns), trasunto.read(tiny), seeds=2, store=tmp_path / "runs", name="mine"
    )
    cohort = names["cohort"]
    assert isinstance(cohort, trasunto.Cohort)
    assert [member.id for member in cohort.members] == [member.id for member in trained.members]


def test_a_single_recipe_is_no_grid() -> None:
    lines = how_to_look("mnist", {"network": "[2 relu] > linear"}, {}, 1, Path("runs"), None)
    assert lines[1:4] == [
        "table = trasunto.load('mnist')",
        "recipe = trasunto.Recipe('[2 relu] > linear')",
        "cohort = trasunto.train(recipe, table, seeds=1, store='runs')",
    ]
