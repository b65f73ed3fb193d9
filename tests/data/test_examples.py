from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import trasunto.data


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(trasunto.data.__path__)))
def test_examples_do_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"trasunto.data.{name}")).failed == 0


def test_the_public_list_is_sorted_and_complete() -> None:
    assert trasunto.data.__all__ == sorted(trasunto.data.__all__)
    assert all(getattr(trasunto.data, name).__doc__ for name in trasunto.data.__all__)
