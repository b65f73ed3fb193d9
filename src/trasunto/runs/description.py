"""Columns that tell the members of a run apart, and whether their losses are comparable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from trasunto.spec import Recipe
from trasunto.spec.legal import LOSS_FIELDS, WEIGHED, WORDS

if TYPE_CHECKING:
    import pandas as pd

_PENALTY = re.compile(r"\d+\.(l1|l2|kl)|contraction")


class Described(NamedTuple):
    """A member: its id, recipe and seed, and a checksum of the weights that it begins from, empty for none."""

    id: str
    recipe: Recipe
    seed: int
    start: str


class Apart(NamedTuple):
    """Why losses do not compare, as "they ...", and whether the errors do, which are losses without penalties."""

    why: str
    errors: bool


def describe(members: Sequence[Described]) -> pd.DataFrame:
    """Return a row per member: id, network, loss, every other field that varies, every number, and the seed.

    A number that a member does not have is NaN; an option of a layer, or a weight, that it does not use is 0. Where
    some members begin from given weights, and not all from the same, `start` is a checksum of them.
    """
    import pandas as pd

    recipes = [member.recipe for member in members]
    words = [name for name in WORDS if name != "loss" and len({getattr(one, name) for one in recipes}) > 1]
    numbers = list(dict.fromkeys(name for recipe in recipes for name in recipe.numbers))
    starts = len({member.start for member in members}) > 1
    frame = pd.DataFrame(
        [
            {
                "id": member.id,
                "network": str(member.recipe.network),
                "loss": member.recipe.loss,
                **{name: getattr(member.recipe, name) for name in words},
                **_unused(member.recipe, numbers),
                **member.recipe.numbers,
                **({"start": member.start[:8]} if starts else {}),
                "seed": member.seed,
            }
            for member in members
        ]
    )
    return frame[["id", "network", "loss", *words, *numbers, *(["start"] if starts else []), "seed"]]


def incomparable(frame: pd.DataFrame) -> Apart | None:
    """Return why the losses of a frame's members cannot be compared; None where they can."""
    losses = list(dict.fromkeys(frame["loss"]))
    if len(losses) > 1:
        return Apart(f"they minimise different losses ({', '.join(losses)})", errors=False)
    for name in LOSS_FIELDS:
        if name in frame and frame[name].nunique() > 1:
            return Apart(f"they minimise losses of different {name}", errors=False)
    weights = [str(name) for name in frame.columns if _PENALTY.fullmatch(str(name))]
    varied = [name for name in weights if frame[name].fillna(0.0).nunique() > 1]
    if varied:
        return Apart(f"their losses include penalties of different weights ({', '.join(varied)})", errors=True)
    return None


def _unused(recipe: Recipe, numbers: Iterable[str]) -> dict[str, float]:
    """Return at 0 the numbers that the recipe could have."""
    possible = {*WEIGHED, *recipe.network.option_names}
    return {name: 0.0 for name in numbers if name in possible}
