"""The training loop: hand chunks to workers, yield an event per chunk and epoch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from trasunto.cohort.compiling import Compiling, Programs
from trasunto.cohort.devices import carrying, programs_kept
from trasunto.cohort.places import Begins, Place, PlaceLostError
from trasunto.cohort.plan import Chunk
from trasunto.cohort.running import Event
from trasunto.errors import ResourceError

ATTEMPTS = 4
"""How often a chunk is begun at most, where the places that it is on are lost."""


@dataclass(eq=False)
class _Work:
    """A chunk at work.

    Attributes
    ----------
    begins
        Fetched once, because by a second attempt the store may have later weights.
    seen
        The last epoch that was handed out, or -1: a second attempt gives the earlier ones again, and nobody is told.
    """

    chunk: Chunk
    begins: Begins
    seen: int = -1
    attempts: int = 0


def train_chunks(
    chunks: Sequence[Chunk],
    places: Sequence[Place],
    *,
    checkpoint_seconds: float = 30.0,
    stopping: Callable[[], bool] = lambda: False,
    compiling: Callable[[Compiling], None] | None = None,
) -> Iterator[Event]:
    """Train all chunks, one per place at a time, and yield what each epoch gave.

    Every place has a thread, so that programs are compiled side by side; jobs' beginnings are fetched, and events
    handled, in the caller's thread. A chunk whose place is lost begins anew at the next one that is free.

    Parameters
    ----------
    checkpoint_seconds
        A chunk's states are handed out when this much time has passed since they last were.
    stopping
        Asked before anything is started; once it says yes, the epochs in flight are finished and handed out with their
        states, and no more.
    compiling
        Called, in the caller's thread, when programs begin to be compiled, and when they are.

    Raises
    ------
    ResourceError
        No place is left, or a chunk has lost so many that it is likely to be the reason.
    """
    if not chunks:
        return
    waiting, lost, idle = deque(chunks), deque[_Work](), deque(places)
    working: dict[Future[Event], tuple[_Work, Place]] = {}
    programs = Programs(chunks, places, compiling)
    with programs_kept(), ThreadPoolExecutor(len(places), thread_name_prefix="trasunto") as threads:
        while True:
            while (waiting or lost) and idle and not stopping():
                work = lost.popleft() if lost else _fetched(waiting.popleft())
                place = idle.popleft()
                programs.begin(work.chunk, place)
                working[threads.submit(carrying(_begun), place, work, checkpoint_seconds)] = work, place
            if not working:
                if (waiting or lost) and not stopping():
                    raise ResourceError("every worker was lost, and none could be started again: start anew to go on")
                return
            programs.tell()
            at_work = len(working)
            for future in wait(working, return_when=FIRST_COMPLETED).done:
                work, place = working.pop(future)
                try:
                    event = future.result()
                    over = event.over or stopping()
                    if over and not event.over:
                        states, best = place.states()
                        event = replace(event, states=states, best={**event.best, **best})
                except PlaceLostError as fault:
                    programs.lose(place)
                    if not stopping():
                        revived = place.revive()
                        lost.append(_again(work, fault, revived))
                        idle.extend([place] if revived else [])
                    continue
                if over or event.epoch > work.chunk.jobs[0].first:
                    programs.ready(work.chunk, place)
                if over:
                    idle.append(place)
                else:
                    working[threads.submit(carrying(place.advance))] = work, place
                if event.epoch > work.seen:
                    work.seen = event.epoch
                    yield replace(event, seconds=event.seconds / at_work)


def _fetched(chunk: Chunk) -> _Work:
    return _Work(chunk, [job.begin() for job in chunk.jobs])


def _begun(place: Place, work: _Work, checkpoint_seconds: float) -> Event:
    work.attempts += 1
    return place.begin(work.chunk, work.begins, checkpoint_seconds)


def _again(work: _Work, fault: PlaceLostError, revived: bool) -> _Work:
    if not revived:
        work.attempts -= 1  # a place that is gone for good says nothing about the chunk
    if work.attempts >= ATTEMPTS:
        raise ResourceError(
            f"{work.attempts} workers were lost while they trained the same {len(work.chunk.jobs)} networks "
            f"(the last: {fault}): give workers more memory, or train fewer or smaller networks at a time"
        ) from fault
    return work
