"""Definition of a search: sweep, budget, sampler and pruner."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.errors import RecipeError
from trasunto.models.defaults import SCORE
from trasunto.search.measures import MEASURES, Measure
from trasunto.spec.domains import Value
from trasunto.spec.seeds import read_seeds
from trasunto.spec.space import Space

if TYPE_CHECKING:
    from trasunto.data import Table

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

GRID, RANDOM, HALVING = "grid", "random", "halving"
"""This project's own samplers and pruner; others are Optuna's."""

FACTOR = 3
"""Halving keeps one design in this many, by default."""

COHORT = 8
"""Designs trained at a time, by default."""


@dataclass(frozen=True)
class Named:
    """A sampler or pruner by name, with its constructor's options."""

    name: str
    options: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Budget:
    """Limits of training over all calls; the first one reached ends the search.

    Attributes
    ----------
    networks
        Designs x seeds.
    epochs
        Network-epochs: epochs summed over networks.
    minutes
        Wall time of training and measuring.

    Raises
    ------
    RecipeError
        No limit is given, or one is not above 0.
    """

    networks: int | None = None
    epochs: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if (self.networks, self.epochs, self.minutes) == (None, None, None):
            raise RecipeError("the budget has no limit: give networks, epochs (over all networks) or minutes")
        for name in ("networks", "epochs", "minutes"):
            value = getattr(self, name)
            whole = name != "minutes"
            kinds = (int,) if whole else (int, float)
            if value is None:
                continue
            if isinstance(value, np.generic):
                value = value.item()
            if not isinstance(value, kinds) or isinstance(value, bool) or not 0 < value < math.inf:
                raise RecipeError(f"budget: {name} must be a {'whole ' if whole else ''}number above 0, not {value!r}")
            object.__setattr__(self, name, value)

    def __str__(self) -> str:
        told = ((self.networks, "networks"), (self.epochs, "network-epochs"), (self.minutes, "minutes"))
        return ", ".join(f"{value:,} {what}" for value, what in told if value is not None)


@dataclass(frozen=True)
class Sweep:
    """A search over designs.

    Attributes
    ----------
    name
        Name in the store; the same name resumes the same search.
    measures
        Names of `measures.MEASURES`; the first ranks and prunes designs, several give a Pareto front.
    seeds
        Seeds that each design is trained with.
    cohort
        Designs trained at a time.
    sampler
        "grid", "random", or a class of ``optuna.samplers``.
    pruner
        "halving" (``factor``: one design in this many goes on), a class of ``optuna.pruners``, or None.
    rungs
        Epochs at which designs may be pruned, ascending and below the recipe's epochs.
    seed
        Seed of the proposals.
    score
        Anomaly score for measures of detection.

    Raises
    ------
    RecipeError
        A field is invalid, or fields contradict each other.
    """

    name: str
    space: Space
    budget: Budget
    measures: tuple[str, ...] = ("test_loss",)
    seeds: tuple[int, ...] = (0,)
    cohort: int = COHORT
    sampler: Named = Named("TPESampler")
    pruner: Named | None = None
    rungs: tuple[int, ...] = ()
    seed: int = 0
    score: str = SCORE

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise RecipeError(
                f"invalid sweep name '{self.name}': use at most 64 letters, digits, '-' and '_', beginning with a "
                "letter or digit"
            )
        object.__setattr__(self, "seeds", read_seeds(self.seeds))
        if len(set(self.measures)) < len(self.measures) or not self.measures:
            raise RecipeError(f"measure must list at least one measure, each once (legal: {', '.join(MEASURES)})")
        if self.cohort < 1:
            raise RecipeError(f"cohort must be at least 1 design trained at a time, not {self.cohort}")
        _refuse_rungs(self)

    @property
    def measured(self) -> tuple[Measure, ...]:
        """The measures; the first decides."""
        return tuple(MEASURES[name] for name in self.measures)

    @property
    def stages(self) -> tuple[int, ...]:
        """The epochs at which designs are measured: the rungs and the last one."""
        return (*self.rungs, self.space.epochs)

    def after(self, epoch: int) -> int | None:
        """Return the next stage after an epoch, or None."""
        return next((stage for stage in self.stages if stage > epoch), None)

    def identity(self, table: Table) -> dict[str, Any]:
        """Return everything that results depend on, which must be unchanged for a search to resume."""
        return {
            **self.space.to_dict(),
            "measure": list(self.measures),
            "score": self.score,
            "seeds": list(self.seeds),
            "rungs": list(self.rungs),
            "rows": table.fingerprint,
        }

    @property
    def settings(self) -> dict[str, Any]:
        """Settings as a report lists them."""
        return {
            "sampler": _named(self.sampler),
            "pruner": None if self.pruner is None else _named(self.pruner),
            "rungs": list(self.rungs),
            "budget": str(self.budget),
            "seeds": list(self.seeds),
            "cohort": self.cohort,
            "measure": list(self.measures),
            "network": str(self.space.network),
            **self.space.fields,
            **{f"space {one.name}": str(one.domain) for one in self.space.parameters},
            "constraints": [str(constraint) for constraint in self.space.constraints],
        }


def _named(named: Named) -> str:
    options = ", ".join(f"{name}={value}" for name, value in named.options.items())
    return f"{named.name} ({options})" if options else named.name


def _refuse_rungs(sweep: Sweep) -> None:
    epochs = sweep.space.epochs
    if epochs < 1:
        raise RecipeError("epochs must be at least 1: networks that are not trained cannot be compared")
    if sweep.pruner is None and sweep.rungs:
        raise RecipeError("rungs need a pruner, such as pruner = 'halving'")
    if sweep.pruner is not None and not sweep.rungs:
        raise RecipeError(
            f"pruner '{sweep.pruner.name}' needs rungs, the epochs at which it is asked, such as rungs = [2, 6]"
        )
    if list(sweep.rungs) != sorted(set(sweep.rungs)) or not all(0 < rung < epochs for rung in sweep.rungs):
        raise RecipeError(
            f"rungs must be ascending and within 1 to {epochs - 1}, before the last epoch, not {list(sweep.rungs)}"
        )
