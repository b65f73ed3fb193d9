"""A4: whether the order of learning rates and momenta after a few epochs survives a long training.

Errors are test reconstruction errors (means per feature; of images per pixel, pixels in 0..1): lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trasunto.errors import TrasuntoError
from trasunto.studies import cells
from trasunto.studies.cells import Axis
from trasunto.studies.findings import Request, Train
from trasunto.studies.long_run_facts import Facts, measure
from trasunto.studies.long_run_verdict import comparisons, conclude
from trasunto.studies.study import Study

if TYPE_CHECKING:
    from trasunto.data import Table


@dataclass(frozen=True)
class Settings:
    """What is trained; the defaults are the paper's size.

    The order of the cells after `early` epochs is compared with their order at each of `later` that the training
    reaches, and at its end.
    """

    learning_rates: Axis = cells.COARSE
    momenta: Axis = cells.COARSE
    epochs: int = 150
    early: int = 5
    later: tuple[int, ...] = (10, 20, 50, 100, 150)
    seeds: int = 1
    network: str = cells.NETWORK
    loss: str = "mse"
    batch_size: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.early < self.epochs:
            raise TrasuntoError(
                f"long-run compares the order after {self.early} epochs with a later one, "
                f"so early must be from 1 to {self.epochs - 1}, below its {self.epochs} epochs"
            )

    @classmethod
    def reduced(cls) -> Settings:
        """Return 10 epochs in place of 150: the very cells that A2 trains."""
        return cls(epochs=10)

    @property
    def compared(self) -> tuple[int, ...]:
        """The epochs whose order is compared with the early one, the last always among them."""
        return (*sorted({epoch for epoch in self.later if self.early < epoch < self.epochs}), self.epochs)


def requests(table: Table, settings: Settings) -> tuple[Request, ...]:
    """Return the one grid that is trained.

    Raises
    ------
    TrasuntoError
        The table has no test rows.
    """
    cells.require_test_rows(table, "long-run")
    grid = cells.grid(settings.network, settings.loss, settings.batch_size, settings.learning_rates, settings.momenta)
    return (Request(grid, settings.seeds, settings.epochs),)


def investigate(table: Table, settings: Settings, train: Train) -> Facts:
    """Train the cells and compare their order over time."""
    (request,) = requests(table, settings)
    history = request.carry_out(table, train).history()
    grid = cells.read(history, settings.learning_rates, settings.momenta, settings.epochs)
    pca = cells.linear_error(table, settings.network, settings.loss)
    return measure(grid, settings.early, settings.compared, settings.loss, pca)


STUDY = Study(
    name="long-run",
    question="Does the ranking of learning rates and momenta after 5 epochs still hold after a long training?",
    settings=Settings,
    requests=requests,
    investigate=investigate,
    conclude=conclude,
    comparisons=comparisons,
    pictures="trasunto.figures.long_run:pictures",
)
