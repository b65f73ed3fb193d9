"""A peer's process, seen by who measures; only Python's own library is needed here."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import IO, Any

ROOT = Path(__file__).parents[2]
TAIL = 2_000
"""Characters of the standard error that an exception quotes."""


class PeerError(Exception):
    """A peer that could not be started, fell silent or ended, with the last that it said."""


class Peer:
    """A resident process that does one timed unit of work whenever it is asked to; a context manager.

    Parameters
    ----------
    python : str or Path
        The interpreter of the environment that has the peer's library.
    name : str
        Of the peer, as ``python -m benchmarks.peers`` knows it.
    job : mapping
        What it is to do.
    timeout : float
        Seconds to wait until it is ready, and then for every unit.
    """

    def __init__(self, python: str | Path, name: str, job: Mapping[str, Any], timeout: float = 900.0) -> None:
        self.name, self.timeout = name, timeout
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (a pipe that nobody reads would fill)
        command = [str(python), "-m", "benchmarks.peers", name, "--work", json.dumps(dict(job))]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        except OSError as error:
            self._errors.close()
            raise PeerError(f"{name} could not be started: {error}") from error
        self._lines: Queue[str | None] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Peer:
        """Wait until it is ready."""
        try:
            line = self._next("get ready")
            if line != "ready":
                raise self._error(f"said {line!r} instead of ready")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def go(self) -> dict[str, Any]:
        """Do one unit; return its seconds, steps, networks and rows, and what else the peer tells."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except OSError as error:
            self._process.wait(self.timeout)
            raise self._error(f"ended with code {self._process.returncode}") from error
        line = self._next("finish a unit")
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise self._error(f"said {line!r}") from error
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        """End the process: it leaves at the end of its input, or is killed."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _next(self, what: str) -> str:
        try:
            line = self._lines.get(timeout=self.timeout)
        except Empty:
            raise self._error(f"did not {what} in {self.timeout:g} seconds") from None
        if line is None:
            raise self._error(f"ended with code {self._process.wait()}")
        return line

    def _error(self, what: str) -> PeerError:
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        return PeerError(f"{self.name} {what}" + (f":\n{said[-TAIL:]}" if said else ""))


def versions(python: str | Path) -> dict[str, str]:
    """Return the versions of the libraries in a peers' environment."""
    command = [str(python), "-m", "benchmarks.peers", "versions"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = json.loads(said)
    return found
