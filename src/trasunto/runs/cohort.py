"""Results of training: the members of a request with their curves, outcomes and weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trasunto.cohort.course import Fitted
from trasunto.cohort.outcome import FINISHED, MEASURES, Outcome
from trasunto.cohort.request import Member, Request
from trasunto.errors import StoreError, TrasuntoError, one_of
from trasunto.runs.curves import curves_of
from trasunto.runs.description import Described, describe, incomparable
from trasunto.runs.lookup import pasts_of
from trasunto.runs.recall import outcome_at
from trasunto.runs.store import Store
from trasunto.runs.trained import TrainedMember

if TYPE_CHECKING:
    import pandas as pd


class _Read(NamedTuple):
    """What a store says of a request's members: the wide history, and by id the outcome, seconds and epoch shown."""

    history: pd.DataFrame
    outcomes: dict[str, Outcome]
    seconds: dict[str, float]
    shown: dict[str, int]


class Cohort:
    """Members trained together, as they stood at the epoch that each was asked for.

    Curves and weights are read from the store when they are asked for, so a cohort of thousands is a light value.
    Losses are means over features and rows: lower is better.

    Attributes
    ----------
    name
        The run's name in the store.
    epochs
        The furthest epoch that was asked for; a member that diverged, or that a rule stopped, ended before its own.
    """

    def __init__(self, request: Request, store: Path, name: str) -> None:
        self._request, self._store = request, store
        self.name, self.epochs = name, request.epochs

    def __len__(self) -> int:
        return len(self._request.members)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return a sentence on each output of the members that cannot reach the values of the rows."""
        return tuple(self._request.remarks.values())

    def __repr__(self) -> str:
        counts = self.frame()["status"].value_counts()
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"Cohort({self.name}: {len(self)} members, {self.epochs} epochs, {told})"

    @cached_property
    def _read(self) -> _Read:
        ids = [member.id for member in self._request.members]
        with Store.open(self._store, write=False) as store:
            long, progress = store.curves(ids), store.progress(ids)
            stopping = self._request.stopping
            pasts = pasts_of(store, self._request.members, stopping) if stopping is not None else {}
        ends = {member.id: self._end_of(member, pasts.get(member.id, ())) for member in self._request.members}
        long = long[long["epoch"] <= long["id"].map(ends)]
        curves = curves_of(long)
        outcomes, seconds, shown = {}, {}, {}
        for member in self._request.members:
            reached = progress.get(member.id)
            if reached is None:
                raise StoreError(
                    f"member {member.id} of run '{self.name}' is not in {self._store} any more: train again"
                )
            curve, past = curves.get(member.id, {}), pasts.get(member.id, ())[: ends[member.id] + 1]
            watched = "" if stopping is None else member.monitored(stopping)
            outcomes[member.id] = outcome_at(
                member.recipe,
                member.seed,
                reached,
                curve,
                past,
                member.epochs,
                stopping,
                watched,
                given=member.given,
            )
            seconds[member.id] = reached.seconds
            last = max((epoch for epoch, _ in curve), default=0)
            shown[member.id] = last if stopping is None or not past else stopping.best_of(past)
        wide = long.pivot(index=["id", "epoch"], columns="metric", values="value").reset_index()
        wide.columns.name = None
        return _Read(wide, outcomes, seconds, shown)

    def _end_of(self, member: Member, past: Sequence[float]) -> int:
        """Return the epoch at which this request's rule, or its last epoch, ends a training with this curve."""
        stopping = self._request.stopping
        rule = None if stopping is None else stopping.ends_at(past[: member.epochs + 1])
        return member.epochs if rule is None else rule

    @cached_property
    def _described(self) -> pd.DataFrame:
        """Return what identifies each member, a row each in the order of the request."""
        return describe([Described(one.id, one.recipe, one.seed, one.checksum) for one in self._request.members])

    def history(self) -> pd.DataFrame:
        """Return a row per member and epoch: what identifies the member, epoch, train_loss, test_loss, ...

        Epoch 0 is the untrained network: its training columns are NaN where there are test rows. A ``_loss`` includes
        activity penalties, an ``_error`` does not; training columns are measured with dropout on.
        """
        described = self._described.reset_index(names="order")
        rows = described.merge(self._read.history, on="id").sort_values(["order", "epoch"], ignore_index=True)
        return rows.drop(columns="order")

    def frame(self) -> pd.DataFrame:
        """Return a row per member: what identifies it, its outcome, and its numbers at the last epoch, or its best.

        Columns: id, network, loss, every other field of the recipe in which members differ (such as ``optimizer``,
        ``batch_size`` or ``tied``), every number of the recipe, seed, status, reason, epochs, parameters, the metrics
        (``train_loss``, ``test_loss``, ...; NaN for a member that diverged), and seconds of training. Where some
        outputs cannot reach the values of the rows, `remark` says so, and is empty for the others.
        """
        wide, outcomes = self._read.history, self._read.outcomes
        last = wide[wide["epoch"] == wide["id"].map(self._read.shown)].rename(columns={"epoch": "epochs"})
        frame = self._described
        frame = frame.assign(
            status=[outcomes[id].status for id in frame["id"]],
            reason=[outcomes[id].reason for id in frame["id"]],
            **({"remark": list(map(self._request.remark, self._request.members))} if self.remarks else {}),
            parameters=[member.structure.parameters for member in self._request.members],
        )
        frame = frame.merge(last, on="id", how="left")
        frame["seconds"] = [self._read.seconds[id] for id in frame["id"]]
        return frame

    @property
    def members(self) -> list[TrainedMember]:
        """Return all members, in the order recipes x seeds, seeds fastest."""
        return [self._trained(member) for member in self._request.members]

    def member(self, id: str) -> TrainedMember:
        """Return one member by its id.

        Raises
        ------
        TrasuntoError
            No member has this id.
        """
        for member in self._request.members:
            if member.id == id:
                return self._trained(member)
        raise one_of("member", id, [member.id for member in self._request.members])

    def fitted(self) -> list[Fitted]:
        """Return all members with their courses and weights, as training in memory gives them."""
        curves = dict(list(self._read.history.groupby("id", sort=False)))
        return [_fitted(trained, curves[trained.id]) for trained in self.members]

    def best(self, measure: str | None = None) -> TrainedMember:
        """Return the member with the lowest `measure` (for an accuracy, the highest) among those that did not fail.

        Parameters
        ----------
        measure
            A metric of `frame`, ``"parameters"`` or ``"seconds"``; by default the first of ``test_loss``,
            ``validation_loss`` and ``train_loss`` that was measured.

        Raises
        ------
        TrasuntoError
            The measure is not in `frame`, or no member has it; or it is a loss, and members minimise different losses
            or penalties of different weights.
        """
        frame = self.frame()
        metrics = [str(name) for name in frame.columns if str(name).split("_")[0] in ("train", "test", "validation")]
        measure = next(name for name in MEASURES if name in frame) if measure is None else measure
        if measure not in (*metrics, "parameters", "seconds"):
            raise one_of("measure", str(measure), metrics)
        if measure.endswith("_loss"):
            self._refuse_incomparable(frame, measure)
        measured = frame[frame[measure].map(np.isfinite)]
        if measured.empty:
            raise TrasuntoError(f"no member of run '{self.name}' has a finite {measure}: all of them diverged")
        best_first = measured.sort_values(measure, ascending=not measure.endswith("accuracy"), kind="stable")
        return self.member(str(best_first["id"].iloc[0]))

    def _refuse_incomparable(self, frame: pd.DataFrame, measure: str) -> None:
        apart, error = incomparable(frame), measure.replace("_loss", "_error")
        if apart is None:
            return
        rather = f'best("{error}") leaves penalties out'
        if not apart.errors:
            rather = f'choose among those of one loss, or by best("{error}") if each one\'s own error shall decide'
        raise TrasuntoError(
            f"the members of run '{self.name}' cannot be ranked by their {measure}: {apart.why}; {rather}"
        )

    def _trained(self, member: Member) -> TrainedMember:
        return TrainedMember(member, self._store, self._read.shown[member.id], self._read.outcomes[member.id])


def _fitted(trained: TrainedMember, curve: pd.DataFrame) -> Fitted:
    status, reason = trained.outcome
    return Fitted(
        trained.recipe,
        trained.seed,
        trained.epoch,
        int(curve["epoch"].max()),
        status,
        "" if status == FINISHED else reason,
        {str(name): values.tolist() for name, values in curve.drop(columns=["id", "epoch"]).items()},
        trained.weights,
    )
