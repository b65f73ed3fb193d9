"""Members before and after training: what they would cost, how they stand, and their table as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trasunto.cohort.cost import Cost
from trasunto.data import Table
from trasunto.new_file import refuse_taken, write_new
from trasunto.runs.cohort import Cohort
from trasunto.runs.forecast import forecast
from trasunto.runs.request import Recipes, make_request

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet")
"""Endings of the files that a table of members can be written to."""

MEASURES = ("test_loss", "validation_loss", "train_loss")
"""What members are ranked by: the first of these that was measured."""


def price_of_members(
    recipes: Recipes, table: Table, seeds: int, snapshots: Sequence[int] | None, store: str | os.PathLike[str]
) -> Cost:
    """Estimate what training members would cost, given what the store holds; nothing is trained or written."""
    return forecast([make_request(recipes, table, seeds, None, snapshots, None)], Path(store))


def standings(cohort: Cohort) -> pd.DataFrame:
    """Return the members of a cohort as `Cohort.frame` does, best first; those without a loss come last."""
    frame = cohort.frame()
    measure = next(name for name in MEASURES if name in frame)
    return frame.sort_values(measure, kind="stable", na_position="last", ignore_index=True)


def varied(frame: pd.DataFrame) -> list[str]:
    """Return the names of the numbers in which the members of a frame differ, the seed last."""
    columns = [str(name) for name in frame.columns]
    numbers = columns[columns.index("loss") + 1 : columns.index("seed") + 1]
    return [name for name in numbers if frame[name].nunique(dropna=False) > 1]


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
