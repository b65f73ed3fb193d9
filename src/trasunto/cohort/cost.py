"""Estimated cost of a plan: memory, time and disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import jax

from trasunto.cohort.devices import devices
from trasunto.cohort.footprint import Load, loads_of, memory_needed
from trasunto.cohort.machine import this_machine
from trasunto.cohort.plan import Chunk, Program
from trasunto.cohort.programs import any_used
from trasunto.cohort.shapes import Shape
from trasunto.cohort.timing import (
    FIRST_ANEW_SECONDS,
    FIRST_MOMENTS_SECONDS,
    FIRST_SECONDS,
    Effort,
    Machine,
    having_seconds,
    total,
)


@dataclass(frozen=True)
class Cost:
    """What trainings ask of a machine.

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
    effort
        What training and evaluation consist of, side by side at the places there are.
    compiling
        What it takes to have the programs, compiled or fetched from disk, in seconds of the reference machine.
    work
        Training and evaluation one after the other, in seconds of the reference machine: what progress is counted in.
    machine
        What it is to be done by.
    beside
        Seconds that the reference machine takes for what is no training.
    """

    members: int
    programs: int
    anew: int
    epochs: int
    memory: int
    disk: int
    effort: Effort
    compiling: float
    work: float
    machine: Machine
    beside: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """Return what one after the other costs."""
        return Cost(
            members=self.members + other.members,
            programs=self.programs + other.programs,
            anew=self.anew + other.anew,
            epochs=self.epochs + other.epochs,
            memory=max(self.memory, other.memory),
            disk=self.disk + other.disk,
            effort=total([self.effort, other.effort]),
            compiling=self.compiling + other.compiling,
            work=self.work + other.work,
            machine=self.machine,
            beside=self.beside + other.beside,
        )

    def times(self, weight: float) -> Cost:
        """Return what so many times as many networks of the same programs cost."""
        return replace(
            self,
            members=round(self.members * weight),
            epochs=round(self.epochs * weight),
            disk=round(self.disk * weight),
            effort=self.effort.times(weight),
            work=self.work * weight,
        )

    @property
    def seconds(self) -> float:
        """Return the time that it all takes."""
        return self.training_seconds + self.compiling_seconds + self.beside_seconds

    @property
    def training_seconds(self) -> float:
        """Return the time that training and evaluation take, once there are programs."""
        return self.effort.seconds(self.machine)

    @property
    def compiling_seconds(self) -> float:
        """Return the time that programs take before their first step."""
        return self.compiling * self.machine.slowness

    @property
    def beside_seconds(self) -> float:
        """Return the time that what is no training takes."""
        return self.beside * self.machine.slowness


def estimate(trainings: Sequence[Sequence[Chunk]], places: int, machine: Machine | None = None) -> Cost:
    """Estimate what trainings take, one after the other; this machine is measured when no other is given."""
    chunks = [chunk for training in trainings for chunk in training]
    networks = {job.id: chunk.program for chunk in chunks for job in chunk.jobs}
    new = [loads_of(training, places) for training in _each_shape_once(trainings)]
    loads = [load for some in new for load in some]
    first = first_seconds((load.program for load in loads), anew=any(load.anew for load in loads))
    return Cost(
        members=len(networks),
        programs=len(loads),
        anew=sum(load.anew for load in loads),
        epochs=sum(job.last - job.first for chunk in chunks for job in chunk.jobs),
        memory=memory_needed(chunks, places),
        disk=sum(2 * 4 * program.weights for program in networks.values()),
        effort=total([_effort(training, places) for training in trainings]),
        compiling=first + sum(_compiling(some, places) for some in new),
        work=sum(chunk.epochs * chunk.program.epoch_seconds(chunk.width) for chunk in chunks),
        machine=machine or this_machine(),
    )


def program_seconds(program: Program, places: int, *, brief: bool, anew: bool) -> float:
    """Estimate what a device of the reference machine takes to have a program, see `having_seconds`."""
    return having_seconds(len(program.structure.parts), places, brief=brief, anew=anew)


def first_seconds(programs: Iterable[Program], *, anew: bool) -> float:
    """Estimate the seconds that the first training of a process takes once, 0 where it has trained already."""
    optimizers = {program.structure.optimizer for program in programs}
    if any_used() or not optimizers:
        return 0.0
    moments = FIRST_MOMENTS_SECONDS if optimizers != {"sgd"} else 0.0
    return FIRST_SECONDS + moments + (FIRST_ANEW_SECONDS if anew else 0.0)


def _each_shape_once(trainings: Sequence[Sequence[Chunk]]) -> list[list[Chunk]]:
    """Return the chunks of each training whose programs none before it has left."""
    seen: set[Shape] = set()
    new = []
    for training in trainings:
        new.append([chunk for chunk in training if chunk.shape not in seen])
        seen |= {chunk.shape for chunk in training}
    return new


def _effort(chunks: Sequence[Chunk], places: int) -> Effort:
    """Return what the chunks of one training consist of, at so many places side by side."""
    effort = total([chunk.program.epoch_effort(chunk.layout).times(chunk.epochs) for chunk in chunks])
    side_by_side = -(-len(chunks) // places) / max(len(chunks), 1)
    # The places of a processor share its cores, and a product that all of these work at is no faster beside another.
    return effort.times(1.0 if jax.default_backend() == "cpu" else side_by_side, side_by_side)


def _compiling(loads: Sequence[Load], places: int) -> float:
    """Return what the programs of one training take, one for each device."""
    apart = len(set(devices()[:places]))
    copies = [min(load.chunks, apart) for load in loads]
    beside = max(min(places, sum(copies)), 1)
    seconds = [program_seconds(load.program, beside, brief=load.brief, anew=load.anew) for load in loads]
    return sum(number * each for number, each in zip(copies, seconds, strict=True))
