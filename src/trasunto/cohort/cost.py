"""What a plan will cost, said before it starts: memory, time and disk."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest

import jax
import jax.numpy as jnp
import numpy as np
import psutil

from trasunto.cohort.compiled import kept
from trasunto.cohort.plan import WIDEST, Chunk, Job, Program, evaluation_sets, plan
from trasunto.cohort.step import EVALUATION_ROWS
from trasunto.errors import ResourceError

# Memory, as processes were measured to grow (docs/durability.md).
RUNTIME_BYTES = 180 * 2**20  # what the first training of a process loads: the compiler, and what makes its products
PROGRAM_BYTES = 20 * 2**20  # a program, whether compiled or fetched, stays for the life of the process
LAYER_BYTES = 8 * 2**20  # more of it for each layer, on each device at work
COMPILING_BYTES = 45 * 2**20  # what the compiler takes on each device at work, and keeps
COMPILING_LAYER_BYTES = 7 * 2**20  # more of it for each layer
COMPILING_LARGE_BYTES = 35 * 2**20  # in place of that for a layer of more weights than `SMALL_LAYER`
SMALL_LAYER = 2**13
COPIES_OF_STATES = 3  # before and after an epoch, and what is handed out and written down meanwhile
COPIES_OF_ACTIVATIONS = 3  # sums, values and gradients, per layer and minibatch row
MEMORIES = {"sgd": 1}  # arrays that an optimizer keeps for each weight, where not two

SHARE_OF_RATE = 0.8  # of its own matrix products that training reaches, on networks like the papers'
COMPILE_SECONDS = 2.0  # per program that is not on disk yet
STEP_SECONDS = 60e-6  # a step's fixed cost, which small networks feel


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


def chunk_bytes(program: Program, width: int, itemsize: int = 4) -> int:
    """Estimate the memory of one chunk at work."""
    evaluated = min(EVALUATION_ROWS, max(program.evaluated, default=0))
    rows = max(min(program.structure.batch_size, program.rows), evaluated)
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
        anew=len(_anew(chunks, devices)),
        epochs=epochs,
        memory=memory_needed(chunks, devices),
        disk=sum(2 * 4 * chunk.program.weights * len(chunk.jobs) for chunk in chunks),
        training_seconds=sum(chunk_seconds(chunk, rate) for chunk in chunks),
    )


def memory_needed(chunks: Sequence[Chunk], devices: int) -> int:
    """Estimate the memory of training `chunks`."""
    if not chunks:
        return 0
    at_work = min(devices, len(chunks))
    programs, anew = {chunk.program for chunk in chunks}, _anew(chunks, devices)
    tables = {id(t): t for c in chunks for t in (c.jobs[0].table, *evaluation_sets(c.jobs[0].table).values())}
    sizes = (chunk_bytes(chunk.program, chunk.width) for chunk in chunks)
    compiled = PROGRAM_BYTES * len(programs) + at_work * LAYER_BYTES * max(len(p.layers) for p in programs)
    compiling = at_work * max((_compiling_bytes(program) for program in anew), default=0)
    rows = devices * sum(table.x.nbytes for table in tables.values())
    return RUNTIME_BYTES + compiled + compiling + rows + sum(nlargest(at_work, sizes))


def _anew(chunks: Sequence[Chunk], devices: int) -> set[Program]:
    """Return the programs that are not on disk for every device that they may be trained on."""
    wanted = Counter((chunk.program, chunk.width) for chunk in chunks)
    return {program for (program, width), count in wanted.items() if not kept(program, width, min(count, devices))}


def _compiling_bytes(program: Program) -> int:
    """Estimate the memory that one device takes to compile a program."""
    large = sum(inputs * outputs > SMALL_LAYER for inputs, outputs in program.layers)
    small = len(program.layers) - large
    return COMPILING_BYTES + large * COMPILING_LARGE_BYTES + small * COMPILING_LAYER_BYTES


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
    """Return what to ask for instead: the largest minibatches found that fit, where smaller ones help enough."""
    size = max(chunk.program.structure.batch_size for chunk in chunks)
    while size > 1:
        size = size * 4 // 5
        # Planned anew: of smaller minibatches, wider chunks stay in cache.
        if memory_needed(plan(_in_minibatches(chunks, devices, size), devices), devices) <= free:
            return f"a batch_size of {size}"
    return "narrower layers or fewer rows"


def _in_minibatches(chunks: Sequence[Chunk], devices: int, size: int) -> list[Job]:
    """Return the jobs of chunks, as many of a program as tell its memory, in minibatches of at most `size` rows."""
    found: list[Job] = []
    seen: Counter[Program] = Counter()
    for chunk in chunks:
        if seen[chunk.program] < devices * WIDEST:
            seen[chunk.program] += len(chunk.jobs)
            found += [
                replace(job, recipe=job.recipe.replace(batch_size=min(job.recipe.batch_size, size)))
                for job in chunk.jobs
            ]
    return found
