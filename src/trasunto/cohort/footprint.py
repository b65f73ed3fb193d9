"""Estimated memory of a plan, and the refusal of one that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import nlargest

from trasunto.cohort.compiled import kept
from trasunto.cohort.plan import Chunk, Program, evaluation_sets, room, usual_width
from trasunto.cohort.programs import MOST
from trasunto.cohort.shapes import EVALUATED, Shape
from trasunto.environment import free_memory
from trasunto.errors import ResourceError
from trasunto.wording import byte_size

# As processes were measured to grow (docs/durability.md).
RUNTIME_BYTES = 130 * 2**20  # what the first training of a process loads: the compiler, and what makes its products
PROGRAM_BYTES = 9 * 2**20  # a program, whether compiled or fetched, while the process holds it
PROGRAM_LAYER_BYTES = 5.5 * 2**20  # more of it for each layer
BRIEF_LAYER_BYTES = 0.7 * 2**20  # in place of that where its code is not optimised
COMPILING_BYTES = 45 * 2**20  # what the compiler takes for each program that it is at
COMPILING_LAYER_BYTES = 12 * 2**20  # more of it for each layer
COMPILING_BRIEF_BYTES = 10 * 2**20  # in place of both where code is not optimised
COPIES_OF_STATES = 3  # before and after an epoch, and what is handed out and written down meanwhile
COPIES_OF_ACTIVATIONS = 3  # sums, values and gradients, per layer and minibatch row
MEMORIES = {"sgd": 1}  # arrays that an optimizer keeps for each weight, where not two


@dataclass(frozen=True)
class Load:
    """The chunks of one program and width.

    Attributes
    ----------
    chunks, members
        How many there are, and how many networks are in them.
    anew
        Whether the program has to be compiled.
    brief
        Whether its code is not optimised.
    """

    program: Program
    width: int
    chunks: int
    members: int
    anew: bool
    brief: bool

    @property
    def layers(self) -> int:
        """Count the layers of its networks."""
        return len(self.program.structure.parts)


def loads_of(chunks: Sequence[Chunk], devices: int) -> list[Load]:
    """Return what a plan consists of."""
    alike: dict[Shape, list[Chunk]] = {}
    for chunk in chunks:
        alike.setdefault(chunk.shape, []).append(chunk)
    at_work = min(devices, len(chunks))
    return [
        Load(
            program=some[0].program,
            width=some[0].width,
            chunks=len(some),
            members=sum(len(chunk.jobs) for chunk in some),
            brief=some[0].layout.brief,
            anew=not kept(some[0], min(at_work, len(some)), at_work),
        )
        for some in alike.values()
    ]


def memory_needed(chunks: Sequence[Chunk], devices: int, loads: Sequence[Load] | None = None) -> int:
    """Estimate the memory of training `chunks`, which consist of `loads`, where these are known already."""
    if not chunks:
        return 0
    return _rows_bytes(chunks, devices) + _loads_bytes(loads or loads_of(chunks, devices), devices)


def chunk_bytes(program: Program, width: int, itemsize: int = 4) -> int:
    """Estimate the memory of one chunk at work."""
    rows = max(program.minibatch, min(EVALUATED, max(program.evaluated, default=0)))
    states = itemsize * program.weights * (1 + MEMORIES.get(program.structure.optimizer, 2))
    values = itemsize * program.outputs
    return width * (states * COPIES_OF_STATES + rows * values * COPIES_OF_ACTIVATIONS)


def refuse_what_does_not_fit(chunks: Sequence[Chunk], devices: int, free: int | None = None) -> None:
    """Raise where the plan needs more memory than is free.

    Raises
    ------
    ResourceError
        Naming what is needed, what is free, and what would fit.
    """
    if not chunks:
        return
    loads = loads_of(chunks, devices)
    needed = memory_needed(chunks, devices, loads)
    free = free_memory() if free is None else free
    if needed <= free:
        return
    structure = max(loads, key=lambda load: chunk_bytes(load.program, load.width)).program.structure
    raise ResourceError(
        f"training needs about {byte_size(needed)} of memory and {byte_size(free)} is free: with layers of "
        f"{', '.join(str(layer.units) for layer in structure.layers)} units and batch_size {structure.batch_size}, "
        f"{_what_would_fit(loads, devices, free - _rows_bytes(chunks, devices))} would fit"
    )


def _rows_bytes(chunks: Sequence[Chunk], devices: int) -> int:
    """Return the memory of the rows, which every place at work has for itself, filled up."""
    tables = {id(t): t for c in chunks for t in (c.jobs[0].table, *evaluation_sets(c.jobs[0].table).values())}
    each = sum(room(table) * table.d * table.x.itemsize for table in tables.values())
    return min(devices, len(chunks)) * each


def _loads_bytes(loads: Sequence[Load], devices: int) -> int:
    """Estimate the memory of everything but the rows."""
    at_work = min(devices, sum(load.chunks for load in loads))
    sizes = (chunk_bytes(load.program, load.width) for load in loads for _ in range(min(load.chunks, devices)))
    programs = sum(nlargest(MOST, map(_program_bytes, loads)))
    compiling = sum(nlargest(at_work, (_compiling_bytes(load) for load in loads if load.anew)))
    return RUNTIME_BYTES + round(programs) + compiling + sum(nlargest(at_work, sizes))


def _program_bytes(load: Load) -> float:
    """Estimate the memory that a program keeps."""
    return PROGRAM_BYTES + load.layers * (BRIEF_LAYER_BYTES if load.brief else PROGRAM_LAYER_BYTES)


def _compiling_bytes(load: Load) -> int:
    """Estimate the memory that it takes to compile a program, which one place does for all."""
    return COMPILING_BRIEF_BYTES if load.brief else COMPILING_BYTES + load.layers * COMPILING_LAYER_BYTES


def _what_would_fit(loads: Sequence[Load], devices: int, free: int) -> str:
    """Return what to ask for instead: the largest minibatches found that fit, where smaller ones help enough."""
    size = max(load.program.structure.batch_size for load in loads)
    while size > 1:
        size = size * 4 // 5
        if _loads_bytes([_in_minibatches(load, size, devices) for load in loads], devices) <= free:
            return f"a batch_size of {size}"
    return "narrower layers or fewer rows"


def _in_minibatches(load: Load, size: int, devices: int) -> Load:
    """Return what trains the same in minibatches of at most `size` rows, of which wider chunks are planned."""
    if load.program.structure.batch_size <= size:
        return load
    smaller = replace(load.program, structure=replace(load.program.structure, batch_size=size))
    width = usual_width(smaller, load.members, devices)
    return replace(load, program=smaller, width=width, chunks=-(-load.members // width), anew=True)
