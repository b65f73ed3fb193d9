"""Many inputs shared out among workers: what they took, and what went wrong, each with the input kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.fuzz.worker import CURRENT, Task, find

ROOT = Path(__file__).parents[2]

A_TASK = 25_000
"""Inputs that one process reads at most: what libraries keep for themselves goes with it."""

ALONE = {
    # One pool and one thread, as far as libraries let us choose: each reserves memory that would hide a blow-up.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONFAULTHANDLER": "1",
}


@dataclass(frozen=True)
class Failure:
    """An input on which a reader misbehaved.

    Attributes
    ----------
    reader, number
        Which input of which reader.
    what
        What happened, in a line.
    file
        Where the input is kept.
    """

    reader: str
    number: int
    what: str
    file: Path

    @property
    def again(self) -> str:
        """What to type to see it again."""
        return f"python -m scripts.fuzz --only {self.reader} --again {self.file}"


@dataclass(frozen=True)
class Outcome:
    """What became of one reader's inputs; `seconds` are those of its workers, added up."""

    reader: str
    inputs: int
    seconds: float
    failures: tuple[Failure, ...]


def run(
    readers: Sequence[str], inputs: int, *, seed: int, keep: Path, workers: int, seconds: float, again: str = ""
) -> Iterator[Outcome]:
    """Read `inputs` damaged files, shared out evenly among `readers`, and yield what became of each reader's.

    Parameters
    ----------
    seed
        Another seed, other inputs.
    keep
        Where inputs that a reader misbehaved on are kept.
    workers
        Processes at a time.
    seconds
        How long a reader may take for one input.
    again
        A file to read in place of inputs that are made.
    """
    shares = _shares(inputs, len(readers))
    with ThreadPoolExecutor(workers) as threads:
        at_work = [
            [
                threads.submit(
                    _carried_out, Task(reader, seed, first, min(first + A_TASK, share), seconds, "", again), keep
                )
                for first in range(0, share, A_TASK)
            ]
            for reader, share in zip(readers, shares, strict=True)
        ]
        for reader, tasks in zip(readers, at_work, strict=True):
            done = [task.result() for task in tasks]
            yield Outcome(
                reader,
                inputs=sum(one.inputs for one in done),
                seconds=sum(one.seconds for one in done),
                failures=tuple(failure for one in done for failure in one.failures),
            )


def _shares(inputs: int, readers: int) -> list[int]:
    return [inputs // readers + (place < inputs % readers) for place in range(readers)]


def _carried_out(task: Task, keep: Path) -> Outcome:
    """Let processes do the task, a new one after each that ended on an input."""
    began, first = time.monotonic(), task.first
    failures: list[Failure] = []
    while first < task.stop:
        with tempfile.TemporaryDirectory(prefix="trasunto-fuzz-") as folder:
            left = replace(task, first=first, folder=folder)
            found, first, ended = _watch(left)
            failures += [_kept(task, number, what, keep) for number, what in found]
            if ended:
                failures.append(_kept(task, first - 1, ended, keep))
    return Outcome(task.reader, task.stop - task.first, time.monotonic() - began, tuple(failures))


def _watch(task: Task) -> tuple[list[tuple[int, str]], int, str]:
    """Run one process; return what it found, which input comes next, and why it ended before its end."""
    command = [sys.executable, "-m", "scripts.fuzz.worker", task.to_json()]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ALONE}, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = [(line["number"], line["what"]) for line in lines if "number" in line]
    if lines and "next" in lines[-1]:
        return found, lines[-1]["next"], ""
    if not (Path(task.folder) / CURRENT).exists():
        raise RuntimeError(f"a worker did not begin: {done.stderr[-2000:]}")
    return found, int((Path(task.folder) / CURRENT).read_text()) + 1, _ending(done.returncode, done.stderr)


def _ending(code: int, said: str) -> str:
    """Return why a process ended, with the innermost lines of its traceback."""
    frames = [line.strip() for line in said.splitlines() if line.strip().startswith("File ")][:3]
    kind = "hang" if "Timeout" in said else "crash"
    return f"{kind}: the process ended with code {code} ({'; '.join(frames) or said[-300:].strip()})"


def _kept(task: Task, number: int, what: str, keep: Path) -> Failure:
    if task.again:
        return Failure(task.reader, number, what, Path(task.again))
    file = find(task.reader).input(task.seed, number)
    folder = keep / f"{task.reader.rpartition(':')[2]}-{task.seed}-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_bytes(file.content)
    return Failure(task.reader, number, what, folder / file.name)
