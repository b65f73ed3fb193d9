"""Successive halving over document A's grid, beside training every cell to the end.

Cells are ranked by validation loss; the search sees no test rows. What halving saves is what a store saves: a cell that
goes on from epoch 1 to 3 to 9 is trained only for what is missing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import trasunto
from benchmarks.apart import answer, measured
from benchmarks.halving_page import page
from trasunto.analysis.intervals import interval, paired
from trasunto.cohort.devices import training_devices
from trasunto.cohort.training import Step
from trasunto.data import Table
from trasunto.runs.cohort import Cohort
from trasunto.spec import Recipe
from trasunto.studies import cells
from trasunto.studies.learning_rate_momentum import STEPS

__all__ = ["TITLE", "measure", "page"]

TITLE = "Successive halving"
BATCH = 1000
VALIDATION = 0.1
EPOCHS = (1, 3, 9)
KEPT = 3
"""Of so many cells, one goes on to the next round."""

SEEDS = range(1, 7)
"""Seeds that the search has not seen."""

FAILED = ("stopped", "diverged")


def measure(quick: bool) -> dict[str, Any]:
    """Search both ways, each in a process of its own that compiles anew, and compare the cells that they find."""
    job = {"rows": 2_000, "every": 6} if quick else {"rows": 10_000, "every": 1}
    found: dict[str, Any] = {}
    for way, rounds in (("halving", EPOCHS), ("full", EPOCHS[-1:])):
        found[way] = _apart({**job, "rounds": rounds})
        print(f"  {way}: {found[way]['network_epochs']:,} network-epochs, {found[way]['seconds']:.1f} s", flush=True)
    chosen = {way: found[way]["ranking"][0] for way in found}
    found |= _apart({**job, "compared": list(chosen.values())})
    found["place"] = 1 + found["full"]["ranking"].index(chosen["halving"])
    for way in chosen:
        found[way]["cell"] = found[way].pop("ranking")[0]
    return found | {"network": cells.NETWORK, "validation": VALIDATION}


def main() -> None:
    """Do the part that the command line describes."""
    job = json.loads(sys.argv[1])
    training_devices()
    digits = trasunto.load("mnist").take(slice(job["rows"]))
    with tempfile.TemporaryDirectory() as store:
        if "compared" in job:
            answer(_compared(job["compared"], digits, Path(store)))
        else:
            unseen = replace(digits, test=None)
            answer(_searched(STEPS[:: job["every"]], job["rounds"], unseen, Path(store)))


def _apart(job: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as cache:
        return measured("benchmarks.halving", job, Path(cache))


def _searched(axis: Sequence[float], rounds: Sequence[int], digits: Table, store: Path) -> dict[str, Any]:
    """Train all cells to the first epoch, and after each round the best of them further; rank those that are left."""
    left, trained, told = _recipes([(rate, momentum) for rate in axis for momentum in axis]), 0, []

    def observe(step: Step) -> None:
        nonlocal trained
        trained += int(step.event.trained.sum()) if step.event.epoch else 0

    cells_in_all, began = len(left), time.perf_counter()
    for number, epochs in enumerate(rounds):
        left = left[: cells_in_all // KEPT**number]
        before, started = trained, time.perf_counter()
        cohort = trasunto.train(left, digits, epochs=epochs, store=store, observe=observe)
        left, failed = _ranked(left, cohort)
        seconds, done = time.perf_counter() - started, trained - before
        told.append(
            {"epochs": epochs, "cells": len(left), "failed": failed, "network_epochs": done, "seconds": seconds}
        )
    return {
        "cells": cells_in_all,
        "rows": digits.n,
        "rounds": told,
        "network_epochs": trained,
        "seconds": time.perf_counter() - began,
        "ranking": [(recipe.learning_rate, recipe.momentum) for recipe in left],
    }


def _ranked(recipes: list[Recipe], cohort: Cohort) -> tuple[list[Recipe], int]:
    """Return the recipes, the lowest validation loss first and those that failed last; and how many failed."""
    frame = cohort.frame()
    loss = frame["validation_loss"].to_numpy(dtype=np.float64)
    failed = frame["status"].isin(FAILED).to_numpy() | ~np.isfinite(loss)
    order = np.lexsort((loss, failed))
    return [recipes[place] for place in order], int(failed.sum())


def _recipes(chosen: Sequence[Sequence[float]]) -> list[Recipe]:
    """Return the recipe of each (learning rate, momentum)."""
    recipe = cells.grid(cells.NETWORK, "mse", BATCH, STEPS, STEPS).recipe.replace(validation=VALIDATION)
    return [recipe.replace(learning_rate=rate, momentum=momentum) for rate, momentum in chosen]


def _compared(chosen: Sequence[Sequence[float]], digits: Table, store: Path) -> dict[str, Any]:
    """Train halving's cell and the full grid's with seeds that neither search has seen, and compare their test errors.

    There is no difference to judge where both are one cell, or where a network has no finite error.
    """
    errors = []
    for recipe in _recipes(chosen):
        cohort = trasunto.train(recipe, digits, seeds=SEEDS, epochs=EPOCHS[-1], store=store)
        errors.append(cohort.frame()["test_error"].to_numpy(dtype=np.float64))
    sound = bool(np.isfinite(errors).all())
    told: dict[str, Any] = {"seeds": len(SEEDS), "same": chosen[0] == chosen[1], "sound": sound, "difference": None}
    told["test_errors"] = [list(map(float, each)) if sound else None for each in errors]
    told["means"] = [vars(interval(each)) if sound else None for each in errors]
    if sound and not told["same"]:
        difference = paired(*errors)
        told["difference"] = {**vars(difference), "distinguishable": difference.distinguishable}
    assert digits.test is not None
    return {"comparison": told, "test_rows": digits.test.n, "data": str(digits.provenance)}


if __name__ == "__main__":
    main()
