"""Runs beside each other: what each reached, and whether two differ where their networks share what varies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trasunto.analysis.intervals import Difference, Interval, adjust, interval, paired
from trasunto.api.runs import Place, find_run
from trasunto.cohort.outcome import MEASURES
from trasunto.errors import StoreError, TrasuntoError
from trasunto.runs.description import incomparable
from trasunto.runs.recall import epochs_asked, recall
from trasunto.runs.records import RunRecord
from trasunto.runs.store import Store
from trasunto.studies.phrases import chance, listed
from trasunto.wording import amount, number

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RunStanding:
    """What one run reached.

    Attributes
    ----------
    name
        The run.
    members, measured
        How many networks it names, and how many of them have a finite loss.
    best, median
        Of all that have one.
    over_seeds
        The recipe with the lowest mean: that mean, with its interval over seeds (none with one seed).
    """

    name: str
    members: int
    measured: int
    best: float | None
    median: float | None
    over_seeds: Interval | None


@dataclass(frozen=True)
class RunDifference:
    """Another run against the first, over pairs of networks that share everything that varies within both.

    Attributes
    ----------
    name
        The other run.
    differs
        What is another number or word in each of the two runs, and the same throughout each: the first's, the other's.
    apart
        What varies within one of the runs at least, and has other values in the other.
    shared
        What varies within both, by which networks are paired; the seed is among it.
    left_out
        Pairs of which one network has no finite loss.
    difference
        The other run's loss minus the first's: below 0, the other's is lower. None where no two networks are a pair.
    sentence
        The same in words.
    """

    name: str
    differs: dict[str, tuple[Any, Any]]
    apart: tuple[str, ...]
    shared: tuple[str, ...]
    left_out: int
    difference: Difference | None
    sentence: str


@dataclass(frozen=True)
class RunComparison:
    """Runs beside each other.

    Attributes
    ----------
    measure
        What is compared: the first of test, validation and training loss that all runs have; the error, without
        penalties, where the weights of penalties differ. Lower is better.
    standings
        A line for each run, in the order asked.
    differences
        Each run but the first, against the first; their p are adjusted together (Holm).
    """

    measure: str
    standings: tuple[RunStanding, ...]
    differences: tuple[RunDifference, ...]


@dataclass(frozen=True, eq=False)
class _Side:
    """A run's networks, each with all that its recipe says, and with its loss."""

    name: str
    facts: list[dict[str, Any]]
    values: np.ndarray

    def told(self, names: Iterable[str]) -> list[tuple[Any, ...]]:
        """Return these facts of each network; None stands for what its recipe does not have."""
        return [tuple(fact.get(name) for name in names) for fact in self.facts]


def compare_runs(names: Sequence[str], store: Place = "runs") -> RunComparison:
    """Put runs beside each other, and compare each with the first.

    Raises
    ------
    TrasuntoError
        Fewer than two runs are named, one does not exist, or their losses mean different things: they were trained on
        other rows, or minimise another loss.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise TrasuntoError(f"at least two different runs are compared, not {', '.join(names) or 'none'}")
    with Store.open(store, write=False) as opened:
        runs = [find_run(opened, name) for name in names]
        frames = [recall(opened, run) for run in runs]
        _refuse_other_rows(runs)
        _refuse_other_losses(runs, frames)
        measure = _measure(runs, frames)
        sides = [_side(opened, run, frame, measure) for run, frame in zip(runs, frames, strict=True)]
    found = [_difference(sides[0], other, len(sides) - 1) for other in sides[1:]]
    known = iter(adjust([one.difference for one in found if one.difference is not None]))
    adjusted = [one if one.difference is None else replace(one, difference=next(known)) for one in found]
    return RunComparison(
        measure=measure,
        standings=tuple(_standing(side) for side in sides),
        differences=tuple(replace(one, sentence=_sentence(sides[0].name, one, measure)) for one in adjusted),
    )


def _refuse_other_rows(runs: Sequence[RunRecord]) -> None:
    called = {run.rows: json.loads(run.request)["rows"] for run in runs}
    if len(called) > 1:
        first, other = next((runs[0], run) for run in runs if run.rows != runs[0].rows)
        names = called[first.rows], called[other.rows]
        same = f"both are called {names[0]}, and differ in rows, split or preparation"
        said = same if len(set(names)) == 1 else " and ".join(names)
        raise StoreError(
            f"runs '{first.name}' and '{other.name}' were trained on different rows ({said}): "
            "their losses say nothing about each other, so they are not compared"
        )


def _measure(runs: Sequence[RunRecord], frames: Sequence[pd.DataFrame]) -> str:
    """Return the first loss that all runs have, or its error where penalties of different weights are in the losses."""
    import pandas as pd

    apart = incomparable(pd.concat(frames, ignore_index=True))
    names = MEASURES if apart is None else tuple(name.replace("_loss", "_error") for name in MEASURES)
    for name in names:
        if all(name in frame for frame in frames):
            return name
    bare = next(run.name for run, frame in zip(runs, frames, strict=True) if not set(names) & set(frame.columns))
    raise StoreError(f"no network of run '{bare}' was measured yet, so it cannot be compared: train it first")


def _side(store: Store, run: RunRecord, frame: pd.DataFrame, measure: str) -> _Side:
    members, epochs = store.members(run.ids), epochs_asked(run)
    facts = []
    for id, seed in zip(map(str, frame["id"]), frame["seed"], strict=True):
        asked = {"epochs": epochs[id], "pretrained": bool(members[id].start), "seed": int(seed)}
        facts.append(json.loads(members[id].recipe) | asked)
    return _Side(run.name, facts, frame[measure].to_numpy(np.float64))


def _refuse_other_losses(runs: Sequence[RunRecord], frames: Sequence[pd.DataFrame]) -> None:
    import pandas as pd

    apart = incomparable(pd.concat(frames, ignore_index=True))
    if apart is not None and not apart.errors:
        losses = {loss: run.name for run, frame in zip(runs, frames, strict=True) for loss in frame["loss"]}
        told = ", ".join(f"{loss} in '{name}'" for loss, name in losses.items())
        what = f"these runs minimise different losses ({told})" if len(losses) > 1 else f"of these runs, {apart.why}"
        raise TrasuntoError(f"{what}, whose values are not of one kind")


def _standing(side: _Side) -> RunStanding:
    finite = np.isfinite(side.values)
    seeds: dict[str, list[float]] = {}
    for fact, value in zip(side.facts, side.values, strict=True):
        seeds.setdefault(json.dumps(fact | {"seed": None}), []).append(float(value))
    means = [interval(values) for values in seeds.values() if np.isfinite(values).all()]
    known = side.values[finite]
    return RunStanding(
        name=side.name,
        members=len(finite),
        measured=int(finite.sum()),
        best=float(known.min()) if len(known) else None,
        median=float(np.median(known)) if len(known) else None,
        over_seeds=min(means, key=lambda one: one.mean) if means else None,
    )


def _difference(first: _Side, other: _Side, family: int) -> RunDifference:
    names = tuple(dict.fromkeys(name for side in (first, other) for fact in side.facts for name in fact))
    mine, theirs = ({name: {value for (value,) in side.told([name])} for name in names} for side in (first, other))
    varied = [name for name in names if name != "seed" and max(len(mine[name]), len(theirs[name])) > 1]
    by = (*varied, "seed")
    apart = tuple(name for name in by if mine[name] != theirs[name])
    differs = {name: (*mine[name], *theirs[name]) for name in names if name not in by and mine[name] != theirs[name]}
    partners = dict(zip(first.told(by), first.values, strict=True))
    pairs = [(value, partners[key]) for key, value in zip(other.told(by), other.values, strict=True) if key in partners]
    whole = np.array([pair for pair in pairs if np.isfinite(pair).all()], np.float64).reshape(-1, 2)
    difference = paired(whole[:, 0], whole[:, 1], family=family) if len(whole) else None
    return RunDifference(other.name, differs, apart, by, len(pairs) - len(whole), difference, "")


def _sentence(first: str, found: RunDifference, measure: str) -> str:
    difference, by = found.difference, listed(found.shared)
    if difference is None:
        return f"No network of '{found.name}' shares its {by} with one of '{first}', so there are no pairs to compare."
    pairs = f"over {amount(difference.n, 'pair')} of networks that share their {by}"
    way = f"{'lower' if difference.mean < 0 else 'higher'} by {number(abs(difference.mean))}"
    if difference.adjusted is None:
        return f"The {measure} of '{found.name}' is {way} than that of '{first}', {pairs}: too few to tell from chance."
    p = chance(difference.adjusted)
    if not difference.distinguishable:
        return f"The {measure} of '{found.name}' cannot be told from that of '{first}' {pairs} ({p})."
    low, high = sorted((abs(difference.low or 0.0), abs(difference.high or 0.0)))
    return (
        f"The {measure} of '{found.name}' is {way} [{number(low)} to {number(high)}] than that of '{first}' "
        f"{pairs} ({p})."
    )
