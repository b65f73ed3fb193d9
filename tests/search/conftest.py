"""Sweeps small enough to carry out in a moment, and a trainer that answers from the recipe alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.search import Sweep
from trasunto.search.journal import Journal, keeping
from trasunto.search.loop import search
from trasunto.search.reading import read_sweep
from trasunto.spec import Recipe

RECIPE = {"network": "{width} relu > [{latent} linear] > mirror > linear", "epochs": 9}
SPACE = {
    "width": {"integers": [4, 64]},
    "latent": [1, 2, 3],
    "learning_rate": {"range": [1e-3, 0.1], "log": True, "points": 3},
}

Make = Callable[..., Sweep]


@pytest.fixture
def make() -> Make:
    """Return a sweep, by default a random one of 12 networks; what is given stands in place of it."""

    def made(**given: Any) -> Sweep:
        usual = {
            "name": "tiny",
            "recipe": RECIPE,
            "space": SPACE,
            "budget": {"networks": 12},
            "sampler": "random",
            "cohort": 4,
        }
        return read_sweep({**usual, **given}).sweep

    return made


@pytest.fixture(scope="session")
def table() -> Table:
    rows = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    return from_arrays(rows[:40], test=rows[40:])


@pytest.fixture(scope="session")
def pretend() -> type[Pretend]:
    return Pretend


@pytest.fixture(scope="session")
def carried_out() -> Callable[..., tuple[str, Journal]]:
    """Carry out a sweep in a store; return why it ended, and its journal."""

    def carry_out(sweep: Sweep, table: Table, store: Path, train: Any = None) -> tuple[str, Journal]:
        with keeping(store, sweep.name, sweep.identity(table)) as journal:
            return search(sweep, table, train or Pretend(), journal), journal

    return carry_out


class PretendCohort:
    """A cohort whose losses follow from recipes, seeds and epochs; networks of width 13 diverge."""

    def __init__(self, recipes: Sequence[Recipe], seeds: Sequence[int], epochs: Sequence[int], d: int) -> None:
        self._members = [(recipe, end, seed) for recipe, end in zip(recipes, epochs, strict=True) for seed in seeds]
        self._d = d

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame([self._row(*member) for member in self._members])

    def _row(self, recipe: Recipe, epochs: int, seed: int) -> dict[str, Any]:
        width, latent = recipe.network.encoder[0].units, recipe.network.encoder[-1].units
        lost = width == 13
        noise = np.random.default_rng([width, latent, seed]).normal() * 1e-3
        loss = 1 / latent + abs(np.log10(recipe.learning_rate) + 2) + 1 / epochs + 1e-3 * width + noise
        status = "diverged" if lost else "finished"
        return {"status": status, "test_loss": np.nan if lost else loss, "parameters": recipe.parameters(self._d)}


class Pretend:
    """A trainer that remembers what it was asked for: (recipes, seeds, epochs) of every call."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.calls: list[tuple[list[str], tuple[int, ...], list[int]]] = []
        self._stop_after = stop_after

    def __call__(self, recipes: Sequence[Recipe], table: Table, **options: Any) -> PretendCohort:
        if self._stop_after is not None and len(self.calls) >= self._stop_after:
            raise KeyboardInterrupt
        seeds, epochs = options["seeds"], options["epochs"]
        self.calls.append(([recipe.to_json() for recipe in recipes], seeds, epochs))
        return PretendCohort(recipes, seeds, epochs, table.d)

    @property
    def trained(self) -> list[tuple[str, int]]:
        """Every recipe with the epoch that it was trained to, in order."""
        return [course for recipes, _, epochs in self.calls for course in zip(recipes, epochs, strict=True)]
