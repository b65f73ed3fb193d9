"""A2 and A3: how learning rate and momentum change what is learnt, on a full grid of both.

Errors are test reconstruction errors (means per feature; of images per pixel, pixels in 0..1): lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.studies import cells
from trasunto.studies.cells import Axis
from trasunto.studies.findings import Request, Train
from trasunto.studies.learning_rate_momentum_facts import Facts, measure
from trasunto.studies.learning_rate_momentum_verdict import comparisons, conclude
from trasunto.studies.study import Study

if TYPE_CHECKING:
    from trasunto.data import Table

STEPS: Axis = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""0.05 to 0.95, the paper's axis for both."""


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size.

    `long_cells` are the values of both axes whose cells are trained for `long_epochs`, to see when each reaches `goal`
    (A2); empty for none.
    """

    learning_rates: Axis = STEPS
    momenta: Axis = STEPS
    epochs: int = 5
    seeds: int = 1
    long_cells: Axis = cells.COARSE
    long_epochs: int = 10
    goal: float = 0.08
    network: str = cells.NETWORK
    loss: str = "mse"
    batch_size: int = 1000

    @classmethod
    def reduced(cls) -> Settings:
        """Return 16 cells in place of 361."""
        return cls(learning_rates=cells.COARSE, momenta=cells.COARSE)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the grid, and the cells that are trained for longer.

    Raises
    ------
    TrasuntoError
        The table has no test rows.
    """
    cells.require_test_rows(table, "learning-rate-momentum")

    def request(learning_rates: Axis, momenta: Axis, epochs: int) -> Request:
        recipes = cells.grid(settings.network, settings.loss, settings.batch_size, learning_rates, momenta)
        return Request(recipes, settings.seeds, epochs)

    asked = [request(settings.learning_rates, settings.momenta, settings.epochs)]
    if settings.long_cells:
        asked.append(request(settings.long_cells, settings.long_cells, settings.long_epochs))
    return tuple(asked)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the grid and measure it."""
    asked = requests(table, settings)
    trained = [request.carry_out(table, train) for request in asked]
    grid = cells.read(trained[0].history(), settings.learning_rates, settings.momenta, settings.epochs)
    long = None
    if settings.long_cells:
        long = cells.read(trained[1].history(), settings.long_cells, settings.long_cells, settings.long_epochs)
    bounded = cells.is_bounded(settings.network, settings.loss)
    pca = cells.linear_error(table, settings.network, settings.loss)
    return measure(grid, long, bounded=bounded, goal=settings.goal, loss=settings.loss, pca=pca)


STUDY = Study(
    name="learning-rate-momentum",
    question="How do learning rate and momentum change the error, and does each act independently of the other?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.learning_rate_momentum:pictures",
)
