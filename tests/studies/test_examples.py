"""The examples in the docstrings of ``studies`` do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import trasunto.studies

MODULES = [module.name for module in pkgutil.iter_modules(trasunto.studies.__path__, "trasunto.studies.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
