from __future__ import annotations

from pathlib import Path
from typing import Any

import trasunto
from trasunto.cli.python_lines import how_to_look
from trasunto.spec import Stopping


def test_the_lines_find_the_members_that_the_command_trained(tiny: Path, tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "network": "[2 relu drop=0.1] > linear",
        "epochs": 1,
        "batch_size": 16,
        "optimizer": "sgd",
    }
    columns = {"1.drop": [0.1, 0.2]}
    options = {"seeds": 2, "store": str(tmp_path / "runs"), "name": "mine", "stopping": Stopping(patience=1)}
    lines = how_to_look(str(tiny), {}, fields, columns, options)
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
    options = {"seeds": 1, "store": "runs", "name": None, "stopping": None}
    lines = how_to_look("mnist", {}, {"network": "[2 relu] > linear"}, {}, options)
    assert lines[1:4] == [
        "table = trasunto.load('mnist')",
        "recipe = trasunto.Recipe('[2 relu] > linear')",
        "cohort = trasunto.train(recipe, table, seeds=1, store='runs')",
    ]


def test_options_of_columns_are_said_as_they_were_given() -> None:
    lines = how_to_look("cards.csv", {"label": "Class", "normal": "0"}, {"network": "[2 relu] > linear"}, {}, {})
    assert lines[1] == "table = trasunto.read('cards.csv', label='Class', normal='0')"
