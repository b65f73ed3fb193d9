"""Train every case by PyTorch or Keras and by trasunto, and say how far apart they are.

Exits with 1 where ours differs from the library, or the library from its curve in tests/references, by more than the
tolerance. The measure is the library's float64: in float32, Keras's own Adam strays from it further than ours does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from scripts.oracles import ours
from scripts.oracles.cases import CASES, TOLERANCES, Case, Curve
from scripts.oracles.references import FOLDER, Summary, difference, read, summarise, write

LIBRARIES = {"pytorch": "in_pytorch", "keras": "in_keras"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.oracles", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="libraries or cases; by default all")
    parser.add_argument("--write", action="store_true", help="keep the libraries' curves (of all cases)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the curves are kept")
    asked = parser.parse_args(arguments)
    legal = sorted({name for case in CASES for name in (case.library, case.name)})
    if unknown := set(asked.names) - set(legal):
        parser.error(f"'{unknown.pop()}' is no library and no case (legal: {', '.join(legal)})")
    if asked.names and asked.write:
        parser.error("--write keeps the curves of all cases, and takes no names")
    chosen = [case for case in CASES if not asked.names or {case.library, case.name} & set(asked.names)]
    agreed = [_compare(library, chosen, asked.folder, asked.write) for library in LIBRARIES]
    return 0 if all(agreed) else 1


def _compare(library: str, chosen: Sequence[Case], folder: Path, keep: bool) -> bool:
    """Compare the chosen cases of a library, print a line for each, and say whether all agree."""
    cases = [case for case in chosen if case.library == library]
    if not cases:
        return True
    oracle: Any = import_module(f"scripts.oracles.{LIBRARIES[library]}")
    versions = oracle.versions()
    print(f"{library} ({', '.join(f'{name} {version}' for name, version in versions.items())})")
    kept = {} if keep else read(library, folder)
    verdicts = [judge(case, oracle.train, kept.get(case.name)) for case in cases]
    if keep:
        write(library, {verdict.case.name: verdict.truth for verdict in verdicts}, versions, folder)
    return all(verdict.agreed for verdict in verdicts)


class Verdict(NamedTuple):
    """How a case came out.

    Attributes
    ----------
    truth
        The library's float64 curve.
    distances
        Relative differences of our training from it in each precision, and of the library from what is kept.
    own
        The library's float32 from its float64, which is not ours to judge.
    """

    case: Case
    truth: Summary
    distances: dict[str, float]
    own: float

    @property
    def agreed(self) -> bool:
        """Say whether every distance is within its tolerance."""
        return all(distance <= TOLERANCES[name.split()[0]] for name, distance in self.distances.items())

    def __str__(self) -> str:
        shown = ", ".join(f"{name} {distance:.1e}" for name, distance in self.distances.items())
        word = "ok" if self.agreed else "DIFFERS"
        return f"  {self.case.name:<20} {word:<7} {shown} ({self.case.library}'s own float32 {self.own:.1e})"


def judge(case: Case, train: Callable[[Case, str], Curve], kept: Summary | None) -> Verdict:
    """Train a case by both sides in both precisions, and print how far apart they are."""
    truth, single = summarise(train(case, "float64")), summarise(train(case, "float32"))
    mine = {dtype: summarise(ours.train(case, dtype)) for dtype in TOLERANCES}
    distances = {dtype: difference(mine[dtype], truth) for dtype in TOLERANCES}
    if case.library == "pytorch":
        distances["float32 by both"] = difference(mine["float32"], single)
    if kept is not None:
        distances["float64 as kept"] = difference(truth, kept)
    verdict = Verdict(case, truth, distances, difference(single, truth))
    print(verdict)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
