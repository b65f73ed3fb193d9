from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest

from trasunto.api.question import settle
from trasunto.api.settings import checked
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES


@dataclass(frozen=True)
class Settings:
    seeds: int = 3
    epochs: int = 5
    hidden: tuple[int, ...] = (2, 4)
    rates: tuple[float, ...] = (0.1,)
    worthwhile: float = 0.05
    loss: str = "mse"
    widened: bool = True
    limit: int | None = None


@pytest.mark.parametrize("study", STUDIES.values(), ids=list(STUDIES))
def test_the_settings_that_studies_have_are_legal(study: Any) -> None:
    for usual in (study.settings(), study.settings.reduced()):
        given = {field.name: getattr(usual, field.name) for field in fields(usual)}
        assert settle(study, True, given) == usual


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("seeds", np.int64(2), 2),
        ("epochs", np.uint8(7), 7),
        ("hidden", [8, 16], (8, 16)),
        ("hidden", np.array([8, 16]), (8, 16)),
        ("rates", [1, np.float32(0.5)], (1.0, 0.5)),
        ("worthwhile", 0, 0.0),
        ("widened", np.False_, False),
        ("limit", None, None),
        ("limit", 4, 4),
    ],
)
def test_settings_are_held_as_pythons_own_values(name: str, value: Any, held: Any) -> None:
    found = checked(Settings, name, value)
    assert (found, type(found)) == (held, type(held))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seeds", "3"),
        ("seeds", 0),
        ("seeds", [1, 2]),
        ("epochs", -1),
        ("epochs", 0),
        ("epochs", 2.0),
        ("epochs", True),
        ("hidden", 8),
        ("hidden", "8,16"),
        ("hidden", [8.5]),
        ("rates", ["0.1"]),
        ("worthwhile", float("nan")),
        ("loss", 3),
        ("loss", "msx"),
        ("widened", "yes"),
        ("limit", "many"),
    ],
)
def test_a_setting_of_another_kind_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(TrasuntoError, match=f"^{name} "):
        checked(Settings, name, value)
