"""The table of docs/recipe.md, held to the declaration of a recipe's fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from trasunto.spec.legal import FIELDS, LEGAL, WORDS, describe

PAGE = Path(__file__).parents[2] / "docs" / "recipe.md"


def row(name: str) -> str:
    """Return the line of the table that a field has."""
    said, _, default = describe(name).partition("; default ")
    meaning = said.removesuffix(f": {LEGAL[name].legal}")
    within = "no" if name in (*WORDS, "epochs") else "yes"
    return f"| `{name}` | {meaning} | {LEGAL[name].legal} | {default} | {within} |"


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_its_line(name: str) -> None:
    assert row(name) in PAGE.read_text().splitlines()


def test_no_line_is_of_a_field_that_there_is_not() -> None:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert len(lines) == len(FIELDS)
