from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from trasunto.cli.values import as_typed, assignment, assignments, listed, read, setting
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES
from trasunto.studies.images import FileImage, ImageRef, RowImage


@dataclass(frozen=True)
class Settings:
    count: int = 1
    rate: float = 0.5
    quick: bool = False
    text: str = "x"
    sizes: tuple[int, ...] = (1,)
    images: tuple[ImageRef, ...] = ()
    perhaps: float | None = None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "3", 3),
        ("rate", "1e-3", 0.001),
        ("quick", "Yes", True),
        ("quick", "false", False),
        ("text", "[4 relu] > linear", "[4 relu] > linear"),
        ("sizes", "4, 8,16", (4, 8, 16)),
        ("sizes", "", ()),
        ("images", "test:3,me.png", (RowImage("test", 3), FileImage("me.png"))),
        ("perhaps", "none", None),
        ("perhaps", "2", 2.0),
        ("unheard_of", "3", "3"),
    ],
)
def test_a_setting_is_read_as_its_field_says(name: str, text: str, value: Any) -> None:
    assert setting(Settings, name, text) == value


@pytest.mark.parametrize(("name", "text"), [("count", "2.5"), ("rate", "much"), ("quick", "perhaps"), ("sizes", "1,x")])
def test_a_value_of_another_type_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(TrasuntoError, match=f"setting {name} must be .*, not '"):
        setting(Settings, name, text)


@pytest.mark.parametrize("name", STUDIES)
def test_every_setting_of_every_study_can_be_typed(name: str) -> None:
    kind = STUDIES[name].settings
    for settings in (kind(), kind.reduced()):
        for field, value in vars(settings).items():
            assert setting(kind, field, as_typed(value)) == value


def test_a_name_may_have_hyphens_and_a_value_equals_signs() -> None:
    assert assignment("--set", "long-cells = a=b") == ("long_cells", "a=b")


@pytest.mark.parametrize("text", ["epochs", "=3", ""])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(TrasuntoError, match="write --set name=value"):
        assignment("--set", text)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(TrasuntoError, match="--set epochs is given twice"):
        assignments("--set", ["epochs=1", "epochs=2"], lambda _, text: text)


def test_lists_and_single_values_say_what_they_want() -> None:
    assert listed("--vary", "0.1, 2", float) == [0.1, 2.0]
    with pytest.raises(TrasuntoError, match="--seeds must be a whole number, not 'x'"):
        read("--seeds", "x", int)
