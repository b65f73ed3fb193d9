"""The runs that a store keeps: which there are, what came of one, and how one is deleted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasunto.api.members import ranked
from trasunto.errors import StoreError, nearest
from trasunto.runs.recall import endings, recall
from trasunto.runs.records import RunRecord
from trasunto.runs.schema import WEIGHTS
from trasunto.runs.store import Store

if TYPE_CHECKING:
    import pandas as pd

Place = str | PathLike[str]


@dataclass(frozen=True)
class RunSummary:
    """A run in one line.

    Attributes
    ----------
    name, created
        Its name, and when that was first given: UTC, ISO 8601.
    rows
        What its rows are called.
    members, epochs
        How many networks it names, and the furthest epoch that any was asked to be trained to.
    outcomes
        How many ended in which way; "training" are those that have not come to their end.
    bytes
        Size of the files with its members' weights. A file that other runs share counts in each.
    """

    name: str
    created: str
    rows: str
    members: int
    epochs: int
    outcomes: dict[str, int]
    bytes: int


@dataclass(frozen=True, eq=False)
class RunDescription:
    """A run, and what came of it.

    Attributes
    ----------
    summary
        The run in one line.
    request
        What was asked for: rows, path, members, epochs (and each member's where they differ), snapshots, and a rule for
        stopping where there is one.
    members
        A row per member as `Cohort.frame` has it, at the epoch asked for or, under a rule, its best; in the order
        of `members.ranked`.
    folder
        Where the files of weights are.
    weights
        For each member, the name of the file that holds its weights, by epoch.
    """

    summary: RunSummary
    request: dict[str, Any]
    members: pd.DataFrame
    folder: Path
    weights: dict[str, dict[int, str]]


@dataclass(frozen=True)
class Deletion:
    """What deleting a run takes away.

    Attributes
    ----------
    name
        The run.
    members
        How many members it names.
    alone
        How many of these no other run names: they go too, with their curves and weights.
    bytes
        Size of the files that are deleted.
    """

    name: str
    members: int
    alone: int
    bytes: int


def list_runs(store: Place = "runs") -> list[RunSummary]:
    """Return what a store keeps, oldest first; it is read, and none is made.

    Raises
    ------
    StoreError
        There is no store, or it cannot be read.
    """
    with Store.open(store, write=False) as opened:
        sizes = opened.sizes()
        return [
            _summary(run, (ending.status for ending in endings(opened, run).values()), sizes) for run in opened.runs()
        ]


def describe_run(name: str, store: Place = "runs") -> RunDescription:
    """Return what a run was asked for, and what came of it.

    Raises
    ------
    StoreError
        There is no such store or run.
    """
    with Store.open(store, write=False) as opened:
        run = find_run(opened, name)
        members = ranked(recall(opened, run))
        summary = _summary(run, members["status"], opened.sizes())
        return RunDescription(
            summary=summary,
            request=json.loads(run.request),
            members=members,
            folder=Path(store) / WEIGHTS,
            weights=opened.files(run.ids),
        )


def price_of_deletion(name: str, store: Place = "runs") -> Deletion:
    """Return what deleting a run would take away; nothing is changed.

    Raises
    ------
    StoreError
        There is no such store or run.
    """
    with Store.open(store, write=False) as opened:
        run = find_run(opened, name)
        alone = opened.named_by_none_but(name)
        return Deletion(name, len(run.ids), len(alone), opened.size_of(alone))


def delete_run(name: str, store: Place = "runs") -> Deletion:
    """Delete a run, and those of its members that no other run names; return what was taken away.

    Members that other runs name stay as they are, with their curves and weights.

    Raises
    ------
    StoreError
        There is no such store or run, or another process writes the store; nothing was deleted.
    """
    deletion = price_of_deletion(name, store)
    with Store.open(store) as opened:
        alone = opened.delete_run(name)
    return Deletion(name, deletion.members, len(alone), deletion.bytes)


def find_run(store: Store, name: str) -> RunRecord:
    """Return a run by its name.

    Raises
    ------
    StoreError
        There is none; the message names the nearest.
    """
    run = store.run(name) if isinstance(name, str) else None
    if run is None:
        names = [run.name for run in store.runs()]
        there = f"`trasunto runs list` names its {len(names)}" if names else "it has none"
        raise StoreError(f"there is no run '{name}' in {store.path}{nearest(str(name), names)} ({there})")
    return run


def _summary(run: RunRecord, statuses: Iterable[str], sizes: dict[str, int]) -> RunSummary:
    asked = json.loads(run.request)
    return RunSummary(
        name=run.name,
        created=run.created,
        rows=asked["rows"],
        members=len(run.ids),
        epochs=asked["epochs"],
        outcomes=dict(Counter(statuses).most_common()),
        bytes=sizes.get(run.name, 0),
    )
