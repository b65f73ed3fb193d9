"""A process that reads damaged files, one after the other, with little memory and under watch.

It prints what went wrong, a line of JSON each, and last which input comes next. Which input it is reading stands in a
file, so that whoever started it knows by which one it ended. It ends early after a reading that asked for too much:
what libraries were given when it was repeated with more room stays theirs, and would hide the next.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from benchmarks.memory import forget_peak, peak
from scripts.fuzz.readers import READERS, Reader, Way
from scripts.fuzz.seeds import Seed
from trasunto.errors import TrasuntoError

MEMORY = 512 << 20
"""Bytes that a reading may take beyond what the process has: a thousand times the largest input."""

MOST = 16 * MEMORY
"""Bytes that it may ask for where it takes none of them, as Arrow does for a page of Parquet before it unpacks it."""

CURRENT = "current"
"""The file, in the worker's folder, that holds the number of the input that is being read."""


@dataclass(frozen=True)
class Task:
    """What a worker is to do.

    Attributes
    ----------
    reader
        The reader's name, or ``module:NAME`` of one that is defined elsewhere.
    seed, first, stop
        Which inputs.
    again
        A file to read in place of inputs that are made; then `first` and `stop` are 0 and 1.
    seconds
        How long one input may take.
    folder
        Where inputs are written.
    """

    reader: str
    seed: int
    first: int
    stop: int
    seconds: float
    folder: str
    again: str = ""

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))


def main(text: str) -> None:
    """Carry out a task that is given as JSON."""
    task = Task(**json.loads(text))
    reader, folder = find(task.reader), Path(task.folder)
    warnings.simplefilter("ignore")
    _warm_up(reader, folder)
    _limit_memory()
    current, number = folder / CURRENT, task.first
    asked = False
    while number < task.stop and not asked:
        current.write_text(str(number))
        file = _input(task, reader, number)
        with _watched(task.seconds):
            verdicts = [judged(way, _placed(folder, file)) for way in reader.ways]
        asked = any(verdict.asked for verdict in verdicts)
        trouble = [verdict.trouble for verdict in verdicts if verdict.trouble]
        if trouble:
            print(json.dumps({"number": number, "what": trouble[0]}), flush=True)
        number += 1
    print(json.dumps({"next": number}), flush=True)


def find(name: str) -> Reader:
    """Return the reader of that name."""
    module, colon, attribute = name.partition(":")
    found: Reader = getattr(import_module(module), attribute) if colon else READERS[name]
    return found


class Verdict(NamedTuple):
    """What a reading did that it must not do, nothing where it returned or refused; and if it asked for too much."""

    trouble: str = ""
    asked: bool = False


def judged(way: Way, path: Path) -> Verdict:
    """Read a file, and judge it."""
    try:
        if _lacked_memory(way, path):
            return Verdict(_taken(way, path), asked=True)
    except BaseException as fault:  # a panic of Rust's is no Exception
        return Verdict(f"escaped: {type(fault).__name__}: {str(fault)[:500]} (from {_origin(fault)})")
    return Verdict()


def _taken(way: Way, path: Path) -> str:
    """Read again what asked for too much, and say so where it takes it, or fails in another way for lack of it."""
    limit = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit[0] - MEMORY + MOST, limit[1]))
    forget_peak()
    before = peak()
    if _lacked_memory(way, path):
        return f"memory: more than {MOST >> 20} MiB were asked for"
    taken, most = peak() - before, MEMORY >> 20
    return f"memory: {taken:.0f} MiB were taken, more than {most}" if taken > most else ""


def _lacked_memory(way: Way, path: Path) -> bool:
    """Read a file; say whether it was refused, or could not be read, for lack of memory."""
    try:
        way(path)
    except TrasuntoError as refusal:
        return any(isinstance(fault, MemoryError) for fault in _causes(refusal))
    except MemoryError:
        return True
    return False


def _warm_up(reader: Reader, folder: Path) -> None:
    """Read every valid file, so that all that is imported and kept is there before memory is limited."""
    for seed in reader.seeds:
        for way in reader.ways:
            try:
                way(_placed(folder, seed))
            except TrasuntoError:
                continue


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _input(task: Task, reader: Reader, number: int) -> Seed:
    if task.again:
        return Seed(Path(task.again).name, Path(task.again).read_bytes())
    return reader.input(task.seed, number)


def _placed(folder: Path, file: Seed) -> Path:
    path = folder / file.name
    path.write_bytes(file.content)
    return path


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """End the process, with a traceback, when what is within takes longer; C code is no excuse."""
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _origin(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "nowhere" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


if __name__ == "__main__":
    main(sys.argv[1])
