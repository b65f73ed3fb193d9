"""How a member's training ended, as a word and a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from trasunto.spec import Recipe

TRAINING, FINISHED, STOPPED, STALLED, DIVERGED, DAMAGED = (
    "training",
    "finished",
    "stopped",
    "stalled",
    "diverged",
    "damaged",
)


MEASURES = ("test_loss", "validation_loss", "train_loss")
"""Losses that say whether training was of use. Before it, that of training rows is known only without others."""


class Outcome(NamedTuple):
    """A status (one of the words above) and the sentence that explains it."""

    status: str
    reason: str


def settings_of(recipe: Recipe, seed: int) -> str:
    """Say which member is meant, as people do: by the numbers that they chose."""
    numbers = {name: recipe.numbers[name] for name in ("learning_rate", "momentum") if name in recipe.numbers}
    return ", ".join([*(f"{name} {value:g}" for name, value in numbers.items()), f"seed {seed}"])


def diverged(recipe: Recipe, seed: int, epoch: int) -> Outcome:
    """Return the outcome of a member whose loss or weights stopped being finite in `epoch`."""
    return Outcome(DIVERGED, f"the loss was no longer finite in epoch {epoch} ({settings_of(recipe, seed)})")


def stopped(recipe: Recipe, seed: int, epoch: int, reason: str = "by a rule of the request") -> Outcome:
    """Return the outcome of a member whose training a rule ended after `epoch`."""
    return Outcome(STOPPED, f"stopped after epoch {epoch}: {reason} ({settings_of(recipe, seed)})")


def judge(recipe: Recipe, seed: int, curve: Mapping[tuple[int, str], float], last: int, wanted: int) -> Outcome:
    """Judge a curve of finite numbers that ends at epoch `last` where `wanted` were asked for.

    Parameters
    ----------
    curve
        Values by (epoch, metric), as a store keeps them; the first of `MEASURES` that is known before training decides.
    """
    if last < wanted:
        return Outcome(TRAINING, f"{last} of {wanted} epochs are done")
    measure = next((name for name in MEASURES if (0, name) in curve), MEASURES[-1])
    before, after = curve.get((0, measure), math.nan), curve.get((last, measure), math.nan)
    if last and not after < before:
        return Outcome(
            STALLED,
            f"after {last} epochs the {measure} is {after:.4g}, not below the untrained network's {before:.4g} "
            f"({settings_of(recipe, seed)})",
        )
    return Outcome(FINISHED, f"trained for {last} epochs")


def curve_of(long: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Return one member's history as values by (epoch, metric)."""
    return {(int(e), str(m)): float(v) for e, m, v in zip(long["epoch"], long["metric"], long["value"], strict=True)}
