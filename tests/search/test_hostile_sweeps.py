"""Sweeps whose numbers are too large, or that are written so as to exhaust whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from trasunto.errors import RecipeError
from trasunto.search.reading import read_file

SWEEP = """seeds = {seeds}
data = "{data}"
[recipe]
network = {{ depth = {depth} }}
[space]
width = {width}
[budget]
networks = 2
"""
USUAL = {"seeds": "2", "data": "mnist", "depth": "2", "width": "[8, 16]"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"seeds": "4294967295"},
            "seeds must be a count from 1 to 10,000, or a list of different whole numbers",
        ),
        ({"seeds": "9" * 5000}, "is not TOML: Exceeds the limit"),
        ({"seeds": "[" * 4000}, "is not TOML: "),
        ({"depth": "65535"}, "depth must be at most 1,000 layers, not 65,535"),
        ({"width": "{ integers = [1, 1" + "0" * 400 + "] }"}, "integers must be two whole numbers"),
        ({"width": "{ range = [1, 1" + "0" * 400 + "] }"}, "range must be two finite numbers"),
    ],
)
def test_a_sweep_that_nobody_could_train_is_refused_at_once(changes: dict[str, str], said: str, tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(SWEEP.format(**{**USUAL, **changes}))
    with pytest.raises(RecipeError, match=said):
        read_file(tmp_path / "sweep.toml")


def test_a_name_of_rows_may_be_longer_than_that_of_any_file(tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(SWEEP.format(**USUAL | {"data": "m" * 5000}))
    assert read_file(tmp_path / "sweep.toml").source == "m" * 5000
