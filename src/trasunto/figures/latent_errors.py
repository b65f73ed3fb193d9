"""What more latent units leave: ours beside the paper's table and PCA, and what each doubling takes off."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trasunto.figures import theme
from trasunto.figures.interval_points import Point, interval_points
from trasunto.studies.latent_loss_facts import Facts
from trasunto.studies.latent_loss_verdict import PAPER_TABLE

_NETWORK, _LINEAR = theme.PALETTE[0], theme.PALETTE[6]
_KINDS = {"gain": "a gain", "slight": "no gain", "open": "open"}


@theme.themed
def draw(facts: Facts, *, paper: bool = True, per: str = "feature") -> Figure:
    """Draw the errors on a logarithmic axis, with the paper's unless the rows are others, and the gaps beside them."""
    if not facts.gaps:
        figure, grid = theme.canvas(width=5.0, height=4.2)
        _errors(grid[0, 0], facts, paper, per)
        return figure
    figure, grid = theme.canvas(1, 2, width=9.4, height=4.2, width_ratios=(1.25, 1))
    _errors(grid[0, 0], facts, paper, per)
    _gaps(grid[0, 1], facts)
    return figure


def _errors(axes: Axes, facts: Facts, paper: bool, per: str) -> None:
    latent = [size.latent for size in facts.sizes]
    for size in facts.sizes:
        seeds = size.test_error.by_seed
        axes.plot([size.latent] * len(seeds), seeds, "o", color=_NETWORK, alpha=0.3, markersize=4)
    axes.plot(latent, [size.test_error.mean for size in facts.sizes], "o-", color=_NETWORK, label="held-out rows")
    axes.plot(latent, [size.train_error.mean for size in facts.sizes], ":", color=_NETWORK, label="training rows")
    # A PCA that leaves nothing has no place on a logarithmic axis.
    linear = [np.nan if size.times_pca is None else size.pca.test_error for size in facts.sizes]
    if np.isfinite(linear).any():
        axes.plot(latent, linear, "s--", color=_LINEAR, markersize=5, label="PCA, held-out rows")
    told = [size for size in latent if paper and size in PAPER_TABLE]
    for column, mark, name in ((0, "^", "paper, test"), (1, "v", "paper, validation")):
        if told:
            losses = [PAPER_TABLE[size][column] for size in told]
            axes.plot(told, losses, mark, color=theme.PAPER, markersize=6, label=name, zorder=4)
    axes.set_xscale("log")
    theme.error_scale(axes, [*linear, *(error for size in facts.sizes for error in size.test_error.by_seed)])
    axes.set_xticks(latent, [str(size) for size in latent])
    axes.minorticks_off()
    axes.margins(x=0.1, y=0.1)
    axes.legend(loc="lower left")
    theme.label(axes, title="Error left", x="latent units", y=f"error (MSE per {per})")


def _gaps(axes: Axes, facts: Facts) -> None:
    interval_points(
        axes,
        [
            Point(
                name=f"{gap.smaller} to {gap.larger}",
                value=gap.per_doubling,
                low=gap.share_low,
                high=gap.share_high,
                text=f"{100 * gap.per_doubling:.1f} %\n{_KINDS[gap.kind]}",
            )
            for gap in facts.gaps
        ],
    )
    limit = f"from {100 * facts.worthwhile:g} % on, a gain"
    axes.axhline(
        facts.worthwhile, color=theme.PALETTE[1], linestyle=(0, (5, 3)), linewidth=1.2, zorder=1.5, label=limit
    )
    axes.legend(loc="best")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    theme.label(axes, title="What a doubling takes off", x="latent units", y="share of the held-out error")
