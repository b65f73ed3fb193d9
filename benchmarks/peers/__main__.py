"""Be a peer: prepare a job, then do a timed unit of it for every line that is read; or say what is installed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TextIO

from benchmarks.peers.jobs import JobError, Unit, read
from benchmarks.peers.limits import limit
from benchmarks.peers.registry import check, prepared

LIBRARIES = (
    "torch",
    "keras",
    "tensorflow-cpu",
    "tensorflow",
    "jax",
    "jaxlib",
    "scikit-learn",
    "pyod",
    "onnxruntime",
    "onnx",
    "skl2onnx",
    "numpy",
    "scipy",
    "threadpoolctl",
    "psutil",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 2 where what is asked for cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("name", help="of a peer, or `versions`")
    parser.add_argument("--work", metavar="JSON", help="the job")
    asked = parser.parse_args(arguments)
    if asked.name == "versions":
        sys.stdout.write(json.dumps(versions()) + "\n")
        return 0
    try:
        _serve(asked.name, asked.work)
    except JobError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that are installed."""
    found = {"python": sys.version.split()[0]}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _serve(name: str, work: str | None) -> None:
    if work is None:
        raise JobError("say what is to be done with --work JSON")
    job = read(work)
    check(job.kind, name)
    replies = _kept_stdout()
    limit(name, job.threads)
    unit = prepared(name, job)
    unit()  # compiles, allocates and warms
    _say(replies, "ready")
    for _ in sys.stdin:
        _say(replies, json.dumps(_timed(unit)))


def _timed(unit: Unit) -> dict[str, float | int]:
    began = time.perf_counter()
    done = unit()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, **{name: value for name, value in done._asdict().items() if value is not None}}


def _kept_stdout() -> TextIO:
    """Return the standard output for replies alone; what libraries print goes to standard error."""
    kept = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return kept


def _say(replies: TextIO, line: str) -> None:
    replies.write(line + "\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main())
