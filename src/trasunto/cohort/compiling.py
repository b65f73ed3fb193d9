"""Progress of compilation, as the dispatcher of chunks sees it.

A place says nothing while it compiles. So a program counts as being compiled from the moment a place that does not have
it is given a chunk until the chunk's first epoch is trained, wherever the place is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trasunto.cohort.cost import first_seconds, program_seconds
from trasunto.cohort.places import Place
from trasunto.cohort.plan import Chunk
from trasunto.cohort.shapes import Shape


@dataclass(frozen=True)
class Compiling:
    """How the programs of a training stand that have to be compiled.

    Attributes
    ----------
    now
        How many are being compiled.
    later
        How many will be when their first chunk's turn comes.
    awaited, had
        Seconds that the reference machine takes for the programs that are being compiled, or fetched from disk, and for
        those that were.
    """

    now: int = 0
    later: int = 0
    awaited: float = 0.0
    had: float = 0.0


class Programs:
    """The programs that some places need for some chunks.

    Parameters
    ----------
    tell
        Called whenever something changed, with how the programs stand.
    """

    def __init__(
        self, chunks: Sequence[Chunk], places: Sequence[Place], tell: Callable[[Compiling], None] | None = None
    ) -> None:
        self._tell, self._told = tell, Compiling()
        self._there: set[tuple[Shape, object]] = set()
        self._awaited: dict[tuple[Shape, object], _Awaited] = {}
        alike, keepers = Counter(chunk.shape for chunk in chunks), {place.keeper: place for place in places}
        copies = {shape: min(len(keepers), count) for shape, count in alike.items()}
        firsts = {chunk.shape: chunk for chunk in reversed(chunks)}
        self._later = {
            shape
            for shape, first in firsts.items()
            if sum(place.has(first) for place in keepers.values()) < copies[shape]
        }
        self._side_by_side, self._had = min(len(places), sum(copies.values())), 0.0
        self._first = first_seconds((chunk.program for chunk in chunks), anew=bool(self._later))

    def begin(self, chunk: Chunk, place: Place) -> None:
        """Note that a place is given a chunk."""
        what = chunk.shape, place.keeper
        self._later.discard(chunk.shape)
        if what not in self._there and what not in self._awaited:
            anew = not place.has(chunk)
            seconds = program_seconds(chunk.program, self._side_by_side, brief=chunk.layout.brief, anew=anew)
            self._awaited[what] = _Awaited(anew, self._first + seconds)
            self._first = 0.0

    def ready(self, chunk: Chunk, place: Place) -> None:
        """Note that a place has trained a chunk for an epoch, or as far as it is trained, and so has its program."""
        what = chunk.shape, place.keeper
        if what in self._awaited:
            self._had += self._awaited.pop(what).seconds
            self._there.add(what)
            self.tell()

    def lose(self, place: Place) -> None:
        """Note that a place was lost, with the programs it had."""
        self._awaited = {what: awaited for what, awaited in self._awaited.items() if what[1] is not place.keeper}
        self._there = {what for what in self._there if what[1] is not place.keeper}

    def tell(self) -> None:
        """Tell how they stand, where that has changed."""
        now = {shape for (shape, _), awaited in self._awaited.items() if awaited.anew}
        seconds = sum(awaited.seconds for awaited in self._awaited.values())
        stand = Compiling(len(now), len(self._later), seconds, self._had)
        if self._tell is not None and stand != self._told:
            self._told = stand
            self._tell(stand)


class _Awaited(NamedTuple):
    """A program that a place was given a chunk for: whether it is compiled, and how long that is likely to take."""

    anew: bool
    seconds: float
