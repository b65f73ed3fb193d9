"""Reader of sweeps from TOML files and dictionaries."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from trasunto.data.text_streams import decoded
from trasunto.errors import RecipeError, one_of
from trasunto.models.scoring import legal_score
from trasunto.search.measures import MEASURES
from trasunto.search.sweep import Budget, Named, Sweep
from trasunto.spec.rules import Number
from trasunto.spec.seeds import read_seeds
from trasunto.spec.space_reading import read_space

KEYS = (
    "name",
    "data",
    "recipe",
    "space",
    "constraints",
    "seeds",
    "budget",
    "measure",
    "score",
    "sampler",
    "pruner",
    "rungs",
    "cohort",
    "seed",
)
"""Legal keys of a sweep file."""

LIMITS = ("networks", "epochs", "minutes")


@dataclass(frozen=True)
class SweepFile:
    """Content of a sweep file: the sweep, the source of its rows (a catalogue name or path), and column options."""

    sweep: Sweep
    source: str | None
    options: Mapping[str, Any]


def read_file(path: str | os.PathLike[str], changes: Mapping[str, Any] | None = None) -> SweepFile:
    """Read a sweep from a TOML file; `changes` override its keys.

    Rows are looked for beside the file first. A sweep without a name takes the file's.

    Raises
    ------
    TrasuntoError
        It cannot be read, or does not describe a sweep.
    """
    place = Path(path)
    try:
        given = tomllib.loads(decoded(place.read_bytes()))
    except FileNotFoundError as fault:
        raise RecipeError(f"there is no sweep file '{place}'") from fault
    except OSError as fault:
        raise RecipeError(f"the sweep file '{place}' cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise RecipeError(
            f"the sweep file '{place}' is not UTF-8 (byte {fault.start}), perhaps Windows-1252 or Latin-1: save it as "
            "UTF-8"
        ) from fault
    # Numbers of thousands of digits and deeply nested tables raise no TOMLDecodeError.
    except (ValueError, RecursionError) as fault:
        raise RecipeError(f"the sweep file '{place}' is not TOML: {fault}") from fault
    read = read_sweep({"name": place.stem, **given, **(changes or {})})
    beside = str(place.parent / read.source) if read.source else ""
    return SweepFile(read.sweep, beside if os.path.lexists(beside) else read.source, read.options)


def read_sweep(given: Mapping[str, Any]) -> SweepFile:
    """Read a sweep from a dictionary, as :mod:`tomllib` returns it.

    Raises
    ------
    RecipeError
        A key is unknown, missing, or has an invalid value.

    Examples
    --------
    >>> read = read_sweep(
    ...     {
    ...         "name": "rates",
    ...         "recipe": {"network": "[8 relu] > linear", "epochs": 2},
    ...         "space": {"learning_rate": {"range": [1e-4, 1e-2], "log": True}},
    ...         "budget": {"networks": 12},
    ...         "sampler": "random",
    ...     }
    ... )
    >>> read.sweep.measures, read.sweep.cohort
    (('test_loss',), 8)
    """
    given = _plain(given)
    for key in given:
        if key not in KEYS:
            raise one_of("sweep: key", str(key), KEYS, RecipeError)
    for key in ("recipe", "space", "budget"):
        if key not in given:
            raise RecipeError(f"sweep: {key} is missing; add a table [{key}]")
    source, options = _data(given.get("data"))
    space = read_space(given["recipe"], given["space"], given.get("constraints", ()))
    sweep = Sweep(space=space, **_fields({"name": "sweep"} | dict(given)))
    return SweepFile(sweep, source, options)


def changed(sweep: Sweep, changes: Mapping[str, Any]) -> Sweep:
    """Return a sweep with other values for some keys of its file, except its recipe, space and rows.

    Raises
    ------
    RecipeError
        A key is unknown, or has an invalid value.
    """
    legal = [key for key in KEYS if key not in ("data", "recipe", "space", "constraints")]
    for key in changes:
        if key not in legal:
            raise one_of("sweep: key", str(key), legal, RecipeError)
    return replace(sweep, **_fields(_plain(changes)))


def _plain(given: Any) -> Any:
    """Convert NumPy numbers and arrays to plain Python, recursively."""
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [_plain(value) for value in given]
    return given.tolist() if isinstance(given, np.ndarray | np.generic) else given


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given keys as fields of a sweep."""
    readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "name": ("name", partial(_text, "name")),
        "budget": ("budget", _budget),
        "measure": ("measures", _measures),
        "seeds": ("seeds", read_seeds),
        "cohort": ("cohort", partial(_whole, "cohort")),
        "sampler": ("sampler", partial(_named, "sampler")),
        "pruner": ("pruner", partial(_named, "pruner")),
        "rungs": ("rungs", _rungs),
        "seed": ("seed", partial(_whole, "seed")),
        "score": ("score", lambda name: legal_score(_text("score", name))),
    }
    return {field: read(given[key]) for key, (field, read) in readers.items() if key in given}


def _data(given: object) -> tuple[str | None, dict[str, Any]]:
    if given is None or isinstance(given, str):
        return given, {}
    if not isinstance(given, Mapping) or not isinstance(given.get("source"), str):
        raise RecipeError("data must be a name or a path, or a table with source and options such as label = 'Class'")
    return given["source"], {name: value for name, value in given.items() if name != "source"}


def _budget(given: object) -> Budget:
    if isinstance(given, Budget):
        return given
    if not isinstance(given, Mapping):
        raise RecipeError(f"budget must be a table with one or more of {', '.join(LIMITS)}, not {given!r}")
    for name in given:
        if name not in LIMITS:
            raise one_of("budget: key", str(name), LIMITS, RecipeError)
    return Budget(**given)


def _measures(given: object) -> tuple[str, ...]:
    names = given if isinstance(given, list | tuple) else [given]
    for name in names:
        if name not in list(MEASURES):
            raise one_of("measure", name, MEASURES, RecipeError)
    return tuple(names)


def _rungs(given: object) -> tuple[int, ...]:
    if not isinstance(given, list | tuple):
        raise RecipeError(f"rungs must be a list of epochs, such as [2, 6], not {given!r}")
    return tuple(_whole("a rung", rung) for rung in given)


def _named(what: str, given: object) -> Named:
    if isinstance(given, str):
        return Named(given)
    if isinstance(given, Named):
        return given
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise RecipeError(f"{what} must be a name, or a table with name and options, not {given!r}")
    return Named(given["name"], {name: value for name, value in given.items() if name != "name"})


def _text(what: str, given: object) -> str:
    if not isinstance(given, str):
        raise RecipeError(f"{what} must be a string, not {given!r}")
    return given


def _whole(what: str, given: object) -> int:
    return int(Number(what, high=2**32, whole=True).check(what, given))
