from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from trasunto.cli.table_options import NAMES, OPTIONS, table_options
from trasunto.data import TableOptions
from trasunto.data.preparation import MISSING_POLICIES, SCALINGS
from trasunto.data.splits import SPLITS


def test_every_option_of_a_table_can_be_typed(typed: Callable[..., Any]) -> None:
    assert set(NAMES.values()) == {*TableOptions.__annotations__, "test"}
    section = typed("data", "show", "--help").out.partition("Columns:\n")[2]
    for name in NAMES:
        assert re.search(rf"^  --{name.replace('_', '-')} ", section, re.MULTILINE), name


def test_only_what_was_typed_is_asked_for() -> None:
    assert table_options({}) == {}
    assert table_options(dict.fromkeys(NAMES) | {"drop": [], "data": "mnist"}) == {}
    typed = {
        "drop": ["a, b", ""],
        "drop_unusable": True,
        "time_column": "t",
        "test_share": "0.1",
        "split_seed": "3",
        "normal": "0",
    }
    assert table_options(typed) == {
        "drop": ("a, b", ""),
        "drop_unusable": True,
        "time": "t",
        "test": 0.1,
        "seed": 3,
        "normal": "0",
    }


@pytest.mark.parametrize(("option", "legal"), [("scaling", SCALINGS), ("missing", MISSING_POLICIES), ("split", SPLITS)])
def test_the_help_names_the_legal_words(option: str, legal: dict[str, str]) -> None:
    said = get_args(OPTIONS[option])[1].help
    assert set(legal) <= set(re.findall(r"\w+", said))
    assert f"[default: {next(iter(legal))}]" in said
