"""Separation of normal rows and anomalies in each latent space: a panel per measure, every seed shown."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.figures import theme
from trasunto.studies.separation_facts import MEASURES, Contrast, Facts, Name
from trasunto.studies.separation_verdict import NAMES

_NETWORK, _SEED = theme.PALETTE[0], theme.MUTED
_REFERENCES = (theme.PALETTE[6], theme.PALETTE[2], theme.PALETTE[3], theme.PALETTE[4])
_VERDICTS = {"more": "further apart", "less": "closer together", "alike": "alike", "open": "open"}


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw each seed as a line between the spaces, means with their intervals, and the references as dashed lines."""
    figure, grid = theme.canvas(1, len(MEASURES), width=10.2, height=3.9)
    for axes, measure in zip(grid[0], MEASURES, strict=True):
        _panel(axes, facts, measure)
    theme.label(grid[0, 0], y="higher is further apart")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _panel(axes: Axes, facts: Facts, measure: Name) -> None:
    found = [space.measures[measure] for space in facts.spaces]
    places = list(range(len(found)))
    for values in zip(*(one.by_seed for one in found), strict=True):
        axes.plot(places, values, color=_SEED, linewidth=0.8, alpha=0.5, marker="o", markersize=3)
    for place, one in zip(places, found, strict=True):
        if one.low is not None and one.high is not None:
            axes.plot((place, place), (one.low, one.high), color=_NETWORK, linewidth=2.4, zorder=4)
    means = [one.mean for one in found]
    axes.plot(places, means, "o", color=_NETWORK, markersize=7, zorder=5, label="latent space, mean of seeds")
    for reference, colour in zip(facts.references, _REFERENCES, strict=False):
        value = getattr(reference, measure)
        axes.axhline(value, color=colour, linestyle=(0, (5, 3)), linewidth=1.3, zorder=1.5, label=reference.name)
    for contrast in facts.contrasts:
        if contrast.measure == measure:
            _judgement(axes, contrast)
    sizes = [space.layers if facts.varied == "layers" else space.latent for space in facts.spaces]
    axes.set_xticks(places, [str(size) for size in sizes])
    axes.set_xlim(-0.5, len(places) - 0.5)
    if measure == "linear_auroc":  # a t-interval over few seeds reaches beyond what an AUROC can be; the axis does not
        axes.set_ylim(top=min(axes.get_ylim()[1], 1.0))
    axes.grid(visible=False, axis="x")
    name = NAMES[measure]
    what = "layers before the latent one" if facts.varied == "layers" else "latent units"
    theme.label(axes, title=f"{name[0].upper()}{name[1:]}", x=f"\n{what}")


def _judgement(axes: Axes, contrast: Contrast) -> None:
    axes.annotate(
        f"{contrast.difference:+.3f}\n{_VERDICTS[contrast.verdict]}",
        ((contrast.first + contrast.second) / 2, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -4),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=8.5,
        color=theme.MUTED,
        annotation_clip=False,
    )
