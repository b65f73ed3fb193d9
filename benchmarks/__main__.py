"""Measure, and write ``benchmarks/results.json``, ``docs/benchmarks.md`` and its pictures. ``make bench`` calls it.

``python -m benchmarks --peers PYTHON`` runs everything, about forty minutes on two cores; ``--only training scoring``
measures those sections anew and keeps the others as they were, each with the machine that gave it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import cold, document, growth, halving, limit, scoring, start_up, stores, training, whole_grid
from benchmarks.peers.client import versions
from trasunto.cohort.devices import training_devices

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--peers", required=True, metavar="PYTHON", help="interpreter of the peers' environment")
    parser.add_argument("--rounds", type=int, default=5, help="of A B A B (default: 5)")
    parser.add_argument("--only", nargs="+", choices=document.SECTIONS, default=list(document.SECTIONS))
    parser.add_argument("--before", default=cold.BEFORE, metavar="REV", help="what cold compares with (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="tiny works, to see that all of it runs; nothing is kept")
    asked = parser.parse_args(arguments)
    training_devices()
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() and not asked.quick else {}
    for name in asked.only:
        print(name, flush=True)
        machine = limit.measure(asked.quick) | {"peers": versions(asked.peers)}
        try:
            facts = _measures(asked.quick, asked.peers, asked.rounds, asked.before)[name]()
        except cold.NoHistoryError as fault:
            parser.error(str(fault))
        results[name] = {"facts": facts, "machine": machine, "made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
        if not asked.quick:
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    if asked.quick:
        print(document.text(results))
    else:
        document.write(results, ROOT / "docs")
        print(f"written: {RESULTS.relative_to(ROOT)}, docs/benchmarks.md")


def _measures(quick: bool, peers: str, rounds: int, before: str) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "training": lambda: training.measure(quick, peers, rounds),
        "scoring": lambda: scoring.measure(quick, peers, rounds),
        "whole_grid": lambda: whole_grid.measure(quick),
        "halving": lambda: halving.measure(quick),
        "growth": lambda: growth.measure(quick),
        "start_up": lambda: start_up.measure(quick),
        "cold": lambda: cold.measure(quick, rounds, before),
        "stores": lambda: stores.measure(quick),
    }


if __name__ == "__main__":
    main()
