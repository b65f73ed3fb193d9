"""Which parameters a measure depends on: how much worse it is foretold where one parameter's values are shuffled.

A random forest learns the rank of each design from its parameters and foretells designs that it has not seen; ranks,
so that one design that went wrong does not decide everything. An importance is the fall of R² of those foretold, over
many shuffles: 0 for a parameter that changes nothing. Where the forest foretells little, importances mean little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.spec.domains import Choices
from trasunto.spec.space import Assignment, Space

FEWEST = 10
"""Designs below which nothing is said."""

TRUSTED = 0.3
"""R² of foretold ranks from which importances are spoken of and drawn."""

FOLDS, TREES, SHUFFLES = 5, 50, 10


@dataclass(frozen=True)
class Importance:
    """How much a parameter matters: the mean fall of R² (0 to about 1) and its deviation over shuffles."""

    parameter: str
    importance: float
    deviation: float


@dataclass(frozen=True)
class Importances:
    """What matters to a measure.

    Attributes
    ----------
    explained
        R² of ranks that the forest foretold of designs it had not seen: 1 is all of it, 0 or below is nothing.
    designs
        How many there were.
    epoch
        After which they were measured.
    parameters
        The most important first.
    """

    measure: str
    explained: float
    designs: int
    epoch: int
    parameters: tuple[Importance, ...]

    @property
    def trusted(self) -> bool:
        """Whether enough is foretold for importances to mean something."""
        return self.explained >= TRUSTED


def importances(
    space: Space, designs: Sequence[Assignment], values: Sequence[float], measure: str, epoch: int
) -> Importances | None:
    """Return what matters; None where there are too few designs, or nothing varies among them.

    Parameters
    ----------
    values
        Lower is better; infinite for a design that diverged.
    """
    from scipy.stats import rankdata
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import r2_score
    from sklearn.model_selection import KFold

    x, names = _columns(space, designs)
    ranks = rankdata(values)
    if len(designs) < FEWEST or not names or np.ptp(ranks) == 0:
        return None
    foretold, falls = np.empty(len(ranks)), []
    for known, new in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        forest = RandomForestRegressor(TREES, random_state=0).fit(x[known], ranks[known])
        foretold[new] = forest.predict(x[new])
        shuffled = permutation_importance(
            forest, x[new], ranks[new], scoring="neg_mean_squared_error", n_repeats=SHUFFLES, random_state=0
        )
        falls.append(shuffled.importances / ranks.var())
    of_all = np.mean(falls, axis=0)  # (columns, shuffles)
    found = [Importance(name, float(of_all[i].mean()), float(of_all[i].std())) for i, name in enumerate(names)]
    found.sort(key=lambda one: -one.importance)
    return Importances(measure, float(r2_score(ranks, foretold)), len(designs), epoch, tuple(found))


def _columns(space: Space, designs: Sequence[Assignment]) -> tuple[NDArray[np.float64], list[str]]:
    """Return a column for each parameter that varies among the designs; -1 is one that is not there.

    A number is its place among the numbers tried, so that its unit and its logarithm make no difference; a word is its
    place among the choices, which a forest can take apart.
    """
    columns, names = [], []
    for parameter in space.parameters:
        given = [design.get(parameter.name) for design in designs]
        words = isinstance(parameter.domain, Choices)
        legal = list(parameter.domain.values) if isinstance(parameter.domain, Choices) else []
        tried = legal if words else sorted({value for value in given if value is not None}, key=float)
        column = [-1 if value is None else tried.index(value) for value in given]
        if len(set(column)) > 1:
            columns.append(column)
            names.append(parameter.name)
    return np.array(columns, dtype=np.float64).T.reshape(len(designs), len(names)), names
