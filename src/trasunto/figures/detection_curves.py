"""ROC and precision-recall curves of a detector and its baselines."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trasunto.analysis.detection import Detection
from trasunto.figures import theme
from trasunto.models.detection_facts import Facts

OURS = "autoencoder"


@theme.themed
def draw(facts: Facts) -> Figure:
    """Draw both curves of every detector, with the areas under them."""
    figure, grid = theme.canvas(1, 2, width=9.4, height=5.0)
    roc, precision = grid[0]
    assert facts.detection is not None
    roc.plot((0, 1), (0, 1), color=theme.MUTED, linestyle=(0, (5, 3)), linewidth=1.0)
    precision.axhline(facts.detection.share, color=theme.MUTED, linestyle=(0, (5, 3)), linewidth=1.0)
    for name, found, colour, width in _detectors(facts):
        area = f"{found.auroc:.3f} [{found.auroc_low:.3f}, {found.auroc_high:.3f}]"
        roc.plot(found.roc.x, found.roc.y, color=colour, linewidth=width, label=f"{name}: {area}")
        area = f"{found.average_precision:.3f} [{found.ap_low:.3f}, {found.ap_high:.3f}]"
        curve = found.precision_recall
        precision.plot(curve.x, curve.y, color=colour, linewidth=width, label=f"{name}: {area}")
    _finish(roc, "ROC", "normal rows flagged", "anomalies found", "area under the curve")
    _finish(precision, "Precision and recall", "anomalies found", "anomalies among flagged", "average precision")
    return figure


def _detectors(facts: Facts) -> Iterator[tuple[str, Detection, str, float]]:
    """Yield name, facts, colour and line width, rivals first so that ours lies on top."""
    for rival, colour in zip(facts.rivals, theme.PALETTE[1:], strict=False):
        yield rival.name.partition(",")[0] + (")" if "," in rival.name else ""), rival.detection, colour, 1.4
    if facts.detection is not None:
        yield OURS, facts.detection, theme.PALETTE[0], 2.2


def _finish(axes: Axes, title: str, x: str, y: str, area: str) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    theme.label(axes, title=title, x=x, y=y)
    axes.legend(title=area, loc="upper center", bbox_to_anchor=(0.5, -0.15), reverse=True)
