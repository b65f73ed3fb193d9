from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trasunto.figures import outcome_map
from trasunto.studies import Findings
from trasunto.studies.learning_rate_momentum import STEPS

GridFindings = Callable[..., Findings]


def legend(figure: Figure) -> list[str]:
    found = figure.axes[0].get_legend()
    return [] if found is None else [text.get_text() for text in found.get_texts()]


def outlines(figure: Figure) -> list[tuple[float, float]]:
    """Return the lower left corners of the outlined cells, boldest last."""
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    return [
        (round(box.get_x() + 0.44), round(box.get_y() + 0.44)) for box in sorted(boxes, key=Rectangle.get_linewidth)
    ]


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_learning_rates_run_across_and_momenta_up(grid_findings: GridFindings) -> None:
    facts = grid_findings(rates=(0.2, 0.9), momenta=(0.1, 0.5, 0.8)).facts
    axes = outcome_map.draw(facts).axes[0]
    shown = axes.images[0].get_array()
    assert shown is not None
    assert shown.shape == (3, 2)
    assert shown[2, 0] == facts.error[0][2]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.2", "0.9"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0.1", "0.5", "0.8"]


def test_the_best_cell_is_outlined(grid_findings: GridFindings) -> None:
    figure = outcome_map.draw(grid_findings().facts)
    assert outlines(figure) == [(3, 3)]
    assert legend(figure) == ["lowest error"]


def test_cells_like_the_best_are_outlined_too(grid_findings: GridFindings) -> None:
    facts = grid_findings(seeds=3).facts
    best = replace(facts.best, alike=((0.7, 0.95), (0.95, 0.7)))
    figure = outcome_map.draw(replace(facts, best=best))
    assert set(outlines(figure)[:2]) == {(2, 3), (3, 2)}
    assert outlines(figure)[-1] == (3, 3)
    assert "cannot be told from the lowest" in legend(figure)


def test_failures_are_marked_with_their_epoch_and_not_coloured(grid_findings: GridFindings) -> None:
    figure = outcome_map.draw(grid_findings(failures=True).facts)
    assert "2" in written(figure)
    assert legend(figure)[-2:] == ["diverged, at the epoch written", "stalled"]
    shown = np.ma.getmaskarray(np.ma.asarray(figure.axes[0].images[0].get_array()))
    assert np.argwhere(shown).tolist() == [[3, 2], [3, 3]]
    assert outlines(figure) != [(3, 3)]


def test_errors_are_written_only_where_there_is_room(grid_findings: GridFindings) -> None:
    assert len(written(outcome_map.draw(grid_findings().facts))) == 16
    assert written(outcome_map.draw(grid_findings(rates=STEPS, momenta=STEPS).facts)) == []
