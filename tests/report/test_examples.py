from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import trasunto.report


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(trasunto.report.__path__)))
def test_examples_do_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"trasunto.report.{name}")).failed == 0


def test_the_public_list_is_sorted_and_complete() -> None:
    assert trasunto.report.__all__ == sorted(trasunto.report.__all__)
    assert all(getattr(trasunto.report, name).__doc__ for name in trasunto.report.__all__)
