"""The plan: jobs of equal program and rows grouped into chunks of equal width."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trasunto.cohort.shapes import BRIEF_LOSS, BRIEF_SECONDS, Layout, Shape, capacity, minibatch_rows
from trasunto.cohort.timing import Effort, epoch_effort
from trasunto.data import Table
from trasunto.spec import Recipe, Stopping, Structure
from trasunto.spec.stopping import monitored

WIDEST = 16  # a step's fixed cost is shared by so many; wider chunks save no more
CACHE_BYTES = 10 * 2**20  # weights and values of a chunk's step that stay close to one core


@dataclass(frozen=True)
class Program:
    """What is trained alike: a structure on so many rows. Runs record the width of its chunks by its key."""

    structure: Structure
    rows: int
    evaluated: tuple[int, ...]

    @property
    def weights(self) -> int:
        """Count the weights of one network."""
        return self.structure.parameters

    @property
    def products(self) -> tuple[int, ...]:
        """Count the multiplications of one row's way through each layer of one network."""
        return tuple(part.size.products for part in self.structure.parts)

    @property
    def outputs(self) -> int:
        """Count the outputs of all layers of one network for one row."""
        return sum(part.size.sums for part in self.structure.parts)

    @property
    def values(self) -> int:
        """Count them for one minibatch."""
        return self.minibatch * self.outputs

    @property
    def steps(self) -> int:
        """Count the minibatches of an epoch."""
        return -(-self.rows // self.minibatch)

    @property
    def minibatch(self) -> int:
        """Count the rows of a training step, with those that fill it up."""
        return minibatch_rows(self.structure.batch_size, self.rows)

    def epoch_effort(self, layout: Layout) -> Effort:
        """Estimate what an epoch of a chunk consists of."""
        return epoch_effort(
            self.products, layout.width, self.minibatch, self.rows, sum(self.evaluated), brief=layout.brief
        )

    def epoch_seconds(self, width: int) -> float:
        """Estimate the time that an epoch of so many networks takes the reference machine."""
        return self.epoch_effort(Layout(width)).seconds()

    @property
    def key(self) -> str:
        """Return a short name that is the same in every process."""
        return self._digest("")

    @property
    def long_key(self) -> str:
        """Return another, under which a run records that its training was not brief."""
        return self._digest("long")

    def _digest(self, of: str) -> str:
        return hashlib.sha256(f"{self!r}{of}".encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Job:
    """One network to be trained from one epoch to another.

    Attributes
    ----------
    id, recipe, seed
        Which network.
    table
        Its prepared rows; ``table.test`` and ``table.validation`` are evaluated after every epoch.
    first, last
        It has been trained to epoch `first` and shall be to epoch `last`.
    begin
        Fetches its arrays at `first` (see `cohort.states`) when its turn comes. At epoch 0 there may be none, or
        weights to start from.
    keep
        Epochs at which its state is wanted, besides the last.
    stopping
        The rule that may end it before `last`, or None.
    past
        The monitored loss after epochs 0 to `first`, which stopping and a plateau look back on.
    """

    id: str
    recipe: Recipe
    seed: int
    table: Table
    first: int
    last: int
    begin: Callable[[], Mapping[str, np.ndarray]] = dict
    keep: frozenset[int] = frozenset()
    stopping: Stopping | None = None
    past: tuple[float, ...] = ()

    @cached_property
    def program(self) -> Program:
        """Return the program that trains this job."""
        sets = evaluation_sets(self.table)
        return Program(
            structure_of(self.recipe, self.table), len(self.table), tuple(len(table) for table in sets.values())
        )

    @property
    def watched(self) -> bool:
        """Say whether anything looks back on the monitored loss."""
        return self.stopping is not None or self.recipe.schedule == "plateau"

    @property
    def monitored(self) -> str:
        """Return the name of the loss that stopping and a plateau watch."""
        return monitored(measures(self.table), self.stopping)

    @property
    def chunk_key(self) -> tuple[object, ...]:
        """Return what jobs must share to be members of one chunk."""
        return (self.program, id(self.table), self.recipe.order_seed, self.first)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Jobs trained side by side in `width` slots; slots beyond the jobs are idle."""

    jobs: tuple[Job, ...]
    layout: Layout

    @property
    def width(self) -> int:
        """Count its slots."""
        return self.layout.width

    @property
    def program(self) -> Program:
        """Return the program that all its jobs share."""
        return self.jobs[0].program

    @cached_property
    def shape(self) -> Shape:
        """Return what its compiled programs depend on."""
        program, table = self.program, self.jobs[0].table
        return Shape(
            # A minibatch has its size beside it, and first weights are drawn by no program.
            structure=replace(program.structure, batch_size=0, initialisation=""),
            layout=self.layout,
            dtype_key=(str(table.x.dtype), table.weights is not None),
            minibatch=program.minibatch,
            capacity=room(table),
            evaluated=tuple(map(room, evaluation_sets(table).values())),
        )

    @property
    def epochs(self) -> int:
        """Count the epochs that the chunk runs for."""
        return max(job.last for job in self.jobs) - self.jobs[0].first


def room(table: Table) -> int:
    """Return how many rows there are in the array that holds a table's, with those that fill it up."""
    return capacity(len(table), table.d * table.x.itemsize)


def evaluation_sets(table: Table) -> dict[str, Table]:
    """Return the tables that are evaluated after every epoch, by the prefix of their metrics."""
    sets = {"test": table.test, "validation": table.validation}
    return {name: rows for name, rows in sets.items() if rows is not None}


def measures(table: Table) -> tuple[str, ...]:
    """Return the names of the losses that are measured after every epoch."""
    return (*(f"{name}_loss" for name in evaluation_sets(table)), "train_loss")


def structure_of(recipe: Recipe, table: Table) -> Structure:
    """Return the structure of a recipe on the rows of a table."""
    classes = len(table.classes) if recipe.loss == "cross_entropy" else 0
    return recipe.structure.on(table.row_shape, table.blocks, classes)


def usual_width(program: Program, members: int, devices: int, itemsize: int = 4) -> int:
    """Return how many members to train in one call: as many as stay in cache, fewer where devices would stay idle."""
    in_cache = max(1, CACHE_BYTES // ((program.weights + program.values) * itemsize))
    # The power of two below it: a cohort of many members then parts evenly.
    return min(WIDEST, 1 << (in_cache.bit_length() - 1), max(1, -(-members // devices)))


def is_brief(program: Program, epochs: int) -> bool:
    """Say whether so many network-epochs lose little by code that is not optimised."""
    touched = program.rows * program.outputs + program.steps * program.weights
    return epochs * touched * BRIEF_LOSS < BRIEF_SECONDS


def usual_layout(program: Program, jobs: Sequence[Job], devices: int, times: int = 1) -> Layout:
    """Return how to train all jobs of a program, so many times, on so many devices."""
    width = usual_width(program, len(jobs), devices)
    return Layout(width, is_brief(program, times * sum(job.last - job.first for job in jobs)))


def plan(
    jobs: Sequence[Job], devices: int, layout: Callable[[Program, Sequence[Job]], Layout] | None = None
) -> tuple[Chunk, ...]:
    """Put jobs into chunks.

    Parameters
    ----------
    jobs
        In the order in which they are wanted; the plan keeps it within a program.
    devices
        How many devices there are.
    layout
        Decides how the jobs of a program are trained; by default `usual_layout`. A run records it.
    """
    decide = layout or (lambda program, alike: usual_layout(program, alike, devices))
    buckets: dict[tuple[object, ...], list[Job]] = {}
    programs: dict[Program, list[Job]] = {}
    for job in jobs:
        if job.last > job.first or job.first == 0:
            buckets.setdefault(job.chunk_key, []).append(job)
            programs.setdefault(job.program, []).append(job)
    chosen = {program: decide(program, alike) for program, alike in programs.items()}
    chunks = []
    for bucket in buckets.values():
        one = chosen[bucket[0].program]
        bucket.sort(key=lambda job: -job.last)  # stable: members that end together share a chunk
        chunks += [Chunk(tuple(bucket[at : at + one.width]), one) for at in range(0, len(bucket), one.width)]
    return tuple(chunks)
