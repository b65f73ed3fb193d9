"""A space of designs: what may differ between the networks of a search, and the recipe that each choice stands for.

A *design* is an assignment, a dictionary from the names of parameters to values; a seed makes it a network. A parameter
stands in the network's text as ``{width}``, shapes an hourglass (``depth``, ``width``, ``latent``, ...), or is a field
of the recipe. One that is conditional has a value only where another has one of some values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from trasunto.errors import RecipeError, nearest, one_of
from trasunto.spec.constraints import PARAMETERS, Constraint
from trasunto.spec.digits import shortest
from trasunto.spec.domains import Choices, Domain, Value
from trasunto.spec.hourglass import SHAPE, Hourglass
from trasunto.spec.layers.kind import RowShape
from trasunto.spec.legal import FIELDS, LEGAL
from trasunto.spec.recipe import NAMES, Recipe

Assignment: TypeAlias = dict[str, Value]

FIXED = ("epochs", "validation", "order_seed")
"""Fields of a recipe that a search holds still, for its networks would not compare."""

NETWORK = "network"
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Parameter:
    """A name, what it can be, and the values of others under which it is there: (name, values) pairs, all needed."""

    name: str
    domain: Domain
    when: tuple[tuple[str, tuple[Value, ...]], ...] = ()

    def active(self, assignment: Mapping[str, Value]) -> bool:
        """Say whether the parameter has a value beside these, which are those of all parameters before it."""
        return all(name in assignment and assignment[name] in values for name, values in self.when)


@dataclass(frozen=True)
class Space:
    """Designs and their recipes.

    Attributes
    ----------
    network
        Text with a ``{name}`` for each number or word that varies, or an hourglass whose measures may vary.
    fields
        Fields of the recipe that all designs share, by name.
    parameters
        What varies; a condition names a parameter that stands before.
    constraints
        What every design keeps to.

    Raises
    ------
    RecipeError
        A parameter is used nowhere, or a design at the edge of the space cannot be trained.
    """

    network: str | Hourglass
    fields: Mapping[str, Any]
    parameters: tuple[Parameter, ...]
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unknown(self)
        for corner in self.corners():
            if self.admits(corner):
                try:
                    self.recipe(corner)
                except RecipeError as error:
                    raise RecipeError(
                        f"the space holds a design that cannot be trained ({told(corner)}): {error}"
                    ) from error

    @property
    def epochs(self) -> int:
        """The epochs that a design is trained for in the end."""
        return int(LEGAL["epochs"].check("epochs", self.fields.get("epochs", FIELDS["epochs"].default)))

    def recipe(self, assignment: Mapping[str, Value]) -> Recipe:
        """Return how the network of a design is built and trained.

        Raises
        ------
        RecipeError
            It cannot be trained.
        """
        text = self._text(assignment)
        placed = self._placed
        given = {name: value for name, value in assignment.items() if name in FIELDS and name not in placed}
        return Recipe(text, **{**self.fields, **given})

    def admits(self, assignment: Mapping[str, Value], row_shape: RowShape | int | None = None) -> bool:
        """Say whether a design keeps to every constraint; that on parameters is asked only where rows are known."""
        shape = asdict(self.network) if isinstance(self.network, Hourglass) else {}
        values: dict[str, Any] = {**shape, **assignment}
        if row_shape is not None and any(PARAMETERS in constraint.names for constraint in self.constraints):
            values[PARAMETERS] = self.recipe(assignment).parameters(row_shape)
        return all(constraint.allows(values) for constraint in self.constraints)

    def holds(self, assignment: Mapping[str, Value]) -> bool:
        """Say whether an assignment gives every parameter that is there a value that it can have, and no other."""
        there: Assignment = {}
        for parameter in self.parameters:
            if parameter.active(there):
                if assignment.get(parameter.name) not in parameter.domain:
                    return False
                there[parameter.name] = assignment[parameter.name]
        return there.keys() == assignment.keys()

    def draw(self, random: np.random.Generator) -> Assignment:
        """Return a design at random, whatever the constraints say."""
        drawn: Assignment = {}
        for parameter in self.parameters:
            if parameter.active(drawn):
                drawn[parameter.name] = parameter.domain.draw(random)
        return drawn

    def grid(self) -> Iterator[Assignment]:
        """Yield every design of the grid that keeps to the constraints, the first parameter slowest.

        Raises
        ------
        RecipeError
            A range does not say of how many points it consists.
        """
        for parameter in self.parameters:
            if not parameter.domain.listed():
                raise RecipeError(
                    f"space parameter '{parameter.name}' is a range, and a grid needs to know of how many points: "
                    "write points = 5 beside it, or list choices"
                )
        return (design for design in self._designs({}, self.parameters) if self.admits(design))

    def _designs(self, begun: Assignment, left: Sequence[Parameter]) -> Iterator[Assignment]:
        if not left:
            yield begun
            return
        first, *rest = left
        if not first.active(begun):
            yield from self._designs(begun, rest)
            return
        for value in first.domain.listed():
            yield from self._designs({**begun, first.name: value}, rest)

    def corners(self) -> Iterator[Assignment]:
        """Yield designs in which each parameter in turn has each of its outermost values, the others their first."""
        lowest = {parameter.name: parameter.domain.corners()[0] for parameter in self.parameters}
        yield self._there(lowest)
        for parameter in self.parameters:
            for value in parameter.domain.corners():
                yield self._there({**lowest, **self._needed(parameter), parameter.name: value})

    def _needed(self, parameter: Parameter) -> Assignment:
        """Return values of others under which a parameter is there."""
        by_name = {other.name: other for other in self.parameters}
        needed: Assignment = {}
        for name, values in parameter.when:
            needed |= {**self._needed(by_name[name]), name: values[0]}
        return needed

    def _there(self, values: Mapping[str, Value]) -> Assignment:
        there: Assignment = {}
        for parameter in self.parameters:
            if parameter.active(there):
                there[parameter.name] = values[parameter.name]
        return there

    @property
    def _placed(self) -> tuple[str, ...]:
        """The names that stand in a text of the network."""
        texts = [self.network] if isinstance(self.network, str) else []
        for parameter in self.parameters:
            if parameter.name == NETWORK and isinstance(parameter.domain, Choices):
                texts = [str(text) for text in parameter.domain.values]
        return tuple(name for text in texts for name in _PLACE.findall(text))

    def _text(self, assignment: Mapping[str, Value]) -> str:
        network = assignment.get(NETWORK, self.network)
        if isinstance(network, Hourglass):
            changes: dict[str, Any] = {name: value for name, value in assignment.items() if name in SHAPE}
            return replace(network, **changes).text
        absent = [name for name in _PLACE.findall(str(network)) if name not in assignment]
        if absent:
            raise RecipeError(f"the network '{network}' needs '{absent[0]}', which has no value here")
        return _PLACE.sub(lambda found: _written(assignment[found[1]]), str(network))

    def to_dict(self) -> dict[str, Any]:
        """Return the tables that :func:`read_space` reads, by its arguments."""
        network = asdict(self.network) if isinstance(self.network, Hourglass) else self.network
        return {
            "recipe": {NETWORK: network, **self.fields},
            "space": {parameter.name: _table(parameter) for parameter in self.parameters},
            "constraints": [str(constraint) for constraint in self.constraints],
        }


def told(assignment: Mapping[str, Value]) -> str:
    """Say a design as people read it, numbers to four digits.

    Examples
    --------
    >>> told({"width": 64, "learning_rate": 0.001})
    'width 64, learning_rate 0.001'
    """
    return ", ".join(f"{name} {shown(value)}" for name, value in assignment.items())


def shown(value: Value) -> str:
    """Write a value as people read it; the empty word stands for none."""
    return f"{value:.4g}" if isinstance(value, float) else _written(value) or "none"


def _refuse_unknown(space: Space) -> None:
    placed = space._placed
    names = [parameter.name for parameter in space.parameters]
    shape = SHAPE if isinstance(space.network, Hourglass) and NETWORK not in names else ()
    legal = (*placed, *shape, *(name for name in NAMES if name not in FIXED))
    for parameter in space.parameters:
        if parameter.name in FIXED:
            raise RecipeError(
                f"{parameter.name} cannot vary within a search, whose networks are compared: write it under recipe"
            )
        if parameter.name not in legal:
            raise one_of("space parameter", parameter.name, legal, RecipeError)
        if parameter.name == NETWORK and not isinstance(parameter.domain, Choices):
            raise RecipeError("space parameter 'network' must be a list of texts in the notation")
    missing = [name for name in placed if name not in names]
    if missing:
        raise RecipeError(
            f"the network has a place {{{missing[0]}}}, and no parameter of the space has that name"
            f"{nearest(missing[0], names)} (there are: {', '.join(names)})"
        )
    numbers = {
        p.name
        for p in space.parameters
        if not isinstance(p.domain, Choices) or all(isinstance(v, int | float) for v in p.domain.values)
    }
    comparable = (PARAMETERS, *(name for name in (*SHAPE, *names) if name in numbers or name in shape[:3]))
    for constraint in space.constraints:
        for name in constraint.names:
            if name not in comparable:
                raise one_of(f"constraint '{constraint}': number", name, dict.fromkeys(comparable), RecipeError)


def _table(parameter: Parameter) -> dict[str, Any]:
    when = {name: list(values) for name, values in parameter.when}
    return parameter.domain.to_dict() | ({"when": when} if when else {})


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return shortest(value) if isinstance(value, float) else str(value)
