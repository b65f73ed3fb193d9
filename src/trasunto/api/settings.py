"""A study's settings as they are given in Python: of the right kind, or refused in a sentence that names them."""

from __future__ import annotations

import reprlib
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from trasunto.errors import RecipeError
from trasunto.spec.legal import LEGAL, NUMBERS
from trasunto.spec.rules import Number, Switch
from trasunto.spec.seeds import read_seeds

_KINDS: dict[Any, Number | Switch] = {
    int: Number("a count", low=0, high=10**9, whole=True),
    float: Number("a number"),
    bool: Switch("yes or no"),
}


def checked(settings: type[Any], name: str, value: Any) -> Any:
    """Return the value of a setting as its field holds it: Python's own numbers, and lists as tuples.

    Raises
    ------
    RecipeError
        It is of another kind than the field; the sentence begins with the setting's name.
    """
    return _of(name, value, get_type_hints(settings)[name])


def _of(name: str, value: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise RecipeError(f"{name} must be a list of values, not {reprlib.repr(value)}")
        return tuple(_of(name, one, get_args(kind)[0]) for one in value)
    if origin in (Union, types.UnionType):
        others = [one for one in get_args(kind) if one is not types.NoneType]
        if value is None and len(others) < len(get_args(kind)):
            return None
        return _of(name, value, others[0]) if len(others) == 1 else value
    if kind is str:
        if not isinstance(value, str):
            raise RecipeError(f"{name} must be a text, not {reprlib.repr(value)}")
        return LEGAL[name].check(name, value) if name in LEGAL else value
    return _scalar(name, value, kind) if kind in _KINDS else value


def _scalar(name: str, value: Any, kind: type) -> Any:
    if name == "seeds":
        if np.ndim(value) != 0:
            raise RecipeError(f"seeds of a study must be a count, not {reprlib.repr(value)}")
        return len(read_seeds(value))
    if name in NUMBERS and NUMBERS[name].whole == (kind is int):
        value = NUMBERS[name].check(name, value)
    value = _KINDS[kind].check(name, value)
    if name.endswith("epochs") and value < 1:
        raise RecipeError(f"{name} must be at least 1: networks that are not trained cannot be compared")
    return value
