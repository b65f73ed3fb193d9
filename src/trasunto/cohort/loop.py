"""The loop: chunks to devices, an event per chunk and epoch back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace

import jax

from trasunto.cohort.devices import carrying
from trasunto.cohort.plan import Chunk
from trasunto.cohort.running import Event, Running, Shelf


def train_chunks(
    chunks: Sequence[Chunk],
    devices: Sequence[jax.Device],
    *,
    checkpoint_seconds: float = 30.0,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train all chunks, one per device at a time, and yield what each epoch gave.

    Every device has a thread, so that programs are compiled side by side; jobs' beginnings are fetched, and events
    handled, in the caller's thread.

    Parameters
    ----------
    checkpoint_seconds
        A chunk's states are handed out when this much time has passed since they last were.
    stopping
        Asked before anything is started; once it says yes, the epochs in flight are finished and handed out with their
        states, and no more.
    """
    waiting, idle = deque(chunks), deque((device, Shelf(device)) for device in devices)
    working: dict[Future[Event], tuple[Running, tuple[jax.Device, Shelf]]] = {}
    with ThreadPoolExecutor(len(devices), thread_name_prefix="trasunto") as threads:
        while True:
            while waiting and idle and not stopping():
                chunk, place = waiting.popleft(), idle.popleft()
                begun = Running(chunk, [job.begin() for job in chunk.jobs], *place, checkpoint_seconds)
                working[threads.submit(carrying(begun.begin))] = begun, place
            if not working:
                return
            at_work = len(working)
            for future in wait(working, return_when=FIRST_COMPLETED).done:
                running, place = working.pop(future)
                event = future.result()
                event = replace(event, seconds=event.seconds / at_work)
                if running.over or stopping():
                    event = event if event.states is not None else replace(event, states=running.states())
                    idle.append(place)
                else:
                    working[threads.submit(carrying(running.advance))] = running, place
                yield event
