"""Repair a store: the database from its copy, missing weights by training them again."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trasunto.cohort.request import Member, Request, encoder_weights
from trasunto.cohort.states import only_weights
from trasunto.cohort.training import Observer
from trasunto.data import Table
from trasunto.errors import DataError, StoreError, TrasuntoError
from trasunto.runs.checking import GONE, Condition, check, named
from trasunto.runs.completion import complete
from trasunto.runs.faults import explained
from trasunto.runs.lock import hold
from trasunto.runs.records import MemberRecord, RunRecord
from trasunto.runs.schema import COPY, DATABASE, SUMS
from trasunto.runs.seal import put_back, renew
from trasunto.runs.store import Store
from trasunto.spec import Recipe

FindRows = Callable[[RunRecord], Table]


@dataclass(frozen=True)
class Repair:
    """What a repair found and did.

    Attributes
    ----------
    before, after
        The store as it was found, and as it is now.
    restored
        Whether the database was put back from its copy.
    retrained
        The epochs whose weights were trained again, by member.
    left
        Why others were not, a sentence each.
    """

    before: Condition
    after: Condition
    restored: bool
    retrained: dict[str, tuple[int, ...]]
    left: tuple[str, ...]


def repair(path: str | os.PathLike[str], find_rows: FindRows, observe: Observer | None = None) -> Repair:
    """Drop what is damaged in the store at `path`, and train again what is gone.

    Weights come out as they were to the last bit, as far as training anywhere does. A repair that was interrupted is
    gone on with by another.

    Parameters
    ----------
    find_rows
        Returns the rows that a run was trained on, or raises a TrasuntoError. Whether they are the same is verified.
    observe
        Called after every epoch of a chunk; it only reads.

    Raises
    ------
    StoreError
        There is no store, another process writes it, or its database is damaged and so is its copy.
    Interrupted
        Ctrl-C or SIGTERM.
    """
    before = check(path)
    found = before if before.readable else _restored(before)
    if any(fault.place in (COPY, SUMS) for fault in found.faults):
        with explained(found.store, "repaired"), closing(hold(found.store)):
            renew(found.store)
    with Store.open(path) as store:
        wanted = _wanted(store, found)
        requests, reasons = _planned(store, wanted, find_rows)
    for run, request in requests:
        _retrain(Path(path), run, request, observe)
    left = tuple(f"{named(ids)}: {reason}" for reason, ids in _by(reasons).items())
    retrained = {member.id: request.snapshots or () for _, request in requests for member in request.members}
    return Repair(before, check(path), not before.readable, retrained, left)


def _restored(condition: Condition) -> Condition:
    """Put the database back from its copy, and return what the store is like then."""
    with explained(condition.store, "repaired"):
        found = check(condition.store) if put_back(condition.store) else condition
    if not found.readable:
        raise StoreError(
            f"the database '{condition.store / DATABASE}' is damaged and there is no sound copy of it: bring it from a "
            "backup, or move the folder away and train again"
        )
    return found


def _wanted(store: Store, found: Condition) -> dict[str, tuple[int, ...]]:
    """Forget what is damaged, and return the epochs whose weights are to be trained again, by member."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for id, epochs in store.repair(store.ids()).items():
        wanted[id] |= set(epochs)
    for fault in found.faults:
        if fault.kind == GONE and fault.epoch is not None:
            wanted[fault.members[0]].add(fault.epoch)
    reached, members = store.progress(wanted), store.members(wanted)
    # Untrained weights are drawn again by whoever asks for them, unless they were given.
    asked = {
        id: tuple(sorted(e for e in wanted[id] if e <= reached[id].epoch and (e or members[id].start)))
        for id in reached
    }
    return {id: epochs for id, epochs in asked.items() if epochs}


def _planned(
    store: Store, wanted: Mapping[str, tuple[int, ...]], find_rows: FindRows
) -> tuple[list[tuple[str, Request]], dict[str, str]]:
    """Return what to train, each request with the run whose chunk widths it takes, and why others cannot be, by id."""
    reasons = dict.fromkeys(wanted, "no run in this store says on which rows to train it again")
    requests = []
    for run in store.runs():
        ids = [id for id in run.ids if id in reasons]
        if not ids:
            continue
        try:
            table = find_rows(run)
        except TrasuntoError as fault:
            reasons |= dict.fromkeys(ids, str(fault))
            continue
        members: dict[tuple[int, ...], list[Member]] = defaultdict(list)
        for id, record in store.members(ids).items():
            try:
                # To no epoch beyond: what was not trained before is not for a repair to train.
                member = _rebuilt(store, record, table, max(wanted[id]))
            except TrasuntoError as fault:
                reasons[id] = str(fault)
            else:
                members[wanted[id]].append(member)
                del reasons[id]
        requests += [(run.name, Request(tuple(alike), epochs)) for epochs, alike in members.items()]
    return requests, reasons


def _rebuilt(store: Store, record: MemberRecord, table: Table, epochs: int) -> Member:
    """Return a member of the store as it was asked for, to so many epochs, or say why it cannot be had again."""
    recipe = Recipe.from_json(record.recipe)
    given: Mapping[str, np.ndarray] = {}
    if record.start:
        if 0 not in store.epochs(record.id):
            raise StoreError("the weights that it started from are gone: train it again with the same `starts`")
        given = only_weights(store.load(record.id, 0)[1])
    try:
        rows = table.hold_out(recipe.validation) if recipe.validation else table
        member = Member(recipe, record.seed, rows, epochs, given)
        if member.checksum != record.start:  # epoch 0 holds what was drawn, too
            member = replace(member, start=encoder_weights(recipe, given))
        same = member.rows == record.rows
    except DataError:
        same = False
    if not same:
        raise StoreError(
            f"{table.provenance} are not the rows that it was trained on ('{record.rows_name}'): name those, prepared "
            "as they were then"
        )
    if member.id != record.id:
        raise StoreError("it was trained by another version of trasunto or in another precision: train it anew")
    return member


def _retrain(path: Path, run: str, request: Request, observe: Observer | None) -> None:
    """Train what is gone of a run as a passing run with the same chunk widths, on which the last bits depend."""
    passing = f"repair of {run}"
    with Store.open(path) as store:
        store.borrow_run(passing, run)
    try:
        complete(request, path, passing, observe)
    finally:
        with Store.open(path) as store:
            store.forget_run(passing)


def _by(reasons: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for id, reason in reasons.items():
        grouped[reason].append(id)
    return {reason: tuple(ids) for reason, ids in grouped.items()}
