"""Print the tables of docs/detection.md, by default those of the card transactions (from $TRASUNTO_DATA/creditcard)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.detection import tables
from scripts.detection.candidates import neighbours, recipes
from scripts.detection.choice import chosen
from scripts.detection.frauds import Split, best_pca, candidates, rivals, shortfalls, splits, usual
from scripts.detection.others import other_tables
from scripts.detection.rates import KINDS, rates
from trasunto import TrasuntoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 1 where the choice or the usual detector falls short, 2 without rows."""
    parser = argparse.ArgumentParser(prog="python -m scripts.detection", description=__doc__)
    parser.add_argument("part", nargs="?", default="frauds", choices=("frauds", "around", "others", "rates"))
    parser.add_argument("--splits", type=int, default=5, help="of the normal rows (5)")
    parser.add_argument("--tables", type=int, default=20, help="with rates: tables of each shape (20)")
    parser.add_argument(
        "--kinds", nargs="+", default=["factors"], choices=KINDS, help="with rates: of what rows (factors)"
    )
    parser.add_argument("--folder", type=Path, help="where the other tables are ($TRASUNTO_DATA/adbench)")
    asked = parser.parse_args(arguments)
    try:
        if asked.part == "rates":
            print(tables.flagged(list(rates(asked.tables, tuple(asked.kinds)))))
            return 0
        return _printed(asked.part, asked.splits, asked.folder)
    except TrasuntoError as error:
        print(error, file=sys.stderr)
        return 2


def _printed(part: str, count: int, folder: Path | None) -> int:
    if part == "others":
        place = folder or Path(os.environ.get("TRASUNTO_DATA", "")) / "adbench"
        print(tables.other_tables(list(other_tables(place))))
        return 0
    among = splits(count)
    if part == "around":
        print(tables.tried(list(candidates(neighbours(), among)), among))
        return 0
    return _frauds(among)


def _frauds(among: Sequence[Split]) -> int:
    found = list(candidates(recipes(), among))
    choice = chosen(found)  # before a label is used
    print(tables.tried(found, among))
    pca = [best_pca(split) for split in among]
    ours = {
        f"chosen: {', '.join(choice.words)}": [one[choice].scores for one in found],
        "usual detector": [usual(split, seed) for seed, split in enumerate(among)],
    }
    short = []
    for name, scores in ours.items():
        beside = [split.beside(one, best) for split, one, best in zip(among, scores, pca, strict=True)]
        print(f"\n{name}\n\n{tables.beside_pca(beside, pca)}")
        short += [f"{name}: {sentence}" for sentence in shortfalls(beside)]
    measured = {"best PCA, chosen by the labels": [best.measured for best in pca]}
    others = [rivals(split, seed) for seed, split in enumerate(among)]
    for name, scores in (ours | {name: [one[name] for one in others] for name in others[0]}).items():
        measured[name] = [split.measured(one) for split, one in zip(among, scores, strict=True)]
    print(f"\n{tables.means(measured)}")
    for sentence in short:
        print(sentence, file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
