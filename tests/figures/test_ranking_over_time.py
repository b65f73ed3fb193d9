from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from trasunto.figures import ranking_over_time
from trasunto.studies import Findings

GridFindings = Callable[..., Findings]


def points(line: Line2D) -> NDArray[np.float64]:
    """Return a line's points, (2, points)."""
    return np.array([line.get_xdata(), line.get_ydata()], dtype=np.float64)


def test_lines_run_from_the_first_epoch_to_the_last_through_the_compared_one(long_findings: GridFindings) -> None:
    axes = ranking_over_time.draw(long_findings(epochs=12).facts).axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "2", "5", "10", "12"]
    lines = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(lines) == 16
    at_the_end = sorted(points(line)[1, -1] for line in lines)
    assert at_the_end == list(range(1, 17))


def test_the_lowest_error_is_on_top_and_named_at_both_ends(long_findings: GridFindings) -> None:
    facts = long_findings(epochs=12).facts
    axes = ranking_over_time.draw(facts).axes[0]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    rate, momentum = facts.best_late
    names = [text for text in axes.texts if text.get_text() == f"{rate:g} / {momentum:g}"]
    assert [text.get_horizontalalignment() for text in names] == ["right", "left"]
    assert names[1].get_position()[1] == 1


def test_a_cell_that_diverged_ends_in_a_cross_and_the_others_are_ranked_without_it(long_findings: GridFindings) -> None:
    axes = ranking_over_time.draw(long_findings(failures=True).facts).axes[0]
    assert sum(line.get_marker() == "x" for line in axes.lines) == 1
    ends = [points(line)[1] for line in axes.lines if line.get_marker() == "o"]
    longest = max(len(end) for end in ends)
    assert sorted(end[-1] for end in ends if len(end) == longest) == list(range(1, 16))
