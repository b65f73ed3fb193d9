"""The strangest rows, each with the columns that make it so."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.analysis.explanation import FeatureExplanation
from trasunto.figures import theme
from trasunto.models.detection_facts import Facts
from trasunto.models.strangest import StrangeRow

MOST = 6
"""Rows that are drawn; the rest is in the facts."""

LEAST = 0.1
"""Where the axis begins: a tenth of the usual error is no reason."""


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw a group of bars for each row: its columns' errors in multiples of what is usual, on a logarithmic axis."""
    rows = facts.strangest[:MOST]
    bars = sum(len(row.reasons) for row in rows)
    figure, grid = theme.canvas(width=8.2, height=0.9 + 0.22 * bars + 0.36 * len(rows))
    axes, at = grid[0, 0], 0.0
    names: dict[float, str] = {}
    for row in rows:
        axes.text(LEAST, at, _title(row), fontsize=9, fontweight="bold", va="center")
        for reason in row.reasons:
            at += 1
            _bar(axes, at, reason)
            names[at] = theme.plain(reason.feature)
        at += 1.6
    most = max((reason.excess for row in rows for reason in row.reasons), default=1.0)
    axes.set_ylim(at - 0.8, -0.8)
    theme.log_axis(axes, "x", (1.0,))
    axes.set_xlim(LEAST, (max(most, 10.0) / LEAST) ** 1.6 * LEAST)  # room for what is written beside the bars
    axes.set_yticks(list(names), list(names.values()), fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    theme.label(axes, x="squared error in multiples of the column's mean over the training rows")
    return figure


def _bar(axes: Axes, at: float, reason: FeatureExplanation) -> None:
    end = max(reason.excess, LEAST)
    axes.barh(at, end - LEAST, left=LEAST, height=0.72, color=theme.PALETTE[0], alpha=0.75)
    said = f"{_short(reason.value)}, expected {_short(reason.expected)}"
    axes.annotate(said, (end, at), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)


def _title(row: StrangeRow) -> str:
    label = f", labelled {theme.plain(row.label)}" if row.label else ""
    return f"{row.row}{label}: score {row.score:.4g}{'' if row.flagged else ', not flagged'}"


def _short(value: object) -> str:
    return theme.plain(f"{value:.4g}" if isinstance(value, float) else str(value))
