"""Spaces read from tables, as a TOML file or a dictionary holds them; every mistake is one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trasunto.errors import RecipeError, nearest, one_of
from trasunto.spec.constraints import parse_constraint
from trasunto.spec.domains import read_domain
from trasunto.spec.hourglass import SHAPE, Hourglass
from trasunto.spec.recipe import NAMES
from trasunto.spec.space import NETWORK, Parameter, Space


def read_space(recipe: object, space: object, constraints: object = ()) -> Space:
    """Read a space from the tables of a file.

    Parameters
    ----------
    recipe
        Fields that all designs share; ``network`` is a text with places, or a table of an hourglass's measures.
    space
        A domain, or a list of choices, for each parameter; ``when`` in it names other parameters and their values.
    constraints
        Texts such as ``"parameters <= 50000"``.

    Raises
    ------
    RecipeError
        One of them is not what it should be; the sentence names it.

    Examples
    --------
    >>> space = read_space(
    ...     {"network": "{width} relu > [{latent} linear] > mirror > linear", "epochs": 5},
    ...     {"width": [16, 32], "latent": {"integers": [2, 8], "log": True}, "learning_rate": [0.01]},
    ...     ["latent < width"],
    ... )
    >>> str(space.recipe({"width": 16, "latent": 4, "learning_rate": 0.01}).network)
    '16 relu > [4 linear] > 16 relu > linear'
    >>> len(list(space.grid()))
    6
    """
    shared = dict(_mapping("recipe", recipe))
    for name in shared:
        if name not in NAMES:
            raise one_of("recipe field", str(name), NAMES, RecipeError)
    network = _network(shared.pop(NETWORK, {}))
    if not isinstance(constraints, list | tuple):
        raise RecipeError("constraints must be a list of texts such as 'parameters <= 50000'")
    parameters: list[Parameter] = []
    for name, given in _mapping("space", space).items():
        parameters.append(_parameter(str(name), given, parameters))
    if not parameters:
        raise RecipeError(
            "the space is empty: name at least one parameter that varies, as in learning_rate = [0.001, 0.01]"
        )
    return Space(network, shared, tuple(parameters), tuple(map(parse_constraint, constraints)))


def _network(given: object) -> str | Hourglass:
    if isinstance(given, str):
        return given
    if not isinstance(given, Mapping):
        raise RecipeError(
            "network must be a text such as '{width} relu > [8 linear] > mirror > linear', or a table of "
            f"{', '.join(SHAPE)}"
        )
    for name, value in given.items():
        if name not in SHAPE:
            raise one_of("network: key", str(name), SHAPE, RecipeError)
        wanted = type(getattr(Hourglass(), name))
        if type(value) is not wanted:
            raise RecipeError(
                f"network: {name} must be {'a whole number' if wanted is int else 'a text'}, not {value!r}"
            )
    return Hourglass(**given)


def _parameter(name: str, given: object, before: Sequence[Parameter]) -> Parameter:
    what = f"space parameter '{name}'"
    domain = read_domain(what, given)
    when = given.get("when", {}) if isinstance(given, Mapping) else {}
    conditions = []
    for other, values in _mapping(f"{what}: when", when).items():
        known = {parameter.name: parameter for parameter in before}
        if other not in known:
            raise RecipeError(
                f"{what}: when must name a parameter that stands before it, and '{other}' is none"
                f"{nearest(str(other), known)} (before it: {', '.join(known) or 'none'})"
            )
        wanted = tuple(values) if isinstance(values, list | tuple) else (values,)
        for value in wanted:
            if value not in known[other].domain:
                raise RecipeError(f"{what}: when says {other} = {value!r}, which it cannot be ({known[other].domain})")
        conditions.append((str(other), wanted))
    return Parameter(name, domain, tuple(conditions))


def _mapping(what: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise RecipeError(f"{what} must be a table of names and values, not {type(given).__name__}")
    return given
