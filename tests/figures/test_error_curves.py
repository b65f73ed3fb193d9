from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from trasunto.figures import error_curves
from trasunto.studies import Findings

GridFindings = Callable[..., Findings]


def points(line: Line2D) -> NDArray[np.float64]:
    """Return a line's points, (2, points)."""
    return np.array([line.get_xdata(), line.get_ydata()], dtype=np.float64)


def test_each_panel_follows_one_setting_with_a_line_per_value_of_the_other(grid_findings: GridFindings) -> None:
    facts = grid_findings(rates=(0.2, 0.5, 0.9), momenta=(0.1, 0.8)).facts
    left, right = error_curves.draw(facts).axes[:2]
    assert (left.get_xlabel(), right.get_xlabel()) == ("learning rate", "momentum")
    assert (len(left.lines), len(right.lines)) == (2, 3)
    np.testing.assert_allclose(points(left.lines[1]), np.array([[0.2, 0.5, 0.9], [row[1] for row in facts.error]]))
    np.testing.assert_allclose(points(right.lines[2]), np.array([[0.1, 0.8], facts.error[2]]))
    assert left.get_yscale() == "log"


def test_a_cell_that_failed_is_a_gap(grid_findings: GridFindings) -> None:
    left = error_curves.draw(grid_findings(failures=True).facts).axes[0]
    assert np.isnan(points(left.lines[-1])[1, 2:]).all()


def test_the_bars_name_every_value_of_a_small_grid(grid_findings: GridFindings) -> None:
    bar = error_curves.draw(grid_findings(rates=(0.2, 0.5, 0.9), momenta=(0.1, 0.8)).facts).axes[2]
    assert bar.get_ylabel() == "momentum"
    assert [tick.get_text() for tick in bar.get_yticklabels()] == ["0.1", "0.8"]
