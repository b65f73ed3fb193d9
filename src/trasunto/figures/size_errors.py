"""Errors of networks of several sizes beside PCA, and the change at each step to a larger one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from trasunto.figures import theme
from trasunto.figures.interval_points import Point, interval_points
from trasunto.studies.sizes.depth_loss import Contrast
from trasunto.studies.sizes.facts import Facts, Size
from trasunto.studies.sizes.gain import GainFacts, Gap

_NETWORK, _WIDENED, _LINEAR = theme.PALETTE[0], theme.PALETTE[3], theme.PALETTE[6]
_GAPS = {"more": "a gain", "less": "a loss", "alike": "no gain", "open": "open"}
_CONTRASTS = {"less": "helps", "more": "harms", "open": "open", "alike": "alike"}
_PAPERS_MARKS = ("^", "v")


@dataclass(frozen=True)
class Steps:
    """The panel beside the errors: a point for each step, and from which number on it is a gain."""

    title: str
    y: str
    points: Sequence[Point]
    worthwhile: float | None = None


def gains(facts: GainFacts) -> Steps | None:
    """Return the panel of what each doubling takes off; None where there is a single size."""
    points = [_gap(gap) for gap in facts.gaps]
    return Steps("What a doubling takes off", "share of the test error", points, facts.worthwhile) if points else None


def contrasts(found: Sequence[Contrast], per: str) -> Steps | None:
    """Return the panel of what more layers add; None where there is a single depth."""
    points = [_contrast(contrast) for contrast in found]
    return Steps("What more layers add to it", f"difference (MSE per {per})", points) if points else None


@theme.themed
def draw(
    facts: Facts,
    steps: Steps | None,
    unit: str,
    *,
    per: str = "feature",
    papers: Mapping[str, Mapping[int, float]] | None = None,
) -> Figure:
    """Draw the test errors on a logarithmic axis and, where there are any, the steps beside them.

    `unit` is what the sizes count, `papers` the paper's errors by the name of their set, then by size.
    """
    if steps is None:
        figure, grid = theme.canvas(width=5.0, height=4.2)
    else:
        beside = 0.8 + 0.72 * len(steps.points)
        figure, grid = theme.canvas(1, 2, width=5.6 + beside, height=4.2, width_ratios=(4.6, beside))
        _steps(grid[0, 1], steps, unit)
    _errors(grid[0, 0], facts, papers or {})
    theme.label(grid[0, 0], title="Error left", x=unit, y=f"test error (MSE per {per})")
    return figure


def _errors(axes: Axes, facts: Facts, papers: Mapping[str, Mapping[int, float]]) -> None:
    plain = facts.plain
    sizes = [size.size for size in plain]
    axes.plot(sizes, [size.test_error.mean for size in plain], "o-", color=_NETWORK, label="test rows")
    axes.plot(sizes, [size.train_error.mean for size in plain], ":", color=_NETWORK, label="training rows")
    for size in facts.sizes:
        _seeds(axes, size)
    # A PCA that leaves nothing has no place on a logarithmic axis.
    linear = [np.nan if size.times_pca is None else size.pca.test_error for size in plain]
    if np.isfinite(linear).any():
        axes.plot(sizes, linear, "s--", color=_LINEAR, markersize=5, label="PCA, test rows")
    for mark, (name, losses) in zip(_PAPERS_MARKS, papers.items(), strict=False):
        told = [size for size in sizes if size in losses]
        if told:
            axes.plot(
                told, [losses[s] for s in told], mark, color=theme.PAPER, markersize=6, label=f"paper, {name}", zorder=4
            )
    if isinstance(facts, GainFacts):  # units double, layers do not
        axes.set_xscale("log")
    shown = [error for size in facts.sizes for error in (*size.test_error.by_seed, size.train_error.mean)]
    theme.error_scale(axes, [*linear, *shown])
    axes.set_xticks(sizes, [f"{size.size}\n{size.table.parameters:,}" for size in plain])
    axes.minorticks_off()
    axes.margins(x=0.12, y=0.1)
    axes.legend(loc="best")


def _seeds(axes: Axes, size: Size) -> None:
    colour = _WIDENED if size.widened else _NETWORK
    seeds = size.test_error.by_seed
    axes.plot([size.size] * len(seeds), seeds, "o", color=colour, alpha=0.3, markersize=4)
    if size.widened:
        name = f"widened to {size.table.parameters:,}"
        axes.plot(size.size, size.test_error.mean, "D", color=colour, markersize=6, label=name)


def _steps(axes: Axes, steps: Steps, unit: str) -> None:
    interval_points(axes, steps.points)
    axes.margins(y=0.12)
    if steps.worthwhile is not None:
        limit = f"from {100 * steps.worthwhile:g} % on, a gain"
        style, colour = (0, (5, 3)), theme.PALETTE[1]
        axes.axhline(steps.worthwhile, color=colour, linestyle=style, linewidth=1.2, zorder=1.5, label=limit)
        axes.legend(loc="best")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    theme.label(axes, title=steps.title, x=unit, y=steps.y)


def _gap(gap: Gap) -> Point:
    return Point(
        name=f"{gap.smaller} to {gap.larger}",
        value=gap.per_doubling,
        low=gap.share_low,
        high=gap.share_high,
        text=f"{100 * gap.per_doubling:.1f} %\n{_GAPS[gap.verdict]}",
    )


def _contrast(contrast: Contrast) -> Point:
    return Point(
        name=f"{contrast.shallower}{' wide' if contrast.widened else ''}\nto {contrast.deeper}",
        value=contrast.difference,
        low=contrast.low,
        high=contrast.high,
        text=f"{100 * contrast.relative:+.0f} %\n{_CONTRASTS[contrast.verdict]}",
        colour=_WIDENED if contrast.widened else _NETWORK,
    )
