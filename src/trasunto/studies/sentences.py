"""Sentences, and parts of them, that more than one study says of its evidence."""

from __future__ import annotations

from collections.abc import Callable

from trasunto.analysis.intervals import Interval
from trasunto.studies.evidence import Compared, Estimate, last_part
from trasunto.studies.findings import Comparison
from trasunto.studies.phrases import chance

Write = Callable[[float], str]
"""Write a number."""


def beside(
    id: str,
    what: str,
    ours: Estimate | Interval | Compared | float | None,
    *,
    paper: float | None = None,
    paper_says: str = "",
    note: str = "",
) -> Comparison:
    """Return a number of the paper beside ours, with the interval of ours where it has one."""
    if isinstance(ours, Estimate | Interval | Compared):
        mean = ours.difference if isinstance(ours, Compared) else ours.mean
        return Comparison(id, what, paper, mean, paper_says, note, ours.low, ours.high)
    return Comparison(id, what, paper, ours, paper_says, note)


def span(found: Estimate, write: Write) -> str:
    """Write an estimate's interval as " (0.10 to 0.20)"; nothing with one seed."""
    return "" if found.low is None or found.high is None else f" ({write(found.low)} to {write(found.high)})"


def spread(found: Estimate, write: Write) -> str:
    """Write an estimate as "0.15 (0.10 to 0.20)"."""
    return f"{write(found.mean)}{span(found, write)}"


def certainty(found: Compared, write: Write, *, alone: bool = False) -> str:
    """Write how sure a difference is: " (difference 0.1 to 0.2, d = 1.5, p = 0.01 after Holm, paired t)".

    `alone` adds the p before Holm's correction.
    """
    if found.low is None or found.high is None or found.p is None or found.adjusted is None:
        return "; one seed allows no test"
    parts = (
        f"difference {write(found.low)} to {write(found.high)}",
        *(() if found.effect is None else (f"d = {found.effect:.3g}",)),
        *((f"{chance(found.p)} alone",) if alone else ()),
        f"{chance(found.adjusted)} after Holm",
        found.test,
    )
    return f" ({', '.join(parts)})"


def last_epochs(epochs: int) -> str:
    """Name the last tenth of a training: "the last epoch", "the last 10 epochs"."""
    last = last_part(epochs)
    return "the last epoch" if last == 1 else f"the last {last} epochs"
