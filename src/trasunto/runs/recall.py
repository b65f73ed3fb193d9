"""A run as read from its store, without its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from trasunto.cohort.outcome import TRAINING, Outcome, judge, judge_stopped
from trasunto.cohort.request import remark_on
from trasunto.runs.curves import curves_of
from trasunto.runs.description import Described, describe
from trasunto.runs.lookup import is_stopped
from trasunto.runs.recording import is_diverged
from trasunto.runs.records import MemberRecord, Progress, RunRecord
from trasunto.runs.store import Store
from trasunto.spec import Recipe, Stopping
from trasunto.spec.stopping import monitored

if TYPE_CHECKING:
    import pandas as pd

_Curve = Mapping[tuple[int, str], float]


class Ending(NamedTuple):
    """How a member stands in a run.

    Attributes
    ----------
    status, reason
        Its outcome.
    epoch
        The epoch that the run shows of it: the last one asked for, or under a rule the best; -1 where it has none.
    metrics
        What was measured after that epoch.
    seconds
        Training time attributed to it.
    """

    status: str
    reason: str
    epoch: int
    metrics: dict[str, float]
    seconds: float


def endings(store: Store, run: RunRecord) -> dict[str, Ending]:
    """Return how each member of a run stands at the epoch that the run asked for it, as a `Cohort` of it would."""
    return _endings(store, run, _described(store.members(run.ids)))


def _endings(store: Store, run: RunRecord, members: Mapping[str, Described]) -> dict[str, Ending]:
    asked, epochs = json.loads(run.request), epochs_asked(run)
    stopping = Stopping(**asked["stopping"]) if asked.get("stopping") else None
    progress = store.progress(run.ids)
    # A rule looks at whole curves; else the first and the last epoch are all there is to know.
    needed = None if stopping else {0} | {min(reached.epoch, epochs[id]) for id, reached in progress.items()}
    curves = curves_of(store.curves(run.ids, needed))
    return {
        id: _ending(member, progress.get(id), curves.get(id, {}), epochs[id], stopping)
        for id, member in members.items()
    }


def epochs_asked(run: RunRecord) -> dict[str, int]:
    """Return to which epoch a run asked for each of its members, by id."""
    asked = json.loads(run.request)
    return dict(zip(run.ids, asked.get("epochs_each") or [int(asked["epochs"])] * len(run.ids), strict=True))


def recall(store: Store, run: RunRecord) -> pd.DataFrame:
    """Return a row per member of a run in the order of its request, with the columns of `Cohort.frame`."""
    import pandas as pd

    members = store.members(run.ids)
    described = _described(members)
    ends = _endings(store, run, described)
    frame = describe(list(described.values()))
    said = json.loads(run.request).get("remarks")
    measured = pd.DataFrame(
        [
            {
                "id": id,
                "status": ending.status,
                "reason": ending.reason,
                **({"remark": remark_on(described[id].recipe, said)} if said else {}),
                "parameters": members[id].parameters,
                "epochs": ending.epoch if ending.epoch >= 0 else None,
                **ending.metrics,
            }
            for id, ending in ends.items()
        ]
    )
    return frame.merge(measured, on="id").assign(seconds=[ending.seconds for ending in ends.values()])


def _described(members: Mapping[str, MemberRecord]) -> dict[str, Described]:
    return {id: Described(id, Recipe.from_json(one.recipe), one.seed, one.start) for id, one in members.items()}


def _ending(
    member: Described, reached: Progress | None, curve: _Curve, epochs: int, stopping: Stopping | None
) -> Ending:
    if reached is None:
        return Ending(TRAINING, f"0 of {epochs} epochs are done", -1, {}, 0.0)
    past = _past(curve, stopping)[: epochs + 1]
    end = stopping.ends_at(past) if stopping is not None else None
    past = past if end is None else past[: end + 1]
    last = min(reached.epoch, epochs) if end is None else end
    watched = _monitored(curve, stopping) if stopping is not None and past else ""
    outcome = outcome_at(member.recipe, member.seed, reached, curve, past, epochs, stopping, watched)
    shown = stopping.best_of(past) if stopping is not None and past else last
    metrics = {name: value for (epoch, name), value in curve.items() if epoch == shown}
    return Ending(*outcome, shown, metrics, reached.seconds)


def outcome_at(
    recipe: Recipe,
    seed: int,
    reached: Progress,
    curve: _Curve,
    past: Sequence[float],
    epochs: int,
    stopping: Stopping | None,
    watched: str,
    *,
    given: bool = False,
) -> Outcome:
    """Return how a member stands at the epoch asked for, however far it has come; a rule watches the loss `watched`.

    `past` is that loss by epoch, to where the rule ends; `given` is as `judge` takes it.
    """
    if stopping is not None and is_stopped(stopping, past) and not is_diverged(reached, len(past) - 1):
        return judge_stopped(recipe, seed, past, stopping, watched)
    if is_diverged(reached, epochs):
        return Outcome(reached.status, reached.reason)
    return judge(recipe, seed, curve, min(reached.epoch, epochs), epochs, given=given)


def _monitored(curve: _Curve, stopping: Stopping) -> str:
    return monitored(sorted({name for _, name in curve if name.endswith("_loss")}), stopping)


def _past(curve: _Curve, stopping: Stopping | None) -> list[float]:
    """Return the loss that a rule watches by epoch, epoch 0 first; infinity where it is not measured."""
    if stopping is None or not curve:
        return []
    watched = _monitored(curve, stopping)
    return [curve.get((epoch, watched), float("inf")) for epoch in range(max(epoch for epoch, _ in curve) + 1)]
