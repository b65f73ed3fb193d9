"""One recipe and columns of numbers that vary: a million members without a million objects."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.errors import RecipeError, one_of
from trasunto.spec.legal import DEFAULTED, LEGAL, NUMBERS, OPTIONS, WEIGHED, unused

if TYPE_CHECKING:  # a recipe makes grids, so the real import goes the other way
    from trasunto.spec.recipe import Recipe
    from trasunto.spec.structure import Structure

LARGEST = 10_000_000
"""How many members a grid may have; beyond it the columns alone would fill a small machine's memory."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Members that share a structure and differ in numbers.

    Parameters
    ----------
    recipe
        What all members have in common.
    columns
        For each number that varies, its value in every member, (m,). The names are those of ``recipe.numbers``;
        "drop", "l1" or "l2" alone means that option on every layer that carries it.

    Raises
    ------
    RecipeError
        If a name is no number of the recipe, or a value is not legal for it.
    """

    recipe: Recipe
    columns: Mapping[str, NDArray[np.float64]]

    def __post_init__(self) -> None:
        keys = [key for name in self.columns for key in _keys(self.recipe, name)]
        for key in keys:
            if keys.count(key) > 1:
                raise RecipeError(f"{key} is varied by two columns of the grid ({', '.join(self.columns)})")
        columns = {name: _column(name, values) for name, values in self.columns.items()}
        if len({len(column) for column in columns.values()}) > 1:
            raise RecipeError(f"the columns of a grid must be of one length: {', '.join(columns)}")
        object.__setattr__(self, "columns", columns)

    def __len__(self) -> int:
        """Count the members, m."""
        return next((len(column) for column in self.columns.values()), 1)

    @cached_property
    def axes(self) -> dict[str, tuple[float, ...]]:
        """The distinct values of each column, in order of appearance."""
        return {name: tuple(dict.fromkeys(column.tolist())) for name, column in self.columns.items()}

    @property
    def structure(self) -> Structure:
        """What the one program for all members is compiled for: it has an option where any member uses it."""
        return self._fullest.structure

    def recipe_at(self, i: int) -> Recipe:
        """Return the recipe of member `i`."""
        return self.recipe.with_numbers({key: float(column[i]) for key, column in self._varied.items()})

    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """Return every number of the program, (m,) each, those that do not vary included."""
        return {
            key: self._varied.get(key, np.broadcast_to(value, len(self)))
            for key, value in self._fullest.numbers.items()
        }

    @property
    def _varied(self) -> dict[str, NDArray[np.float64]]:
        return {key: column for name, column in self.columns.items() for key in _keys(self.recipe, name)}

    @cached_property
    def _fullest(self) -> Recipe:
        """A recipe with every option that any member uses: none is negative, so the largest values have them all."""
        return self.recipe.with_numbers({key: float(column.max()) for key, column in self._varied.items()})


def product(recipe: Recipe, axes: Mapping[str, ArrayLike]) -> Grid:
    """Return the grid of all combinations of the axes' values, the first axis slowest."""
    values = {name: _axis(name, given) for name, given in axes.items()}
    m = math.prod(len(axis) for axis in values.values())
    if m > LARGEST:
        raise RecipeError(f"a grid may have {LARGEST:,} members, not {m:,}: give {', '.join(axes)} fewer values")
    columns = np.meshgrid(*values.values(), indexing="ij")
    return Grid(recipe, {name: column.ravel() for name, column in zip(values, columns, strict=True)})


def _axis(name: str, given: ArrayLike) -> NDArray[Any]:
    axis = _list(name, given)
    if len(set(axis.tolist())) < len(axis):
        raise RecipeError(f"{name} lists a value twice in the grid, which would be the same member twice")
    return axis


def _column(name: str, given: ArrayLike) -> NDArray[np.float64]:
    column = _list(name, given).astype(np.float64) + 0.0  # -0.0 becomes 0.0, as in a recipe
    rule = NUMBERS[name.rpartition(".")[2]]
    for value in dict.fromkeys(column.tolist()):
        rule.check(name, value)
    column.flags.writeable = False
    return column


def _list(name: str, given: ArrayLike) -> NDArray[Any]:
    try:
        values = np.asarray(given)
    except ValueError:  # lists of unequal length
        values = np.empty(0)
    if values.ndim != 1 or not len(values) or values.dtype.kind not in "iuf":
        raise RecipeError(f"{name} must be given a list of numbers to vary it in a grid")
    return values


def _keys(recipe: Recipe, name: str) -> tuple[str, ...]:
    """Return the numbers that a column's name stands for, as ``recipe.numbers`` has them."""
    if name in recipe.numbers or name in WEIGHED or name in recipe.network.option_names:
        return (name,)
    if name in OPTIONS:
        carried = tuple(key for key in recipe.network.options if key.endswith(f".{name}"))
        if not carried:
            raise RecipeError(f"no layer carries {name}, so it cannot vary: write it on one, as '64 relu {name}=0.1'")
        return carried
    if name in DEFAULTED:
        raise unused(name, recipe.optimizer, recipe.loss)
    if name == "network" or name in LEGAL:
        raise RecipeError(f"{name} cannot vary within a grid, whose members share a program: pass a list of recipes")
    raise one_of("number", name, [*recipe.numbers, *WEIGHED, *OPTIONS], RecipeError)
