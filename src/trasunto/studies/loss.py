"""A7: binary cross entropy in place of the mean squared error, each judged by both.

Both measures are means per feature over test rows: lower is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.reconstruction import binary_cross_entropy, mean_squared_error
from trasunto.cohort.reach import refuse_outside_shares
from trasunto.studies.cells import linear_error, require_test_rows
from trasunto.studies.divergence import finished
from trasunto.studies.findings import Request, Train
from trasunto.studies.loss_facts import LOSSES, Facts, measure
from trasunto.studies.loss_verdict import comparisons, conclude
from trasunto.studies.paper_network import paper_recipe
from trasunto.studies.study import Study

if TYPE_CHECKING:
    from trasunto.data import Table

_JUDGES = (mean_squared_error, binary_cross_entropy)  # in the order of LOSSES


@dataclass(frozen=True)
class Settings:
    """What is trained; the paper gives no size for this, so the defaults are ours."""

    hidden: int = 64
    epochs: int = 20
    seeds: int = 6

    @classmethod
    def reduced(cls) -> Settings:
        """Return 5 epochs and 2 seeds."""
        return cls(epochs=5, seeds=2)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the same network with each loss.

    Raises
    ------
    TrasuntoError
        The table has no test rows, or values that cross entropy has no meaning for.
    """
    require_test_rows(table, "loss")
    _require_shares(table)
    recipes = [paper_recipe(settings.hidden, loss) for loss in LOSSES]
    return (Request(recipes, settings.seeds, settings.epochs, (settings.epochs,)),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train on both losses and judge by both."""
    (request,) = requests(table, settings)
    cohort = request.carry_out(table, train)
    whole = finished(cohort, settings.epochs, len(LOSSES)).all(axis=0)
    members = [member for member, kept in zip(cohort.members, np.tile(whole, len(LOSSES)), strict=True) if kept]
    test = _rows(table)
    return measure(
        trained=_judged(members, test, settings.epochs),
        untrained=_judged(members, test, 0),
        floor=binary_cross_entropy(test, test),
        epochs=settings.epochs,
        diverged=int((~whole).sum()),
        pca=linear_error(table, str(request.recipes[0].network), "mse"),
    )


def _rows(table: Table) -> NDArray[np.floating]:
    assert table.test is not None
    values: NDArray[np.floating] = table.test.values()
    return values


def _require_shares(table: Table) -> None:
    """Refuse rows that cross entropy has no meaning for."""
    for part in (table, table.test):
        if part is not None:
            refuse_outside_shares("study 'loss'", part)


def _judged(members: Sequence[Any], test: NDArray[np.floating], epoch: int) -> NDArray[np.float64]:
    """Return the errors of members after an epoch, (losses trained on, measures, seeds)."""
    errors = []
    for member in members:
        reconstruction = member.at(epoch).reconstruct(test)
        errors.append([judge(test, reconstruction) for judge in _JUDGES])
    seeds = len(members) // len(LOSSES)
    return np.asarray(errors, dtype=np.float64).reshape(len(LOSSES), seeds, len(_JUDGES)).transpose(0, 2, 1)


STUDY = Study(
    name="loss",
    question="Does binary cross entropy work as well as the mean squared error?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.loss:pictures",
)
