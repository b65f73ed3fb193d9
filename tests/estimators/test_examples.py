"""The examples in the docstrings of ``estimators`` do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import trasunto.estimators

MODULES = [module.name for module in pkgutil.iter_modules(trasunto.estimators.__path__, "trasunto.estimators.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
