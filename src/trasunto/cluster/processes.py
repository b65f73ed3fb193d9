"""Executor of local worker processes, each pinned to its own cores."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from trasunto.cluster.remote import ChunkMessage, RemotePlace
from trasunto.cohort.compiled import kept_for
from trasunto.cohort.places import Begins, Place, PlaceLostError
from trasunto.cohort.plan import Chunk
from trasunto.cohort.recent import Recent
from trasunto.cohort.running import Event
from trasunto.data import Table
from trasunto.environment import cores

Answer = tuple[bool, Any]


class LocalWorkers:
    """Executor of processes on this machine; to be closed after use.

    Parameters
    ----------
    count
        Number of processes. Cores are divided among them evenly; with more workers than cores, some share one.
    """

    elsewhere = False

    def __init__(self, count: int) -> None:
        self.width = count
        self._places: list[ProcessPlace] = []

    def places(self) -> Sequence[Place]:
        """Return the workers; the first call starts them."""
        if not self._places:
            ours = cores()
            dealt = [ours[number :: self.width] or [ours[number % len(ours)]] for number in range(self.width)]
            self._places = [ProcessPlace(each) for each in dealt]
        return self._places

    def close(self) -> None:
        """End the workers."""
        while self._places:
            self._places.pop().close()


class ProcessPlace(RemotePlace):
    """One worker process, training on its first device."""

    def __init__(self, cores: Sequence[int]) -> None:
        self._cores = cores
        self._start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def has(self, chunk: Chunk) -> bool:
        """Say whether the chunk's program is in the compilation cache, which processes of this machine share."""
        return kept_for(chunk, 0)

    def begin(self, chunk: Chunk, begins: Begins, checkpoint_seconds: float) -> Event:
        """Send a chunk, and its rows if the worker does not have them."""
        self._chunk = chunk
        table = chunk.jobs[0].table
        known = id(table) in self._sent
        self._sent.get(id(table), lambda: table)  # the table is kept, so that its id is not reused
        message = ChunkMessage.of(chunk, begins, checkpoint_seconds)
        return self._event("begin", message, id(table), None if known else table)

    def ask(self, verb: str, *given: object) -> Any:
        """Call a method in the process; return its result or raise its error."""
        try:
            self._connection.send((verb, given))
            done, answer = self._connection.recv()
        except (EOFError, OSError) as fault:
            raise PlaceLostError(f"worker process {self.pid} ended") from fault
        if not done:
            raise answer
        return answer

    def revive(self) -> bool:
        """Restart the process."""
        self.close()
        self._start()
        return True

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._sent = Recent[int, Table]()  # the worker has an equal cache: both evict alike
        with theirs:
            handle = theirs.fileno()
            command = [sys.executable, "-m", "trasunto.cluster.processes", str(handle), ",".join(map(str, self._cores))]
            # In its own session, so that Ctrl-C only reaches this process.
            self._process = subprocess.Popen(
                command, pass_fds=[handle], stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._connection: Connection[Any, Any] = Connection(ours.detach())


def _serve(connection: Connection[Any, Any]) -> None:
    """Serve requests one by one until the other side is gone."""
    from trasunto.cluster.remote import WorkerServer
    from trasunto.cohort.devices import programs_kept, training_devices

    server = WorkerServer(training_devices()[0])
    tables = Recent[int, Table | None]()

    def begin(message: ChunkMessage, key: int, sent: Table | None) -> Event:
        table = tables.get(key, lambda: sent)
        assert table is not None, "rows are sent before they are named"
        return server.begin(message, table)

    verbs: dict[str, Callable[..., Any]] = {"begin": begin, "advance": server.advance, "states": server.states}
    with programs_kept(), suppress(EOFError, OSError):
        while True:
            verb, given = connection.recv()
            connection.send(_done(verbs[verb], given))


def _done(work: Callable[..., Any], given: Sequence[object]) -> Answer:
    try:
        return True, work(*given)
    except Exception as error:
        return False, _portable(error)


def _portable(error: Exception) -> Exception:
    """Return an error that the other side can unpickle."""
    return error if type(error).__module__.startswith(("builtins", "trasunto")) else RuntimeError(str(error))


def main() -> None:
    """Serve the parent process over the inherited socket."""
    handle, own = int(sys.argv[1]), [int(core) for core in sys.argv[2].split(",")]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, own)
    with Connection(handle) as connection:
        _serve(connection)


if __name__ == "__main__":
    main()
