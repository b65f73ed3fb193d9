"""Read damaged files with every reader, and say what they did that they must not do.

Exits with 1 where a reader crashed, hung, took memory beyond its bounds, or raised anything but a short refusal. Every
such input is kept, and the line about it says how to read it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.fuzz.campaign import Outcome, run
from scripts.fuzz.readers import READERS

SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="shared out evenly among the readers (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other inputs (0)")
    parser.add_argument(
        "--only", nargs="+", choices=READERS, default=[*READERS], metavar="READER", help=", ".join(READERS)
    )
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes (one a core)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that one input may take (5)")
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="where inputs are kept (out/fuzz)")
    parser.add_argument("--again", type=Path, help="read this file, with the one reader of --only")
    asked = parser.parse_args(arguments)
    if asked.again is not None and (len(asked.only) != 1 or not asked.again.is_file()):
        parser.error("--again takes a file that is there, and one reader: name it with --only")
    began = time.monotonic()
    outcomes = []
    for outcome in run(
        asked.only,
        1 if asked.again else asked.inputs,
        seed=asked.seed,
        keep=asked.keep,
        workers=asked.workers,
        seconds=asked.seconds,
        again=str(asked.again.resolve()) if asked.again else "",
    ):
        outcomes.append(outcome)
        print(_said(outcome), flush=True)
    inputs, seconds = sum(one.inputs for one in outcomes), time.monotonic() - began
    failures = sum(len(one.failures) for one in outcomes)
    rate = f"{inputs:,} inputs in {seconds:.0f} s, {inputs / seconds:,.0f} a second"
    print(f"{rate}; seed {asked.seed}; {failures} failures")
    return 1 if failures else 0


def _said(outcome: Outcome) -> str:
    rate = outcome.inputs / outcome.seconds
    lines = [
        f"{outcome.reader:<8} {outcome.inputs:>9,} inputs, {rate:>7,.0f} a second, {len(outcome.failures)} failures"
    ]
    for failure in outcome.failures:
        lines += [f"  {failure.what}", f"    {failure.again}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
