"""Members before and after training: what they would cost, how they stand, and their table as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trasunto.cohort.cost import Cost
from trasunto.cohort.outcome import MEASURES
from trasunto.cohort.request import Recipes, Request, make_request, warned
from trasunto.cohort.timing import Machine
from trasunto.data import Table
from trasunto.files import refuse_taken, write_new
from trasunto.runs.cohort import Cohort
from trasunto.runs.description import incomparable
from trasunto.runs.forecast import forecast
from trasunto.spec import Stopping, parse

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet")
"""Endings of the files that a table of members can be written to."""


BEST = "best first"


def request_members(
    recipes: Recipes,
    table: Table,
    seeds: int,
    snapshots: Sequence[int] | None,
    stopping: Stopping | None = None,
) -> Request:
    """Return the request for recipes x seeds, to be priced and trained; warn of outputs that cannot reach the rows."""
    return warned(make_request(recipes, table, seeds, None, snapshots, None, stopping))


def price_of_members(request: Request, store: str | os.PathLike[str], machine: Machine | None = None) -> Cost:
    """Estimate what training members would cost, given what the store holds; nothing is trained or written."""
    return forecast([request], Path(store), machine)


def standings(cohort: Cohort) -> pd.DataFrame:
    """Return the members of a cohort as `Cohort.frame` does, in the order of `ranked`."""
    return ranked(cohort.frame())


def ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the members of a frame best first, those without a loss last; as they stand where losses do not compare.

    The first of `MEASURES` that was measured decides.
    """
    measure = next((name for name in MEASURES if name in frame), None)
    if measure is None or incomparable(frame) is not None:
        return frame
    return frame.sort_values(measure, kind="stable", na_position="last", ignore_index=True)


def order(frame: pd.DataFrame) -> str:
    """Say in which order `ranked` puts the members of a frame, and why where it is not the best first."""
    apart = incomparable(frame)
    return BEST if apart is None else f"in the order asked, for {apart.why}"


def varied(frame: pd.DataFrame) -> list[str]:
    """Return the names of the words and numbers in which the members of a frame differ, the seed last.

    Networks that differ in the options of their layers alone differ in numbers.
    """
    names = [str(name) for name in frame.columns]
    differ = [name for name in names[1 : names.index("seed") + 1] if frame[name].nunique(dropna=False) > 1]
    if "network" in differ:
        shapes = {parse(text).shape for text in frame["network"].unique()}
        return differ if len(shapes) > 1 else [name for name in differ if name != "network"]
    return differ


def measured(frame: pd.DataFrame) -> list[str]:
    """Return the names of what was measured of the members, first the epoch where they stand at different ones.

    An error that is the loss over again is left out.
    """
    epochs = ["epochs"] if frame["epochs"].nunique() > 1 else []
    names = [str(name) for name in frame.columns if str(name).startswith(("test_", "validation_", "train_"))]
    losses = {name: name.replace("_error", "_loss") for name in names if name.endswith("_error")}
    return epochs + [name for name in names if name not in losses or not frame[name].equals(frame[losses[name]])]


def save_members(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a table of members to a new file, CSV or Parquet by its ending, and return its path.

    Raises
    ------
    TrasuntoError
        The ending is another, or the file exists or cannot be written.
    """
    place = refuse_taken(path, FORMATS)

    def write(aside: Path) -> None:
        if place.suffix == ".csv":
            frame.to_csv(aside, index=False)
        else:
            frame.to_parquet(aside, index=False)

    return write_new(place, write)
