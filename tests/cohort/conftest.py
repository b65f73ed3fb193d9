from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import jax
import numpy as np
import pytest

from trasunto.cohort.loop import train_chunks
from trasunto.cohort.places import DevicePlace
from trasunto.cohort.plan import Chunk
from trasunto.cohort.states import Arrays


@dataclass
class Trained:
    """What became of one member: its metrics by (epoch, name), its states by epoch, and when it diverged."""

    metrics: dict[tuple[int, str], float] = field(default_factory=dict)
    states: dict[int, Arrays] = field(default_factory=dict)
    diverged: int | None = None

    def curve(self, name: str) -> list[float]:
        """Return one metric over the epochs."""
        return [value for (_, metric), value in self.metrics.items() if metric == name]


Train = Callable[..., dict[str, Trained]]


@pytest.fixture(scope="session", autouse=True)
def _started(devices: list[jax.Device]) -> None:
    """Start JAX as training does."""


@pytest.fixture(scope="session")
def train(devices: list[jax.Device]) -> Train:
    """Train chunks of jobs, on one device unless more are given, and sort what comes by member."""

    def train(
        chunks: Sequence[Chunk], places: Sequence[jax.Device] = devices[:1], seconds: float = 0.0
    ) -> dict[str, Trained]:
        members: dict[str, Trained] = defaultdict(Trained)
        for event in train_chunks(chunks, [DevicePlace(device) for device in places], checkpoint_seconds=seconds):
            for slot, job in enumerate(event.jobs):
                member = members[job.id]
                if event.trained[slot]:
                    member.metrics |= {(event.epoch, name): float(v[slot]) for name, v in event.metrics.items()}
                if event.states is not None:
                    member.states[event.epoch] = {name: array[slot] for name, array in event.states.items()}
                if event.diverged[slot]:
                    assert member.diverged is None
                    member.diverged = event.epoch
        return dict(members)

    return train


def equal_to_the_bit(one: Trained, other: Trained) -> bool:
    """Say whether two trainings gave the same metrics and, wherever both handed them out, the same states."""
    shared = one.states.keys() & other.states.keys()
    return (
        bool(shared)
        and repr(one.metrics) == repr(other.metrics)
        and all(
            np.array_equal(array, other.states[epoch][name], equal_nan=True)
            for epoch in shared
            for name, array in one.states[epoch].items()
        )
    )


@pytest.fixture(scope="session")
def bit_equal() -> Callable[[Trained, Trained], bool]:
    return equal_to_the_bit
