from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from trasunto.figures import learning_curves
from trasunto.studies import Findings

GridFindings = Callable[..., Findings]


def points(line: Line2D) -> NDArray[np.float64]:
    """Return a line's points, (2, points)."""
    return np.array([line.get_xdata(), line.get_ydata()], dtype=np.float64)


def test_each_momentum_has_a_panel_and_each_learning_rate_a_line(grid_findings: GridFindings) -> None:
    facts = grid_findings().facts
    panels = learning_curves.draw(facts.reach, "mse").axes
    assert [axes.get_title(loc="left") for axes in panels] == [f"momentum {m}" for m in (0.2, 0.45, 0.7, 0.95)]
    line = panels[3].lines[0]
    assert line.get_label() == "0.2"
    cell = next(cell for cell in facts.reach if (cell.learning_rate, cell.momentum) == (0.2, 0.95))
    np.testing.assert_allclose(points(line), [np.arange(11), cell.error])


def test_the_goal_is_drawn_where_there_is_one(grid_findings: GridFindings) -> None:
    reach = grid_findings().facts.reach
    assert len(learning_curves.draw(reach, "mse", goal=0.08).axes[0].lines) == 5
    assert len(learning_curves.draw(reach, "mse").axes[0].lines) == 4


def test_a_long_run_has_a_logarithmic_epoch_axis_that_names_epoch_zero(long_findings: GridFindings) -> None:
    axes = learning_curves.draw(long_findings().facts.courses, "mse").axes[0]
    assert axes.get_xscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0", "1", "5", "20", "50", "150"]


def test_a_line_that_diverges_ends_in_a_cross_within_the_picture(long_findings: GridFindings) -> None:
    axes = learning_curves.draw(long_findings(failures=True).facts.courses, "mse").axes[3]
    cross = next(line for line in axes.lines if line.get_marker() == "x")
    low, high = axes.get_ylim()
    assert low <= points(cross)[1, 0] <= high < 1.0
