"""Whatever is written in whatever order, a store says afterwards what a plain dictionary would."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field

import apsw
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trasunto.runs.checking import DAMAGE, LEFTOVER, check
from trasunto.runs.packs import Pack
from trasunto.runs.records import CurvePoint, MemberRecord, Progress
from trasunto.runs.store import Store

IDS = ("a", "b", "c")
ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True)
epochs = st.integers(0, 5)
values = st.floats(width=32).map(lambda value: value + 0.0)  # SQLite knows no negative zero


@dataclass
class Model:
    curves: dict[tuple[str, int, str], float] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    weights: dict[str, dict[int, tuple[bool, float]]] = field(default_factory=lambda: {id: {} for id in IDS})
    widths: dict[str, int] = field(default_factory=dict)
    runs: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def take(self, pack: Pack) -> None:
        for slot, id in enumerate(pack.ids):
            there = self.weights[id]
            stays = pack.keep or there.get(pack.epoch, (False, 0.0))[0]
            for epoch in [epoch for epoch, (kept, _) in there.items() if epoch <= pack.epoch and not kept]:
                del there[epoch]
            there[pack.epoch] = (stays, float(pack.arrays["w"][slot, 0]))


class Stores(RuleBasedStateMachine):
    """Random writes into a store and into the model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.model = Model()
        self.store = Store.open(self.folder.name)
        self.store.register(MemberRecord(id, "{}", 0, "", "", "", 1) for id in IDS)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(ids=ids, epoch=epochs, keep=st.booleans(), value=values, points=st.lists(st.tuples(epochs, values)))
    def write(self, ids: list[str], epoch: int, keep: bool, value: float, points: list[tuple[int, float]]) -> None:
        pack = Pack(tuple(ids), epoch, {"w": np.array([[value], [value + 1], [value - 1]])[: len(ids)]}, keep)
        curve = [CurvePoint(ids[0], at, "loss", measured) for at, measured in points]
        reached = [Progress(id, epoch, "training", "", 0.5) for id in ids]
        self.store.write(pack, curve, reached)
        self.model.take(pack)
        self.model.curves |= {(point.id, point.epoch, point.metric): point.value for point in curve}
        self.model.progress |= {progress.id: progress for progress in reached}

    @rule(ids=ids, epoch=epochs, value=values)
    def fail(self, ids: list[str], epoch: int, value: float) -> None:
        """A write that breaks off half way changes nothing."""
        pack = Pack(tuple(ids), epoch, {"w": np.full((len(ids), 1), value)})
        unknown = [Progress("nobody", 1, "training", "", 0.0)]
        with pytest.raises(apsw.ConstraintError, match="FOREIGN KEY"):
            self.store.write(pack, [CurvePoint(ids[0], epoch, "loss", value)], unknown)

    @rule(name=st.sampled_from(["p", "q"]), width=st.integers(1, 16))
    def set_width(self, name: str, width: int) -> None:
        self.store.set_width(name, width)
        self.model.widths.setdefault(name, width)

    @rule(name=st.sampled_from(["one", "two"]), ids=ids, request=st.sampled_from(["{}", '{"epochs": 3}']))
    def name_run(self, name: str, ids: list[str], request: str) -> None:
        self.store.name_run(name, request, "rows", ids)
        self.model.runs[name] = (request, tuple(ids))

    @rule()
    def reopen(self) -> None:
        self.store.close()
        assert not {fault.kind for fault in check(self.folder.name).faults} & {DAMAGE, LEFTOVER}
        self.store = Store.open(self.folder.name)

    @invariant()
    def says_what_the_model_says(self) -> None:
        curves = self.store.curves(IDS)
        places = zip(curves["id"], curves["epoch"], curves["metric"], strict=True)
        found = dict(zip(places, curves["value"], strict=True))
        assert repr(sorted(found.items())) == repr(sorted(self.model.curves.items()))
        assert self.store.progress(IDS) == {id: self.model.progress[id] for id in IDS if id in self.model.progress}
        for id in IDS:
            there = {epoch: float(self.store.load(id, epoch)[1]["w"][0]) for epoch in self.store.epochs(id)}
            assert repr(there) == repr({at: value for at, (_, value) in sorted(self.model.weights[id].items())})
        assert {name: self.store.width(name) for name in self.model.widths} == self.model.widths
        assert {run.name: (run.request, run.ids) for run in self.store.runs()} == self.model.runs


TestStores = Stores.TestCase
TestStores.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
