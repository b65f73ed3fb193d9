"""Shapes that programs are compiled for, with array sizes that tables of similar length share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd
from typing import NamedTuple

from trasunto.spec import Structure

FEWEST_ROWS = 2**10  # tables of fewer rows share one program
FILLING_BYTES = 2**25  # of a table, at most so much fills up: larger tables come in steps of it
FEWEST_AT_ONCE = 2**5  # a minibatch of fewer rows is not much faster
STEPS_OF_DOUBLE = 2**4  # sizes of a single minibatch from one power of two to the next
BRIEF_SECONDS = 0.1  # that a training may lose by code that is not optimised; to optimise it takes six times as long
BRIEF_LOSS = 1e-8  # seconds that such code loses on each value of a layer, and on each weight that a step moves
EVALUATED = 2**8  # rows evaluated at a time: their activations stay in cache, and few fill up a small table


class Layout(NamedTuple):
    """How the jobs of a program are trained, which the last bits of their weights depend on.

    Attributes
    ----------
    width
        Slots of a chunk.
    brief
        Whether their training is so short that its program is compiled with less optimisation.
    """

    width: int
    brief: bool = False


@dataclass(frozen=True)
class Shape:
    """What compiles anew: all that the code and the sizes of a chunk's programs depend on.

    Attributes
    ----------
    structure
        Of the networks on their rows, without what no program depends on.
    layout
        How many networks a chunk has, and whether their training is brief.
    dtype_key
        The type of a row's numbers, and whether rows have weights.
    minibatch
        Rows of a step.
    capacity, evaluated
        Rows that there is room for, of the table that is trained on and of each that is evaluated.
    """

    structure: Structure
    layout: Layout
    dtype_key: tuple[str, bool]
    minibatch: int
    capacity: int
    evaluated: tuple[int, ...]

    def training(self) -> Shape:
        """Return what the program that trains depends on: not on the rows that are evaluated."""
        return replace(self, evaluated=())

    def evaluating(self, capacity: int) -> Shape:
        """Return what the program that evaluates rows in an array of `capacity` depends on: not on how they train."""
        structure = replace(self.structure, optimizer="", nesterov=False, frozen="", corruption="", clipped=False)
        # Without rows to evaluate after every epoch, those that are trained on are evaluated once, before training.
        values = self.layout.width * capacity * sum(part.size.sums for part in structure.parts)
        brief = self.layout.brief or (not self.evaluated and values * BRIEF_LOSS < BRIEF_SECONDS)
        return replace(
            self,
            structure=structure,
            layout=Layout(self.layout.width, brief),
            minibatch=gcd(EVALUATED, capacity),
            capacity=capacity,
            evaluated=(),
        )


def capacity(rows: int, row_bytes: int) -> int:
    """Return how many rows there is room for in the array that holds a table of so many rows.

    It is a power of two where that takes at most `FILLING_BYTES` more, else a multiple of a power of two.

    Examples
    --------
    >>> capacity(400, 48), capacity(60_000, 784), capacity(10_000_000, 116)
    (1024, 65536, 10223616)
    """
    step = _power_below(max(1, FILLING_BYTES // row_bytes))
    return -(-rows // step) * step if rows > step else max(_power_above(rows), min(FEWEST_ROWS, step))


def minibatch_rows(batch_size: int, rows: int) -> int:
    """Return the rows of a training step: `batch_size`, or where there are fewer a size that alike tables share.

    Examples
    --------
    >>> minibatch_rows(64, 400), minibatch_rows(1000, 400), minibatch_rows(64, 20)
    (64, 416, 32)
    """
    step = max(FEWEST_AT_ONCE, _power_above(rows) // 2 // STEPS_OF_DOUBLE)
    return min(batch_size, -(-rows // step) * step)


def _power_below(number: int) -> int:
    return 1 << (number.bit_length() - 1)


def _power_above(number: int) -> int:
    return 1 << (number - 1).bit_length()
