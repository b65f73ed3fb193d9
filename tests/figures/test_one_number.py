from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trasunto.figures import one_number
from trasunto.studies import Findings
from trasunto.studies.learning_rate_momentum import STEPS

GridFindings = Callable[..., Findings]


def test_every_cell_stands_at_its_one_number(grid_findings: GridFindings) -> None:
    facts = grid_findings(rates=(0.2, 0.9), momenta=(0.5, 0.8)).facts
    axes = one_number.draw(facts).axes[0]
    points = np.concatenate([np.asarray(dots.get_offsets()) for dots in axes.collections])
    np.testing.assert_allclose(points[:, 0], [0.4, 1.8, 1.0, 4.5])
    np.testing.assert_allclose(points[:, 1], np.array(facts.error).T.ravel())
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_the_key_of_a_large_grid_names_some_momenta_and_the_largest(grid_findings: GridFindings) -> None:
    legend = one_number.draw(grid_findings(rates=STEPS, momenta=STEPS).facts).axes[0].get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert names[0] == "0.95"
    assert len(names) <= 8
