"""Histograms of the squared errors of normal rows and anomalies: a panel per network, logarithmic."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trasunto.figures import theme
from trasunto.figures.latent_scatter import ANOMALY, NORMAL
from trasunto.studies.bad_latent_facts import Errors, Facts


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw the share of each kind of row in every bin: counts would hide the few anomalies behind the many others."""
    figure, grid = theme.canvas(
        len(facts.spaces), 1, width=7.6, height=0.8 + 2.2 * len(facts.spaces), sharex=True, sharey=True
    )
    for axes, space in zip(grid[:, 0], facts.spaces, strict=True):
        _panel(axes, space.errors)
        title = f"Latent activity L1 {space.l1:g}" if space.l1 else "Without the penalty"
        theme.label(axes, title=f"{title}: AUROC {space.first.auroc:.3f}", y="share of its kind")
    theme.log_axis(grid[-1, 0], "x", (1.0,))
    theme.label(grid[-1, 0], x="squared error of a row (mean over features)")
    theme.beside(grid[0, 0])
    return figure


def _panel(axes: Axes, errors: Errors) -> None:
    edges = np.array(errors.edges)
    for counts, colour, name in (
        (errors.normals, NORMAL, "normal rows"),
        (errors.anomalies, ANOMALY, "anomalies"),
    ):
        axes.stairs(np.array(counts) / max(sum(counts), 1), edges, fill=True, color=colour, alpha=0.45, label=name)
        axes.stairs(np.array(counts) / max(sum(counts), 1), edges, color=colour, linewidth=1.2)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    axes.set_ylim(bottom=0)
