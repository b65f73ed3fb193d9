"""What a search is, as values."""

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
"""Samplers and the pruner that are this project's own; others are Optuna's."""

FACTOR = 3
"""Halving leaves one design in so many."""

COHORT = 8
"""Designs that are trained side by side where nothing else is said."""


@dataclass(frozen=True)
class Named:
    """A sampler or a pruner by name, with what its constructor shall be given."""

    name: str
    options: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Budget:
    """How much may be trained over all calls; the first limit that is reached ends the search.

    Attributes
    ----------
    networks
        Designs x seeds.
    epochs
        Network-epochs: the sum over networks of the epochs each is trained for.
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
            raise RecipeError("the budget is not said: give networks, epochs (over all networks) or minutes")
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
        Under which it is kept; the same name goes on with the same search.
    measures
        Names of `measures.MEASURES`; by the first one designs are ranked and pruned, by several a front is drawn.
    seeds
        Each design is trained with all of them.
    cohort
        How many designs are trained side by side.
    sampler
        "grid", "random", or a class of ``optuna.samplers``.
    pruner
        "halving" (``factor``: one of so many goes on), a class of ``optuna.pruners``, or None.
    rungs
        Epochs at which pruning is asked about, ascending and below the recipe's epochs.
    seed
        Of the proposals.
    score
        By which detection is measured.

    Raises
    ------
    RecipeError
        The parts do not fit together.
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
                f"a sweep's name is letters, digits, '-' and '_', at most 64, and begins with a letter or digit; "
                f"'{self.name}' does not"
            )
        object.__setattr__(self, "seeds", read_seeds(self.seeds))
        if len(set(self.measures)) < len(self.measures) or not self.measures:
            raise RecipeError(f"measure must name at least one, each once (legal: {', '.join(MEASURES)})")
        if self.cohort < 1:
            raise RecipeError(f"cohort must be at least 1 design trained at a time, not {self.cohort}")
        _refuse_rungs(self)

    @property
    def measured(self) -> tuple[Measure, ...]:
        """What is measured; the first decides."""
        return tuple(MEASURES[name] for name in self.measures)

    @property
    def stages(self) -> tuple[int, ...]:
        """The epochs at which designs are measured: the rungs and the last one."""
        return (*self.rungs, self.space.epochs)

    def after(self, epoch: int) -> int | None:
        """Return the next stage after an epoch, or None."""
        return next((stage for stage in self.stages if stage > epoch), None)

    def identity(self, table: Table) -> dict[str, Any]:
        """Return what must stay the same for a search to go on: what its numbers depend on."""
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
        """Return what was asked for, as a report lists it."""
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
        raise RecipeError("rungs are given without a pruner that asks about them: name one, as pruner = 'halving'")
    if sweep.pruner is not None and not sweep.rungs:
        raise RecipeError(
            f"pruner '{sweep.pruner.name}' needs rungs: the epochs at which it is asked, as rungs = [2, 6]"
        )
    if list(sweep.rungs) != sorted(set(sweep.rungs)) or not all(0 < rung < epochs for rung in sweep.rungs):
        raise RecipeError(
            f"rungs must rise and lie within 1 to {epochs - 1}, before the last epoch, not {list(sweep.rungs)}"
        )
