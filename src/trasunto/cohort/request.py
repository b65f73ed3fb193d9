"""A training request: recipes, seeds and rows, and the members they name."""

from __future__ import annotations

import hashlib
import json
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from operator import index
from typing import Any

import numpy as np

from trasunto.cohort import reach
from trasunto.cohort.plan import Job, measures, structure_of
from trasunto.cohort.states import WEIGHTS
from trasunto.data import Table
from trasunto.errors import DataError, RecipeError
from trasunto.spec import Grid, Recipe, Stopping, Structure, member_id
from trasunto.spec.seeds import read_seeds
from trasunto.spec.stopping import monitored

Arrays = Mapping[str, np.ndarray]
Recipes = Recipe | Grid | Sequence[Recipe]


@dataclass(frozen=True, eq=False)
class Member:
    """One network of a request.

    Attributes
    ----------
    recipe, seed
        What is trained.
    table
        The prepared rows: with ``recipe.validation``, the last share of them is held out.
    epochs
        To which epoch it is trained. It is not in the id: who is asked for more goes on.
    start
        Weights that training starts from, by name; empty where it starts from the recipe's initialisation.
    """

    recipe: Recipe
    seed: int
    table: Table
    epochs: int
    start: Arrays = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """Return the name of this training, the same on every machine."""
        return member_id(self.recipe, self.seed, self.rows, dtype=precision(), start=self.checksum or None)

    @cached_property
    def rows(self) -> str:
        """Return the fingerprint of the rows, with their labels and their shape where these matter to the training."""
        labels = self.table.label_fingerprint if self.recipe.loss == "cross_entropy" else ""
        shape = "" if self.recipe.structure.flat else f" {self.table.row_shape}"
        return f"{self.table.fingerprint}{labels}{shape}"

    @cached_property
    def checksum(self) -> str:
        """Return a checksum of the given starting weights, or nothing where there are none."""
        if not self.start:
            return ""
        digest = hashlib.sha256()
        for name in sorted(self.start):
            digest.update(f"{name} {self.start[name].dtype.str} {self.start[name].shape}\n".encode())
            digest.update(np.ascontiguousarray(self.start[name]).tobytes())
        return digest.hexdigest()

    def monitored(self, stopping: Stopping | None) -> str:
        """Return the name of the loss that a rule and a plateau watch."""
        return monitored(measures(self.table), stopping)

    @cached_property
    def structure(self) -> Structure:
        """Return the structure of its network."""
        return structure_of(self.recipe, self.table)

    @property
    def given(self) -> bool:
        """Return whether all weights that training starts from were given, and none is drawn."""
        return bool(self.start) and self.structure.arrays.keys() <= self.start.keys()

    def begin(self) -> dict[str, np.ndarray]:
        """Return what training starts from, as a job begins with it."""
        return {WEIGHTS + name: np.asarray(array) for name, array in self.start.items()}

    def job(self, stopping: Stopping | None = None) -> Job:
        """Return all of its training."""
        return Job(self.id, self.recipe, self.seed, self.table, 0, self.epochs, self.begin, stopping=stopping)


@dataclass(frozen=True, eq=False)
class Request:
    """Members to be trained, each to its epoch.

    Attributes
    ----------
    snapshots
        Epochs at which their weights are kept; None leaves the choice to the store's habit.
    stopping
        A rule that may end a member's training before its epoch. It is not in the members' ids, for it changes nothing
        that they were before.
    times
        How often such networks are trained in all, by this request and by others: the more often, the sooner it pays
        to optimise their code.
    """

    members: tuple[Member, ...]
    snapshots: tuple[int, ...] | None
    stopping: Stopping | None = None
    times: int = 1

    @cached_property
    def remarks(self) -> dict[str, str]:
        """Return a sentence on each output that cannot reach the values of the rows, by the output's word."""
        return reach.remarks((member.recipe, member.table) for member in self.members)

    def remark(self, member: Member) -> str:
        """Return the remark on a member's output; empty where it has none."""
        return remark_on(member.recipe, self.remarks)

    @property
    def epochs(self) -> int:
        """Return the furthest epoch that any member is trained to."""
        return max(member.epochs for member in self.members)

    @property
    def usual_name(self) -> str:
        """Return the name derived from the members alone, so that asking for more epochs is the same run."""
        return "run-" + hashlib.sha256(" ".join(member.id for member in self.members).encode()).hexdigest()[:10]

    @property
    def json(self) -> str:
        """Return the request as the store writes it down."""
        first, epochs = self.members[0], [member.epochs for member in self.members]
        sample = first.table.provenance.sample
        return json.dumps(
            {
                "rows": first.table.provenance.name,
                "path": first.table.provenance.path,
                "members": len(self.members),
                "epochs": max(epochs),
                "snapshots": None if self.snapshots is None else list(self.snapshots),
            }
            | ({} if sample is None else {"sample": asdict(sample)})
            | ({"epochs_each": epochs} if len(set(epochs)) > 1 else {})
            | ({} if self.stopping is None else {"stopping": asdict(self.stopping)})
            | ({"remarks": self.remarks} if self.remarks else {})
        )


def remark_on(recipe: Recipe, remarks: Mapping[str, str]) -> str:
    """Return the remark on a recipe's output among those of a request; nothing where it has none, or no output."""
    return "" if recipe.loss == "cross_entropy" else remarks.get(recipe.network.output, "")


def precision() -> str:
    """Return the dtype that training uses: float64 where the process has switched JAX's x64 on."""
    from trasunto.nets import settings  # JAX, which takes long to import

    return str(settings.precision())


def make_request(
    recipes: Recipes,
    table: Table,
    seeds: Any,
    epochs: int | Sequence[int] | None,
    snapshots: Sequence[int] | None,
    starts: Sequence[Arrays | None] | None,
    stopping: Stopping | None = None,
    *,
    whole: bool = False,
    times: int = 1,
) -> Request:
    """Name the members of recipes x seeds (seeds fastest) on prepared rows; who is named twice counts once.

    Parameters
    ----------
    whole
        Whether members start from all of the weights given for them, not from the encoder's alone.

    Raises
    ------
    RecipeError
        Seeds, epochs or snapshots that are not counting numbers, or are not one for each recipe.
    DataError
        Labels are wanted and there are none, or a loss means nothing on these rows.
    """
    asked = listed(recipes)
    chosen = read_seeds(seeds)
    ends = _epochs(asked, epochs)
    kept = None if snapshots is None else _snapshots(snapshots, max(ends))
    prepared = {share: table.hold_out(share) if share else table for share in {r.validation for r in asked}}
    for share, recipe in {recipe.validation: recipe for recipe in asked if recipe.loss == "bce"}.items():
        reach.refuse_meaningless(recipe, prepared[share])
    pairs = [(recipe, end, seed) for recipe, end in zip(asked, ends, strict=True) for seed in chosen]
    begins = starts if starts is not None else [None] * len(pairs)
    if len(begins) != len(pairs):
        raise RecipeError(f"{len(begins)} starting weights were given for {len(pairs)} members (recipes x seeds)")
    members = [
        Member(recipe, seed, _labelled(recipe, prepared[recipe.validation]), end, start)
        for (recipe, end, seed), begin in zip(pairs, begins, strict=True)
        for start in [begin or {} if whole else encoder_weights(recipe, begin or {})]
    ]
    unique: dict[str, Member] = {}
    for member in members:
        member.monitored(stopping)  # refuses a rule that watches what is not measured
        unique[member.id] = max(unique.get(member.id, member), member, key=lambda one: one.epochs)
    return Request(tuple(unique.values()), kept, stopping, times)


def warned(request: Request) -> Request:
    """Return a request after warning of outputs that cannot reach the values of its rows."""
    reach.warn(request.remarks.values())
    return request


def listed(recipes: Any) -> list[Recipe]:
    """Return recipes one by one.

    Raises
    ------
    RecipeError
        There is none, or what is there is none.
    """
    if isinstance(recipes, Grid):
        return [recipes.recipe_at(i) for i in range(len(recipes))]
    several = isinstance(recipes, Iterable) and not isinstance(recipes, str)
    each = list(recipes) if several else [recipes]
    if not each:
        raise RecipeError("no recipe was given: pass a Recipe, a Grid or a list of recipes")
    for one in each:
        if not isinstance(one, Recipe):
            raise RecipeError(f"recipes must be a Recipe, a Grid or a list of recipes, not {reprlib.repr(one)}")
    return each


def _snapshots(snapshots: Any, last: int) -> tuple[int, ...]:
    each = list(snapshots) if isinstance(snapshots, Iterable) and not isinstance(snapshots, str) else [snapshots]
    try:
        epochs = sorted({_whole(epoch) for epoch in each})
    except TypeError:
        raise RecipeError(f"snapshots must be a list of epochs, whole numbers, not {reprlib.repr(snapshots)}") from None
    for epoch in epochs:
        if not 0 <= epoch <= last:
            raise RecipeError(f"snapshot epoch {epoch} is outside the training (legal: 0 to {last})")
    return tuple(epochs)


def _epochs(recipes: Sequence[Recipe], epochs: int | Sequence[int] | None) -> list[int]:
    """Return to which epoch each recipe is trained."""
    asked = [recipe.epochs for recipe in recipes] if epochs is None else epochs
    try:
        each = [_whole(one) for one in asked] if isinstance(asked, Iterable) else [_whole(asked)] * len(recipes)
    except TypeError:
        raise RecipeError(
            f"epochs must be a whole number, or one for each recipe, not {reprlib.repr(epochs)}"
        ) from None
    if len(each) != len(recipes):
        raise RecipeError(f"{len(each)} epochs were given for {len(recipes)} recipes: give one, or one for each")
    if min(each) < 0:
        raise RecipeError(f"epochs must be 0 or more, not {min(each)}")
    return each


def _whole(given: Any) -> int:
    if isinstance(given, bool):
        raise TypeError("a truth value is no count")
    return index(given)


def _labelled(recipe: Recipe, table: Table) -> Table:
    if recipe.loss == "cross_entropy" and table.y is None:
        raise DataError(f"{table.provenance} has no labels, and loss 'cross_entropy' is trained on them")
    return table


def encoder_weights(recipe: Recipe, weights: Arrays) -> dict[str, np.ndarray]:
    """Return the encoder's part of given weights, which is all that a new member starts from."""
    structure = recipe.structure
    return {name: array for name, array in weights.items() if structure.encodes(name)}
