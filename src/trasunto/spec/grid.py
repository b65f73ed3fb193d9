"""One recipe and columns of numbers and words that vary: a million members without a million objects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trasunto.errors import RecipeError, one_of
from trasunto.spec.legal import DEFAULTED, LEGAL, NUMBERS, OPTIONS, WEIGHED, WORDS, unused

if TYPE_CHECKING:  # a recipe makes grids, so the real import goes the other way
    from trasunto.spec.recipe import Recipe
    from trasunto.spec.structure import Structure

LARGEST = 10_000_000
"""How many members a grid may have; beyond it the columns alone would fill a small machine's memory."""

SIZES = {
    "network": "`trasunto sweep`",
    "hidden": "`trasunto study hidden-size` or `trasunto sweep`",
    "width": "`trasunto study hidden-size` or `trasunto sweep`",
    "units": "`trasunto study hidden-size` or `trasunto sweep`",
    "latent": "`trasunto study latent-loss` or `trasunto sweep`",
    "layers": "`trasunto study depth-loss` or `trasunto sweep`",
    "depth": "`trasunto study depth-loss` or `trasunto sweep`",
    "activation": "`trasunto sweep`",
}
"""What people call the shape of a network, and the commands that vary it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Members that share a network and differ in numbers and words.

    Those that differ in numbers alone share a structure, and so a program.

    Parameters
    ----------
    recipe
        What all members have in common.
    columns
        For each number or word that varies, its value in every member, (m,). The names are those of ``recipe.numbers``
        and `WORDS`; "drop", "l1" or "l2" alone means that option on every layer that carries it.

    Raises
    ------
    RecipeError
        If a name is no number or word of the recipe, or a value is not legal for it.
    """

    recipe: Recipe
    columns: Mapping[str, NDArray[Any]]

    def __post_init__(self) -> None:
        _refuse_unknown(self.recipe, self.columns)
        columns = {name: _column(name, values) for name, values in self.columns.items()}
        if len({len(column) for column in columns.values()}) > 1:
            raise RecipeError(f"the columns of a grid must be of one length: {', '.join(columns)}")
        object.__setattr__(self, "columns", columns)
        for base in self._bases.values():
            _refuse_twice(base, [name for name in columns if name not in WORDS])

    def __len__(self) -> int:
        """Count the members, m."""
        return next((len(column) for column in self.columns.values()), 1)

    @cached_property
    def axes(self) -> dict[str, tuple[float, ...]]:
        """The distinct values of each column, in order of appearance."""
        return {name: tuple(dict.fromkeys(column.tolist())) for name, column in self.columns.items()}

    @property
    def words(self) -> tuple[str, ...]:
        """The columns that vary between programs; without any, all members share one."""
        return tuple(name for name in self.columns if name in WORDS)

    @property
    def structure(self) -> Structure:
        """What the one program for all members is compiled for: it has an option where any member uses it.

        Raises
        ------
        RecipeError
            Members differ in words, and do not share a program.
        """
        return self._fullest.structure

    def recipe_at(self, i: int) -> Recipe:
        """Return the recipe of member `i`."""
        base = self._bases[tuple(self.columns[name][i] for name in self.words)]
        return base.with_numbers({key: float(column[i]) for key, column in self._varied(base).items()})

    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """Return every number of the program, (m,) each, those that do not vary included.

        Raises
        ------
        RecipeError
            Members differ in words, and do not share a program.
        """
        varied = self._varied(self.recipe)
        return {key: varied.get(key, np.broadcast_to(value, len(self))) for key, value in self._fullest.numbers.items()}

    @cached_property
    def _bases(self) -> dict[tuple[Any, ...], Recipe]:
        """The recipe with each combination of words that a member has."""
        if not self.words:
            return {(): self.recipe}
        found = dict.fromkeys(zip(*(self.columns[name].tolist() for name in self.words), strict=True))
        return {words: self._with(dict(zip(self.words, words, strict=True))) for words in found}

    def _with(self, words: Mapping[str, Any]) -> Recipe:
        try:
            base = self.recipe.replace(**words)
            for name in self.columns:
                _keys(base, name)
        except RecipeError as error:
            told = ", ".join(f"{name} {value if value != '' else 'none'}" for name, value in words.items())
            raise RecipeError(f"the grid holds a recipe that cannot be trained ({told}): {error}") from error
        return base

    def _varied(self, base: Recipe) -> dict[str, NDArray[np.float64]]:
        return {key: column for name, column in self.columns.items() for key in _keys(base, name)}

    @cached_property
    def _fullest(self) -> Recipe:
        """A recipe with every option that any member uses: none is negative, so the largest values have them all."""
        if self.words:
            raise RecipeError(f"the members of a grid that differ in {', '.join(self.words)} do not share a program")
        return self.recipe.with_numbers({key: float(column.max()) for key, column in self._varied(self.recipe).items()})


def product(recipe: Recipe, axes: Mapping[str, ArrayLike]) -> Grid:
    """Return the grid of all combinations of the axes' values, the first axis slowest."""
    _refuse_unknown(recipe, axes)
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


def _column(name: str, given: ArrayLike) -> NDArray[Any]:
    column = _list(name, given)
    if name not in WORDS:
        column = column.astype(np.float64) + 0.0  # -0.0 becomes 0.0, as in a recipe
        rule = NUMBERS[name.rpartition(".")[2]]
        for value in dict.fromkeys(column.tolist()):
            rule.check(name, value)
    column.flags.writeable = False
    return column


def _list(name: str, given: ArrayLike) -> NDArray[Any]:
    if name in WORDS:
        listed = np.asarray(given, dtype=object)
        if listed.ndim != 1 or not len(listed):
            legal = LEGAL[name].legal
            raise RecipeError(f"{name} must be given a list of values to vary it in a grid (legal: {legal})")
        return np.array([LEGAL[name].check(name, value) for value in listed.tolist()], dtype=object)
    try:
        values = np.asarray(given)
    except ValueError:  # lists of unequal length
        values = np.empty(0)
    if values.ndim != 1 or not len(values) or values.dtype.kind not in "iuf":
        raise RecipeError(f"{name} must be given a list of numbers to vary it in a grid")
    return values


def _refuse_twice(recipe: Recipe, names: Iterable[str]) -> None:
    keys = [key for name in names for key in _keys(recipe, name)]
    for key in keys:
        if keys.count(key) > 1:
            raise RecipeError(f"{key} is varied by two columns of the grid ({', '.join(names)})")


def _refuse_unknown(recipe: Recipe, names: Iterable[str]) -> None:
    """Refuse what varies in no grid; a number that a word brings is looked at when the words are known."""
    for name in names:
        if name not in DEFAULTED:
            _keys(recipe, name)


def _keys(recipe: Recipe, name: str) -> tuple[str, ...]:
    """Return the numbers that a column's name stands for, as ``recipe.numbers`` has them; none for a word."""
    if name in WORDS:
        return ()
    if name in recipe.numbers or name in WEIGHED or name in recipe.network.option_names:
        return (name,)
    if name in OPTIONS:
        carried = tuple(key for key in recipe.network.options if key.endswith(f".{name}"))
        if not carried:
            raise RecipeError(f"no layer carries {name}, so it cannot vary: write it on one, as '64 relu {name}=0.1'")
        return carried
    if name in DEFAULTED:
        raise unused(name, recipe.optimizer, recipe.loss)
    if name in SIZES:
        raise RecipeError(
            f"{name} cannot vary within a grid, whose members share a network: {SIZES[name]} varies it, "
            "or pass a list of recipes"
        )
    if name == "seed":
        raise RecipeError("seed cannot vary within a grid: every member is trained with all seeds that are asked for")
    if name == "epochs":
        raise RecipeError(
            "epochs cannot vary within a grid, whose members are told apart by what they are and not by how far they "
            "are trained: train to the most epochs and look at earlier ones, or pass a list of recipes"
        )
    raise one_of("number", name, [*recipe.numbers, *WEIGHED, *OPTIONS, *WORDS], RecipeError)
