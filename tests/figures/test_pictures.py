"""Laws over every study's pictures, and what each grid's pictures must show."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from trasunto.figures import pictures
from trasunto.figures.theme import Picture, png
from trasunto.studies import STUDIES, Findings

GridFindings = Callable[..., Findings]


@pytest.fixture(scope="module")
def grid(grid_findings: GridFindings) -> list[Picture]:
    """Return the pictures of a grid of one seed, in which every cell learnt."""
    return pictures(grid_findings())


def by_name(drawn: list[Picture]) -> dict[str, Picture]:
    return {picture.name: picture for picture in drawn}


def test_every_study_has_pictures() -> None:
    for study in STUDIES.values():
        module, _, function = study.pictures.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_a_grid_is_drawn_in_the_papers_two_views_and_ours(grid: list[Picture]) -> None:
    assert [picture.name for picture in grid] == ["a2-learning", "a3-curves", "a3-surface", "a3-map", "a3-one-number"]
    for picture in grid:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")


def test_captions_say_over_how_many_seeds_and_how_cells_were_tested(
    grid: list[Picture], grid_findings: GridFindings
) -> None:
    one, three = by_name(grid), by_name(pictures(grid_findings(seeds=3)))
    assert "one seed" in one["a3-map"].caption
    assert "mean over 3 seeds" in three["a3-map"].caption
    assert "paired t over 3 shared seeds, Holm-adjusted" in three["a3-map"].caption


def test_a_grid_in_which_nothing_learnt_has_only_its_map(grid_findings: GridFindings) -> None:
    findings = grid_findings(rates=(0.2,), momenta=(0.2, 0.5))
    lost = replace(
        findings.facts,
        best=None,
        error=((None, None),),
        outcome=(("diverged", "diverged"),),
        diverged=((1, 2),),
        reach=(),
    )
    (only,) = pictures(replace(findings, facts=lost))
    assert (only.name, only.caption.endswith("diverged cells show the epoch at which they did.")) == ("a3-map", True)


@pytest.mark.parametrize(("rates", "momenta"), [((0.5,), (0.2, 0.9)), ((0.2, 0.9), (0.5,)), ((0.5,), (0.5,))])
def test_a_grid_of_one_line_has_no_surface(
    grid_findings: GridFindings, rates: tuple[float, ...], momenta: tuple[float, ...]
) -> None:
    assert "a3-surface" not in by_name(pictures(grid_findings(rates=rates, momenta=momenta)))


def test_a_long_run_is_drawn_as_curves_and_as_ranks(long_findings: GridFindings) -> None:
    assert [picture.name for picture in pictures(long_findings())] == ["a4-learning", "a4-ranking"]


@pytest.mark.parametrize("failures", [False, True])
def test_failed_cells_do_not_set_the_scale(grid: list[Picture], grid_findings: GridFindings, failures: bool) -> None:
    """Errors of 1e12 before divergence must not squeeze all others into one line."""
    drawn = by_name(pictures(grid_findings(failures=True)) if failures else grid)
    for name in ("a3-curves", "a3-one-number"):
        assert drawn[name].figure.axes[0].get_ylim()[1] < 1.0
    heights = np.asarray(drawn["a3-surface"].figure.axes[0].get_zlim())  # type: ignore[attr-defined]
    assert heights.max() < 1.0
