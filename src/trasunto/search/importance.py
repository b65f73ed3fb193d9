"""Permutation importance of hyperparameters.

A random forest predicts each design's rank from its parameters, cross-validated; ranks, so that one failed design does
not dominate. A parameter's importance is the drop in R² when its values are shuffled, averaged over shuffles: 0 for one
without effect. Where R² is low to begin with, importances mean little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trasunto.spec.domains import Choices
from trasunto.spec.space import Assignment, Space

FEWEST = 10
"""Designs needed for importances."""

TRUSTED = 0.3
"""R² from which importances are reported and drawn."""

FOLDS, TREES, SHUFFLES = 5, 50, 10


@dataclass(frozen=True)
class Importance:
    """A parameter's importance: mean drop in R² (0 to about 1) and its standard deviation over shuffles."""

    parameter: str
    importance: float
    deviation: float


@dataclass(frozen=True)
class Importances:
    """Importances of all parameters that vary, for one measure.

    Attributes
    ----------
    explained
        Cross-validated R² of the forest: 1 is perfect, 0 or below useless.
    designs
        Number of designs.
    epoch
        Epoch at which they were measured.
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
        """Whether the forest predicts well enough for importances to mean something."""
        return self.explained >= TRUSTED


def importances(
    space: Space, designs: Sequence[Assignment], values: Sequence[float], measure: str, epoch: int
) -> Importances | None:
    """Return the importances of parameters; None with too few designs, or where nothing varies among them.

    Parameters
    ----------
    values
        The measure, lower is better; infinite for a design that diverged.
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
    predicted, drops = np.empty(len(ranks)), []
    for known, new in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        forest = RandomForestRegressor(TREES, random_state=0).fit(x[known], ranks[known])
        predicted[new] = forest.predict(x[new])
        shuffled = permutation_importance(
            forest, x[new], ranks[new], scoring="neg_mean_squared_error", n_repeats=SHUFFLES, random_state=0
        )
        drops.append(shuffled.importances / ranks.var())
    of_all = np.mean(drops, axis=0)  # (columns, shuffles)
    found = [Importance(name, float(of_all[i].mean()), float(of_all[i].std())) for i, name in enumerate(names)]
    found.sort(key=lambda one: -one.importance)
    return Importances(measure, float(r2_score(ranks, predicted)), len(designs), epoch, tuple(found))


def _columns(space: Space, designs: Sequence[Assignment]) -> tuple[NDArray[np.float64], list[str]]:
    """Return a column for each parameter that varies among the designs, and their names; -1 marks an inactive one.

    Numbers are coded by their rank among those tried, so that unit and logarithm make no difference; choices by their
    index, which a forest can split.
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
