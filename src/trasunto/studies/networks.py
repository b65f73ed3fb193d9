"""The networks that a study of a size trains: those of its paper, those that fit the rows, or those it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from trasunto.cohort.reach import limits
from trasunto.errors import RecipeError
from trasunto.spec import Recipe

if TYPE_CHECKING:
    from trasunto.data import Table

Sized: TypeAlias = Callable[[int], Recipe]
"""Returns the recipe of a network of a size."""

SMALLEST_BATCH, LARGEST_BATCH = 16, 256

BATCHES = 100
"""Minibatches in an epoch of rows that are not a paper's, within the bounds on their size."""

_LATENT = re.compile(r"\[\d+ ")


@dataclass(frozen=True)
class Place:
    """The place of a size in a network's text, and what stands beside it where the rows are not the paper's.

    Attributes
    ----------
    name
        As in "{hidden}".
    around
        The network for rows of one's own but its output, as "[{hidden} relu]".
    """

    name: str
    around: str

    def fields(self, given: Recipe | Mapping[str, Any] | None, table: Table) -> dict[str, Any]:
        """Return a recipe's fields, the size left open: of `given`, and for the rest what fits the rows.

        Outputs are linear, or sigmoid where all values lie between 0 and 1; the optimizer is Adam, and the minibatch a
        hundredth of the rows, from 16 to 256. A recipe's latent units give way to the size, its epochs to the study's.

        Raises
        ------
        RecipeError
            The network has no place for the size, or epochs are given, which the study has a setting for.
        """
        if isinstance(given, Recipe):
            fields: dict[str, Any] = {name: value for name, value in given.said.items() if name != "epochs"}
            return fields | {"network": _LATENT.sub(f"[{{{self.name}}} ", str(given.network))}
        low, high = limits(table)
        batch = min(max(table.n // BATCHES, SMALLEST_BATCH), LARGEST_BATCH, table.n)
        output = "sigmoid" if low >= 0 and high <= 1 else "linear"
        fields = {"network": f"{self.around} > {output}", "optimizer": "adam", "batch_size": batch} | dict(given or {})
        if "epochs" in fields:
            raise RecipeError("the study sets the epochs itself: give them as its setting")
        if f"{{{self.name}}}" not in str(fields["network"]):
            raise RecipeError(
                f"network '{fields['network']}' has no place for the size that the study varies: write "
                f"{{{self.name}}}, as in '{self.around} > {output}'"
            )
        return fields

    def filled(self, fields: Mapping[str, Any]) -> Sized:
        """Return the recipes of fields by size."""

        def recipe(size: int) -> Recipe:
            network = str(fields["network"]).replace(f"{{{self.name}}}", str(size))
            return Recipe(**dict(fields) | {"network": network})

        return recipe
