"""Training time, estimated in seconds of a reference machine.

The numbers are those of processor time as it was measured (docs/durability.md). A machine's own products, and its own
compiler, say how it compares with the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

SHARE_OF_RATE = 0.8  # of a machine's own matrix products that training reaches, on networks like the papers'
SHARED_PRODUCT = 2 * 10**7  # operations of a product that all cores work at; of a smaller one, the core of its device
STEP_SECONDS = 25e-6  # a step's fixed cost, which small networks feel
STEP_LAYER_SECONDS = 3.3e-6  # more of it for each layer
MEMBER_LAYER_SECONDS = 2.6e-6  # and for each layer of each network
BRIEF_SLOWNESS = 2.5  # how many times as long a core takes with code that is optimised less


@dataclass(frozen=True)
class Machine:
    """What times are estimated by.

    Attributes
    ----------
    rate
        Matrix products that one device makes alone, in floating-point operations a second.
    cores
        How many places share what it makes them with.
    slowness
        How many times as long as the reference machine it takes for all else, such as to compile.
    """

    rate: float
    cores: int = 1
    slowness: float = 1.0


REFERENCE = Machine(1e11)
"""The machine whose seconds measure work, whatever machine does it: one core."""


class Effort(NamedTuple):
    """What some training consists of, once there are programs.

    Attributes
    ----------
    shared, alone
        Floating-point operations of matrix products that all cores work at, and of those that one does.
    rest
        Seconds that a core of the reference machine takes for all else.
    """

    shared: float = 0.0
    alone: float = 0.0
    rest: float = 0.0

    def times(self, shared: float, apart: float | None = None) -> Effort:
        """Return so many times as much, of what each core does for itself `apart` times."""
        apart = shared if apart is None else apart
        return Effort(shared * self.shared, apart * self.alone, apart * self.rest)

    def seconds(self, machine: Machine = REFERENCE) -> float:
        """Return the time that it takes a machine."""
        products = self.shared / machine.rate + self.alone * machine.cores / machine.rate
        return products / SHARE_OF_RATE + self.rest * machine.slowness


def total(efforts: Sequence[Effort]) -> Effort:
    """Return what several are together."""
    return Effort(*map(sum, zip(Effort(), *efforts, strict=True)))


def epoch_effort(
    products: Sequence[int], width: int, minibatch: int, rows: int, evaluated: int, *, brief: bool = False
) -> Effort:
    """Estimate what an epoch of `width` networks side by side consists of.

    Parameters
    ----------
    products
        The multiplications of each layer of a network for a row.
    minibatch, rows, evaluated
        Rows of a step, rows that are trained on, and rows that are evaluated.
    brief
        Whether the code is optimised less.
    """
    shared = alone = 0
    for each in products:
        # Three products forth and back for each row trained on, and one for each evaluated.
        operations = 2 * width * each * (3 * rows + evaluated)
        if 2 * minibatch * each < SHARED_PRODUCT:
            alone += operations
        else:
            shared += operations
    step = STEP_SECONDS + len(products) * (STEP_LAYER_SECONDS + width * MEMBER_LAYER_SECONDS)
    return Effort(shared, alone, -(-rows // minibatch) * step).times(1.0, BRIEF_SLOWNESS if brief else 1.0)


class Having(NamedTuple):
    """What it takes a device to have a program before its first step: seconds, and more of them for each layer."""

    program: float
    layer: float

    def seconds(self, layers: int) -> float:
        """Return both together."""
        return self.program + layers * self.layer


COMPILED = Having(0.6, 0.17)
COMPILED_BRIEFLY = Having(0.2, 0.05)  # with less optimisation
FETCHED = Having(0.15, 0.03)  # traced, and taken from disk
FIRST_SECONDS = 0.1  # the first training of a process: what JAX loads and traces once
FIRST_MOMENTS_SECONDS = 0.6  # more of it for an optimizer other than SGD
FIRST_ANEW_SECONDS = 0.15  # more of it where that lies compiled for no program


def having_seconds(layers: int, places: int, *, brief: bool, anew: bool) -> float:
    """Estimate the seconds that a device takes to have a program before its first step.

    Parameters
    ----------
    layers
        How many the networks have.
    places
        How many compile side by side, each a program.
    brief
        Whether it is compiled with less optimisation.
    anew
        Whether it is compiled at all, or fetched.
    """
    if anew and not brief:
        return COMPILED.seconds(layers) / places
    # Most of it is tracing, which holds the interpreter's lock: no place does it beside another.
    return (COMPILED_BRIEFLY if anew else FETCHED).seconds(layers)
