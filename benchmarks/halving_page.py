"""The page of successive halving: what each search took, what it found, and whether the two can be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.turns import table

NAMES = {"full": "every cell to the end", "halving": "successive halving"}


def page(facts: dict[str, Any]) -> str:
    """Write what was found."""
    full, halving = facts["full"], facts["halving"]
    rows = [
        [name, f"{facts[way]['network_epochs']:,}", f"{facts[way]['seconds']:.1f}", *_cell(facts[way]["cell"])]
        for way, name in NAMES.items()
    ]
    share, time = (100 * halving[key] / full[key] for key in ("network_epochs", "seconds"))
    return (
        f"{full['cells']:,} cells of learning rate and momentum of `{facts['network']}` on {full['rows']:,} images of "
        f"{facts['data']}, the last {100 * facts['validation']:.0f} % held out; cells are ranked by their loss on "
        f"those, and failed ones last. {_rounds(halving)} What a cell was trained for before is not trained "
        f"again. Each search compiles its own programs.\n\n"
        + table(["", "network-epochs", "seconds", "learning rate found", "momentum found"], rows)
        + f"\nHalving trains {share:.1f} % of the network-epochs, in {time:.0f} % of the time. "
        f"{_place(facts)}\n\n{_verdict(facts)}\n"
    )


def _rounds(search: Mapping[str, Any]) -> str:
    parts = [f"{each['cells']:,} cells to epoch {each['epochs']}" for each in search["rounds"]]
    return f"Halving trains {', then '.join(parts)}."


def _cell(cell: list[float]) -> list[str]:
    return [f"{value:g}" for value in cell]


def _place(facts: dict[str, Any]) -> str:
    if facts["comparison"]["same"]:
        return "Both searches find the same cell."
    place, count = facts["place"], facts["full"]["cells"]
    return f"The cell that it finds is number {place:,} of {count:,} in the ranking of the full search."


def _verdict(facts: dict[str, Any]) -> str:
    """Say whether the cells can be told apart on test rows, with seeds that the searches have not seen."""
    told = facts["comparison"]
    how = f"with {told['seeds']} further seeds, on {facts['test_rows']:,} test images"
    if not told["sound"]:
        return f"Trained again {how}, a network of the cells found diverged, so that there is no difference to judge."
    if told["same"]:
        return f"Trained again {how}, its test error is {_interval(told['means'][0])}; there is nothing to compare."
    difference = told["difference"]
    apart = (
        f"are distinguishable: halving's cell is the {'worse' if difference['mean'] > 0 else 'better'}"
        if difference["distinguishable"]
        else "are not distinguishable, which is not to say that they are equal"
    )
    ours, others = (_interval(each) for each in told["means"])
    return (
        f"Trained again {how}, the two cells {apart}. Their test errors are {ours} (halving) and {others} (every "
        f"cell); the difference over paired seeds is {_interval(difference)}, "
        f"p = {difference['p']:.3g} ({difference['test']}). Intervals are 95 % t-intervals over seeds."
    )


def _interval(values: Mapping[str, Any]) -> str:
    return f"{values['mean']:.4g} [{values['low']:.4g}, {values['high']:.4g}]"
