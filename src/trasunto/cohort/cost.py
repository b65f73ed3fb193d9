"""What a plan will cost, said before it starts: memory, time and disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from trasunto.cohort.footprint import loads_of, memory_needed
from trasunto.cohort.plan import Chunk

COMPILE_SECONDS = 2.0  # per program that is not on disk yet


@dataclass(frozen=True)
class Cost:
    """What a plan asks of the machine: a rough estimate, meant to be within a factor of two in time.

    Attributes
    ----------
    members, programs, anew
        How many networks are trained, how many programs train them, and how many of these have to be compiled.
    epochs
        Network-epochs: the sum over networks of the epochs each is trained for.
    memory
        Bytes over what the process has now.
    disk
        Bytes of final states; snapshots asked for come on top, one state each.
    training_seconds
        Of training and evaluation, with `rate` products a second; compiling comes on top.
    """

    members: int
    programs: int
    anew: int
    epochs: int
    memory: int
    disk: int
    training_seconds: float

    def __add__(self, other: Cost) -> Cost:
        """Return what one after the other costs."""
        return Cost(
            members=self.members + other.members,
            programs=self.programs + other.programs,
            anew=self.anew + other.anew,
            epochs=self.epochs + other.epochs,
            memory=max(self.memory, other.memory),
            disk=self.disk + other.disk,
            training_seconds=self.training_seconds + other.training_seconds,
        )

    def times(self, weight: float) -> Cost:
        """Return what so many times as many networks of the same programs cost."""
        return replace(
            self,
            members=round(self.members * weight),
            epochs=round(self.epochs * weight),
            disk=round(self.disk * weight),
            training_seconds=self.training_seconds * weight,
        )

    @property
    def seconds(self) -> float:
        """Return the time that training, evaluation and compiling take."""
        return self.training_seconds + COMPILE_SECONDS * self.anew


def product_rate(size: int = 2048) -> float:
    """Measure this machine's single-precision matrix products through NumPy, in floating-point operations a second."""
    factor = np.full((size, size), 0.5, np.float32)
    return 2 * size**3 / _shortest(lambda: factor @ factor)


def training_rate(b: int = 1000, d: int = 784, h: int = 512) -> float:
    """Measure the products (b, d) x (d, h) that JAX makes here, in floating-point operations a second."""
    rows, kernel = jnp.full((b, d), 0.5, jnp.float32), jnp.full((d, h), 0.5, jnp.float32)
    product = jax.jit(jnp.matmul)
    return 2 * b * d * h / _shortest(lambda: product(rows, kernel).block_until_ready())


def _shortest(work: Callable[[], object], repeats: int = 8) -> float:
    """Return the shortest of several times, in seconds: whatever else the machine does can only slow work down."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def estimate(chunks: Sequence[Chunk], devices: int, rate: float | None = None) -> Cost:
    """Estimate what it takes to train `chunks`; `rate` is measured when it is not given."""
    rate = rate or (training_rate() if chunks else 1.0)
    loads = loads_of(chunks, devices)
    epochs = sum(job.last - job.first for chunk in chunks for job in chunk.jobs)
    return Cost(
        members=sum(len(chunk.jobs) for chunk in chunks),
        programs=len(loads),
        anew=sum(load.anew for load in loads),
        epochs=epochs,
        memory=memory_needed(chunks, devices, loads),
        disk=sum(2 * 4 * chunk.program.weights * len(chunk.jobs) for chunk in chunks),
        training_seconds=sum(chunk_seconds(chunk, rate) for chunk in chunks),
    )


def chunk_seconds(chunk: Chunk, rate: float) -> float:
    """Estimate the time of one chunk's training."""
    return chunk.epochs * chunk.program.epoch_seconds(chunk.width, rate)
