"""What depth does to the final loss: the error of each depth, and every contrast with its interval."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.figures.interval_points import Point, interval_points
from trasunto.studies.depth_loss_facts import Contrast, Depth, Facts
from trasunto.studies.hidden_size_facts import NOTHING_LEFT

_NETWORK, _WIDENED, _LINEAR = theme.PALETTE[0], theme.PALETTE[3], theme.PALETTE[6]


@theme.themed
def draw(facts: Facts, *, per: str = "feature") -> Figure:
    """Draw the held-out errors on the left and, where there are any, the paired differences on the right."""
    contrasts = len(facts.contrasts)
    if not contrasts:
        figure, grid = theme.canvas(width=4.6, height=4.2)
        _errors(grid[0, 0], facts, per)
        return figure
    figure, grid = theme.canvas(
        1, 2, width=5.0 + 0.72 * contrasts, height=4.2, width_ratios=(4.2, 0.8 + 0.72 * contrasts)
    )
    _errors(grid[0, 0], facts, per)
    _contrasts(grid[0, 1], facts, per)
    return figure


def _errors(axes: Axes, facts: Facts, per: str) -> None:
    plain = facts.plain
    for depth in plain:
        _depth(axes, depth, depth.layers, _NETWORK)
    axes.plot(
        [depth.layers for depth in plain],
        [depth.test_error.mean for depth in plain],
        "o-",
        color=_NETWORK,
        markersize=6,
        label="held-out rows",
    )
    axes.plot(
        [depth.layers for depth in plain],
        [depth.train_error.mean for depth in plain],
        ":",
        color=_NETWORK,
        label="training rows",
    )
    for depth in facts.depths[len(plain) :]:
        _depth(axes, depth, depth.layers, _WIDENED)
        name = f"widened to {depth.table.parameters:,}"
        axes.plot(depth.layers, depth.test_error.mean, "D", color=_WIDENED, markersize=6, label=name)
    shown = [error for depth in facts.depths for error in (*depth.test_error.by_seed, depth.train_error.mean)]
    # A PCA that leaves nothing has no place on a logarithmic axis.
    if facts.pca.test_error > NOTHING_LEFT:
        axes.axhline(facts.pca.test_error, color=_LINEAR, linestyle="--", linewidth=1.2, label="PCA", zorder=1.5)
        shown.append(facts.pca.test_error)
    theme.error_scale(axes, shown)
    axes.minorticks_off()
    axes.set_xticks(
        [depth.layers for depth in plain], [f"{depth.layers}\n{depth.table.parameters:,}" for depth in plain]
    )
    axes.margins(x=0.12)
    axes.legend(loc="best")
    theme.label(axes, title="Error left", x="hidden layers a side, and parameters", y=f"error (MSE per {per})")


def _depth(axes: Axes, depth: Depth, place: float, colour: str) -> None:
    axes.plot(
        [place] * len(depth.test_error.by_seed), depth.test_error.by_seed, "o", color=colour, alpha=0.3, markersize=4
    )


def _contrasts(axes: Axes, facts: Facts, per: str) -> None:
    interval_points(axes, [_point(contrast) for contrast in facts.contrasts])
    axes.margins(y=0.12)
    theme.label(axes, title="What more layers add to it", x="hidden layers a side", y=f"difference (MSE per {per})")


def _point(contrast: Contrast) -> Point:
    return Point(
        name=f"{contrast.shallower}{' wide' if contrast.widened else ''}\nto {contrast.deeper}",
        value=contrast.difference,
        low=contrast.low,
        high=contrast.high,
        text=f"{100 * contrast.relative:+.0f} %\n{contrast.verdict}",
        colour=_WIDENED if contrast.widened else _NETWORK,
    )
