"""Error against latent size: every network of a search, the best ones, and PCA."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.studies.good_autoencoder_search import Search

_NETWORK, _TRAIN, _LINEAR = theme.PALETTE[0], theme.PALETTE[5], theme.PALETTE[6]


@theme.themed
def draw(search: Search, *, per: str = "feature") -> Figure:
    """Draw held-out errors over latent sizes on a logarithmic axis, with the error asked for as a line."""
    figure, grid = theme.canvas(width=8.2, height=4.6)
    axes: Axes = grid[0, 0]
    _trials(axes, search)
    latent = [best.latent for best in search.frontier]
    axes.plot(latent, [best.pca.test_error for best in search.frontier], "s--", color=_LINEAR, label="PCA")
    axes.plot(latent, [best.test_error for best in search.frontier], "-", color=_NETWORK, label="best network")
    axes.plot(
        latent,
        [best.train_error for best in search.frontier],
        ":",
        color=_TRAIN,
        label="the same, training rows",
        zorder=1.8,
    )
    axes.axhline(search.target, color=theme.FAILED, linestyle=(0, (5, 3)), linewidth=1.2, label="asked for", zorder=1.5)
    errors = [error for best in search.frontier for error in (best.test_error, best.train_error, best.pca.test_error)]
    theme.log_axis(axes, "y", theme.fine([*errors, search.target]))
    axes.minorticks_off()
    axes.set_xticks(sorted({trial.latent for trial in search.trials}))
    theme.label(axes, title="What the search found", x="latent units", y=f"held-out error (MSE per {per})")
    theme.beside(axes)
    if search.found is not None:
        _mark(axes, search)
    return figure


def _trials(axes: Axes, search: Search) -> None:
    """Draw every network: filled where both errors reached the target, hollow where one did not."""
    for reached, face, name in ((True, _NETWORK, "network, reached it"), (False, "white", "network, did not")):
        points = [
            (trial.latent, trial.test_error)
            for trial in search.trials
            if trial.reached == reached and trial.test_error is not None
        ]
        if points:
            axes.plot(
                *zip(*points, strict=True),
                "o",
                markerfacecolor=face,
                markeredgecolor=_NETWORK,
                markersize=5,
                alpha=0.8,
                label=name,
                zorder=3,
            )


def _mark(axes: Axes, search: Search) -> None:
    found = search.found
    assert found is not None
    last = found.latent == search.frontier[-1].latent
    axes.annotate(
        f"{found.latent} latent units,\n{found.table.parameters:,} parameters",
        (found.latent, found.test_error.mean),
        xytext=(-16 if last else 16, 40),
        textcoords="offset points",
        ha="right" if last else "left",
        fontsize=8.5,
        arrowprops={"arrowstyle": "-", "color": theme.MUTED, "linewidth": 0.8},
    )
