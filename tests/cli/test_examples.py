from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import trasunto.cli


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(trasunto.cli.__path__)))
def test_examples_do_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"trasunto.cli.{name}")).failed == 0
