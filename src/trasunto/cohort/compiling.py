"""Which programs are being compiled, as whoever gives chunks to places sees it.

A place says nothing while it compiles. So a program counts as being compiled from the moment a place that does not have
it is given a chunk until the chunk's first epoch is trained, wherever the place is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trasunto.cohort.places import Place
from trasunto.cohort.plan import Chunk


@dataclass(frozen=True)
class Compiling:
    """How the programs of a training stand that have to be compiled.

    Attributes
    ----------
    now
        How many are being compiled.
    later
        How many will be when their first chunk's turn comes.
    """

    now: int = 0
    later: int = 0


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
        self._there: set[tuple[object, Place]] = set()
        self._now: set[tuple[object, Place]] = set()
        alike = Counter(chunk.shape for chunk in chunks)
        firsts = {chunk.shape: chunk for chunk in reversed(chunks)}
        self._later = {
            kind
            for kind, first in firsts.items()
            if sum(place.has(first) for place in places) < min(len(places), alike[kind])
        }

    def begin(self, chunk: Chunk, place: Place) -> None:
        """Note that a place is given a chunk."""
        kind = chunk.shape
        self._later.discard(kind)
        if (kind, place) not in self._there and not place.has(chunk):
            self._now.add((kind, place))

    def ready(self, chunk: Chunk, place: Place) -> None:
        """Note that a place has trained a chunk for an epoch, or as far as it is trained, and so has its program."""
        self._now.discard((chunk.shape, place))
        self._there.add((chunk.shape, place))
        self.tell()

    def lose(self, place: Place) -> None:
        """Note that a place was lost, with the programs it had."""
        self._now = {(kind, where) for kind, where in self._now if where is not place}
        self._there = {(kind, where) for kind, where in self._there if where is not place}

    def tell(self) -> None:
        """Tell how they stand, where that has changed."""
        stand = Compiling(len({kind for kind, _ in self._now}), len(self._later))
        if self._tell is not None and stand != self._told:
            self._told = stand
            self._tell(stand)
