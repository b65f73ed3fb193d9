"""trasunto's side: the same work as the peers', timed as they time it, without compiling."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from trasunto.cohort.application import Applied
from trasunto.cohort.devices import training_devices
from trasunto.cohort.memory import fit
from trasunto.cohort.plan import Job, usual_width
from trasunto.cohort.training import Step
from trasunto.data import Table, from_arrays
from trasunto.spec import Recipe
from trasunto.studies import paper_network, tabular_networks

EVALUATED = 1000  # rows; so few that they do not count


def image_recipe(hidden: int) -> Recipe:
    """Return the network of document A as its grid trains it."""
    return paper_network.paper_recipe(hidden)


def table_recipe(batch: int) -> Recipe:
    """Return the network of document B without what is only measured."""
    return tabular_networks.paper_recipe().replace(batch_size=batch, agreement=False)


def rows_of(x: np.ndarray) -> Table:
    """Return rows to train on; a few of them are evaluated."""
    return from_arrays(x, test=x[:EVALUATED])


def wave(recipe: Recipe, table: Table) -> int:
    """Return how many members are at work at a time, over all devices, in a cohort of very many."""
    devices = len(training_devices())
    program = Job("", recipe, 0, table, 0, 1).program
    return devices * usual_width(program, 10**6, devices)


def training(recipe: Recipe, table: Table, members: int, epochs: int = 1) -> Callable[[], float]:
    """Return what trains a cohort and gives the seconds of a network and epoch, from the first evaluation to the last.

    The first call compiles and is not to be counted.
    """

    def work() -> float:
        marks: list[tuple[int, float]] = []

        def observe(step: Step) -> None:
            marks.append((step.event.epoch, time.perf_counter()))

        fit(recipe.replace(epochs=epochs), table, seeds=range(members), observe=observe)
        began = min(moment for epoch, moment in marks if epoch == 0)
        return (marks[-1][1] - began) / members / epochs

    return work


def scoring(recipe: Recipe, x: np.ndarray) -> tuple[Callable[[], float], dict[str, np.ndarray]]:
    """Return what scores all rows with one network and gives the seconds; and the network's weights."""
    (fitted,) = fit(recipe.replace(epochs=1), rows_of(x[:12_000]), seeds=[0])
    network = Applied(fitted.recipe, fitted.weights, x.shape[1])
    scales = np.full(x.shape[1], 1 / x.shape[1])

    def work() -> float:
        began = time.perf_counter()
        network.weighed_errors(x, scales)
        return time.perf_counter() - began

    return work, dict(fitted.weights)
