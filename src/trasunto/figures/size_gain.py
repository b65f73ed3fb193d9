"""Where the gain of more hidden units stops: the last error of each size, and what each step takes off it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trasunto.figures import theme
from trasunto.studies.hidden_size_facts import Facts

_NETWORK, _LINEAR, _LIMIT = theme.PALETTE[0], theme.PALETTE[6], theme.PALETTE[1]
_KINDS = {"gain": "a gain", "slight": "hardly differs", "open": "open"}


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw the errors beside PCA's on the left and the gaps with their intervals on the right."""
    figure, grid = theme.canvas(1, 2, width=8.6, height=4.0, width_ratios=(1.1, 1))
    _errors(grid[0, 0], facts, per)
    _gaps(grid[0, 1], facts)
    return figure


def _errors(axes: Axes, facts: Facts, per: str) -> None:
    hidden = [size.hidden for size in facts.sizes]
    for size in facts.sizes:
        axes.plot([size.hidden] * len(size.by_seed), size.by_seed, "o", color=_NETWORK, alpha=0.35, markersize=4)
    axes.plot(hidden, [size.test_error for size in facts.sizes], "o-", color=_NETWORK, markersize=6, label="network")
    # A PCA that leaves nothing has no place on a logarithmic axis.
    linear = [np.nan if size.times_pca is None else size.pca_test_error for size in facts.sizes]
    if np.isfinite(linear).any():
        axes.plot(hidden, linear, "s--", color=_LINEAR, markersize=5, label="PCA, as many components")
    axes.set_xscale("log")
    axes.set_xticks(hidden, [str(units) for units in hidden])
    theme.error_scale(axes, [*linear, *(error for size in facts.sizes for error in size.by_seed)])
    axes.minorticks_off()
    axes.margins(x=0.12, y=0.12)
    axes.legend(loc="lower left")
    theme.label(axes, title="Error left", x="hidden units", y=f"test error (MSE per {per})")


def _gaps(axes: Axes, facts: Facts) -> None:
    places = np.arange(len(facts.gaps))
    for place, gap in zip(places, facts.gaps, strict=True):
        if gap.share_low is not None and gap.share_high is not None:
            axes.plot([place, place], [gap.share_low, gap.share_high], color=_NETWORK, linewidth=2)
        axes.plot(place, gap.per_doubling, "o", color=_NETWORK, markersize=7)
        axes.annotate(
            f"{100 * gap.per_doubling:.1f} %\n{_KINDS[gap.kind]}",
            (float(place), gap.per_doubling),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    axes.axhline(0, color=theme.MUTED, linewidth=0.8)
    limit = f"from {100 * facts.worthwhile:g} % on, a gain"
    axes.axhline(facts.worthwhile, color=_LIMIT, linestyle=(0, (5, 3)), linewidth=1.2, zorder=1.5, label=limit)
    axes.legend(loc="best")
    axes.set_xticks(places, [f"{gap.smaller} to {gap.larger}" for gap in facts.gaps])
    axes.set_xlim(-0.35, len(facts.gaps) - 0.1)
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    theme.label(axes, title="What a doubling takes off", x="hidden units", y="share of the test error")
