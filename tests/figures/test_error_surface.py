from __future__ import annotations

from collections.abc import Callable

import pytest
from mpl_toolkits.mplot3d.axes3d import Axes3D

from trasunto.figures import error_surface
from trasunto.studies import Findings

GridFindings = Callable[..., Findings]


def test_the_surface_stands_over_both_settings_and_starts_at_zero(grid_findings: GridFindings) -> None:
    facts = grid_findings().facts
    axes = error_surface.draw(facts).axes[0]
    assert isinstance(axes, Axes3D)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("learning rate", "momentum")
    assert axes.get_zlim()[0] == 0
    assert axes.get_zlim()[1] >= max(max(row) for row in facts.error)


def test_colours_span_the_errors(grid_findings: GridFindings) -> None:
    facts = grid_findings().facts
    low, high = error_surface.draw(facts).axes[0].collections[0].get_clim()
    assert low == pytest.approx(min(min(row) for row in facts.error))
    assert high == pytest.approx(max(max(row) for row in facts.error))
