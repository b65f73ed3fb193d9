"""What a plan will cost, said before it starts: memory, time and disk."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import nlargest

import jax
import jax.numpy as jnp
import numpy as np
import psutil

from trasunto.cohort.plan import Chunk, Program, evaluation_sets
from trasunto.cohort.step import EVALUATION_ROWS
from trasunto.errors import ResourceError

# Memory, as processes were measured to grow (docs/durability.md): where programs lie compiled on disk it comes to less
# than these say, where they are compiled anew to more, both within 30 %.
RUNTIME_BYTES = 172 * 2**20  # what the first training of a process loads: the compiler, and what makes its products
PROGRAM_BYTES = 32 * 2**20  # a compiled program and what compiling it leaves behind
COMPILING_BYTES = 14 * 2**20  # for each layer, on each device, while a program is compiled or fetched
COPIES_OF_STATES = 5  # before and after an epoch, gradients, the copy handed out, and the file that it becomes
COPIES_OF_ACTIVATIONS = 3  # sums, values and gradients, per layer and minibatch row
MEMORIES = {"sgd": 1}  # arrays that an optimizer keeps for each weight, where not two

SHARE_OF_RATE = 0.8  # of its own matrix products that training reaches, on networks like the papers'
COMPILE_SECONDS = 2.0  # per program, the first time that this machine meets it
STEP_SECONDS = 60e-6  # a step's fixed cost, which small networks feel


@dataclass(frozen=True)
class Cost:
    """What a plan asks of the machine: a rough estimate, meant to be within a factor of two in time.

    Attributes
    ----------
    members, programs
        How many networks are trained, and how many programs are compiled for them.
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
    epochs: int
    memory: int
    disk: int
    training_seconds: float

    @property
    def seconds(self) -> float:
        """Return the time that training, evaluation and compiling take."""
        return self.training_seconds + COMPILE_SECONDS * self.programs


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


def chunk_bytes(program: Program, width: int, itemsize: int = 4, batch_size: float = math.inf) -> int:
    """Estimate the memory of one chunk at work, were no minibatch larger than `batch_size`."""
    batch = min(program.structure.batch_size, batch_size)
    rows = int(max(batch, min(EVALUATION_ROWS, max(program.evaluated, default=0))))
    states = itemsize * program.weights * (1 + MEMORIES.get(program.structure.optimizer, 2))
    return width * (states * COPIES_OF_STATES + rows * chunk_row_bytes(program, itemsize))


def chunk_row_bytes(program: Program, itemsize: int = 4) -> int:
    """Estimate the memory that one row of a minibatch takes on its way through one network."""
    return itemsize * sum(outputs for _, outputs in program.layers) * COPIES_OF_ACTIVATIONS


def estimate(chunks: Sequence[Chunk], devices: int, rate: float | None = None) -> Cost:
    """Estimate what it takes to train `chunks`; `rate` is measured when it is not given."""
    rate = rate or training_rate()
    programs = {chunk.program for chunk in chunks}
    epochs = sum(job.last - job.first for chunk in chunks for job in chunk.jobs)
    return Cost(
        members=sum(len(chunk.jobs) for chunk in chunks),
        programs=len(programs),
        epochs=epochs,
        memory=memory_needed(chunks, devices),
        disk=sum(2 * 4 * chunk.program.weights * len(chunk.jobs) for chunk in chunks),
        training_seconds=sum(chunk_seconds(chunk, rate) for chunk in chunks),
    )


def memory_needed(chunks: Sequence[Chunk], devices: int, batch_size: float = math.inf) -> int:
    """Estimate the memory of training `chunks`, were no minibatch larger than `batch_size`."""
    if not chunks:
        return 0
    at_work = min(devices, len(chunks))
    programs = {chunk.program for chunk in chunks}
    tables = {id(t): t for c in chunks for t in (c.jobs[0].table, *evaluation_sets(c.jobs[0].table).values())}
    sizes = (chunk_bytes(chunk.program, chunk.width, batch_size=batch_size) for chunk in chunks)
    compiled = PROGRAM_BYTES * len(programs) + at_work * COMPILING_BYTES * max(len(p.layers) for p in programs)
    rows = devices * sum(table.x.nbytes for table in tables.values())
    return RUNTIME_BYTES + compiled + rows + sum(nlargest(at_work, sizes))


def chunk_seconds(chunk: Chunk, rate: float) -> float:
    """Estimate the time of one chunk's training: three products forth and back, one for each evaluated row."""
    program, epochs = chunk.program, chunk.epochs
    steps = -(-program.rows // program.structure.batch_size)
    products = program.products * (6 * program.rows + 2 * sum(program.evaluated))
    return epochs * (chunk.width * products / (rate * SHARE_OF_RATE) + steps * STEP_SECONDS)


def gib(number: float) -> str:
    """Write bytes as GiB, MiB or KiB."""
    if number < 2**20:
        return f"{number / 2**10:.0f} KiB"
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"


def refuse_what_does_not_fit(chunks: Sequence[Chunk], devices: int, free: int | None = None) -> None:
    """Raise where the plan needs more memory than is free.

    Raises
    ------
    ResourceError
        Naming what is needed, what is free, and what would fit.
    """
    if not chunks:
        return
    needed = memory_needed(chunks, devices)
    free = psutil.virtual_memory().available if free is None else free
    if needed <= free:
        return
    structure = max(chunks, key=lambda chunk: chunk_bytes(chunk.program, chunk.width)).program.structure
    raise ResourceError(
        f"training needs about {gib(needed)} of memory and {gib(free)} is free: with layers of "
        f"{', '.join(str(layer.units) for layer in structure.layers)} units and batch_size {structure.batch_size}, "
        f"{_what_would_fit(chunks, devices, free)} would fit"
    )


def _what_would_fit(chunks: Sequence[Chunk], devices: int, free: int) -> str:
    """Return what to ask for instead: the largest minibatches that fit, where smaller ones help enough."""
    sizes = range(1, max(chunk.program.structure.batch_size for chunk in chunks))
    largest = bisect_left(sizes, True, key=lambda size: memory_needed(chunks, devices, size) > free)
    return f"a batch_size of at most {largest}" if largest else "narrower layers or fewer rows"
