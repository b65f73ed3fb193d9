"""The example files: read as they stand, and printed in the documentation as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trasunto.search.optuna_access import ABSTRACT, UNFIT
from trasunto.search.reading import KEYS, read_file

DOCS = Path(__file__).parents[2] / "docs"
FILES = sorted((DOCS / "sweeps").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_a_sweep_and_is_printed_as_it_is(path: Path) -> None:
    asked = read_file(path)
    assert asked.sweep.name == path.stem
    assert asked.source
    assert f"```toml\n{path.read_text()}```" in (DOCS / "search.md").read_text()


def test_every_key_is_described() -> None:
    table = (DOCS / "search.md").read_text().split("## Keys of a sweep file")[1]
    named = set(
        re.findall(r"`\[?([a-z]+)\]?`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line))
    )
    assert set(KEYS) <= named


@pytest.mark.heavy
def test_the_samplers_and_pruners_that_are_named_are_all_there_are() -> None:
    import optuna

    text = (DOCS / "search.md").read_text()
    there = {*optuna.samplers.__all__, *optuna.pruners.__all__} - UNFIT - {"nsgaii"}
    assert there <= set(re.findall(r"`(\w+)`", text))
    assert ABSTRACT < UNFIT
