"""Histogram of the scores of normal rows and anomalies, with the threshold."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.models.detection_facts import Facts

NORMAL, ANOMALIES = theme.PALETTE[0], theme.PALETTE[1]


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw the share of each group's rows by score, so that few anomalies are seen beside many normal rows."""
    figure, grid = theme.canvas(width=7.2, height=3.8)
    axes, edges = grid[0, 0], np.asarray(facts.histogram.edges)
    groups = (
        ("normal rows", facts.histogram.normal, NORMAL),
        ("known anomalies", facts.histogram.anomalies, ANOMALIES),
    )
    for name, counts, colour in groups:
        rows = sum(counts)
        if rows:
            shares = np.asarray(counts) / rows
            axes.stairs(shares, edges, fill=True, alpha=0.35, color=colour)
            axes.stairs(shares, edges, color=colour, linewidth=1.4, label=f"{name} ({rows:,})")
    axes.axvline(facts.threshold.value, color=theme.INK, linestyle=(0, (5, 3)), linewidth=1.3, label="threshold")
    theme.log_axis(axes, "x", theme.fine(edges))
    axes.set_ylim(bottom=0)
    theme.label(axes, title="Scores", x="score (further right is stranger)", y="share of the group's rows")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2, ncols=3)
    return figure
