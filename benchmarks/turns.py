"""Contestants measured in turn, A B A B: the speed of a shared machine drifts, ratios within a round hardly do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

Contestant = Callable[[], float]
"""Does its work once and returns the seconds that one unit of it took."""


def in_turn(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, list[float]]:
    """Let each work once a round, in the order given; return the seconds of every round by name."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, work in contestants.items():
            seconds[name].append(work())
        said = ", ".join(f"{name} {1e3 * times[-1]:.3g} ms" for name, times in seconds.items())
        print(f"  round {number + 1}: {said}", flush=True)
    return seconds


def ratio(slower: list[float], faster: list[float]) -> dict[str, float]:
    """Return how many times as fast the second is: the median over rounds of the ratio, the least and the most."""
    each = sorted(one / other for one, other in zip(slower, faster, strict=True))
    return {"median": median(each), "least": each[0], "most": each[-1]}


def times(ratio: Mapping[str, Any]) -> str:
    """Write a ratio with its spread.

    Examples
    --------
    >>> times({"median": 1.7512, "least": 1.7, "most": 1.8})
    '1.75 (1.7-1.8)'
    """
    return f"{ratio['median']:.3g} ({ratio['least']:.3g}-{ratio['most']:.3g})"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table, its first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
